"""Words by which a section, link, picture or number of a README is known. English first; what is elsewhere common too."""

from __future__ import annotations

import re

from analyzer.knowledge.technologies import TECHNOLOGIES

__all__ = [
    "ARTICLE_HOSTS",
    "BLOG_HOSTS",
    "CAUSE",
    "COMPARED",
    "DIAGRAM_WORDS",
    "METRIC_WORDS",
    "PERSONAL_HOSTS",
    "PROCEDURE",
    "RELATES",
    "TITLES",
    "TOOL_WORDS",
    "VIDEO_HOSTS",
]

TITLES: dict[str, re.Pattern[str]] = {
    "problem": re.compile(
        r"(?i)problem|objective|introduc|\babout\b|motivation|background|business|\bgoals?\b|context|purpose|use[- ]?case|"
        r"project description|^description|^(?:project )?(?:summary|overview)|\bwhy\b|scenario|what (?:is|does)|the project|problema|objetivo|einleitung|abstract"
    ),
    "architecture": re.compile(
        r"(?i)architect|design|how (?:it|this) works|work ?flow|pipeline|system|components?\b|solution|technical|mlops (?:approach|overview)|"
        r"implementation|infrastructure|orchestrat|deployment|monitoring|data flow|how (?:the )?(?:parts|pieces|components|everything|it all) |the parts|project (?:details|overview)|approach|arquitectura|experiment tracking|serving|registry"
    ),
    "design": re.compile(
        r"(?i)architect|design|how (?:it|this) works|how (?:the )?(?:parts|pieces|components|everything|it all) |decision|rationale|why (?:we|i|this|these)|tech(?:nology)? (?:choices?|stack)|trade[- ]?offs?"
    ),
    "setup": re.compile(
        r"(?i)install|set[- ]?up|getting[- ]started|quick[- ]?start|usage|how to|\brun\b|running|reproduc|prerequisit|instructions?|"
        r"\bbuild\b|steps|deploy|environment|start(?:ing)?\b|execut|launch|guide|requirements|instalaci|local development|configur|make "
    ),
    "results": re.compile(
        r"(?i)results?\b|performance|evaluation|metrics?\b|findings|outcomes?|benchmark|comparison|model selection|experiments?\b|accuracy|scores?\b|impact|"
        r"resultados|insights|best model|screenshots?|demo|output|model development|modell?ing"
    ),
    "operations": re.compile(
        r"(?i)trouble[- ]?shoot|run ?book|\bfaq|known issues|common (?:issues?|errors?|problems?)|\boperations?\b|operational|maintenance|roll[- ]?back|"
        r"incident|debug|on[- ]?call|recovery|clean(?:ing)?[- ]?up|tear(?:ing)?[- ]?down|destroy|stopping|shut(?:ting)?[- ]?down|restor|backup|(?:something|things?|it|anything) (?:is|goes|go|went)? ?wrong|when (?:it|something|things) (?:fail|break)|if (?:it|something) (?:fail|break|is wrong)|gotchas"
    ),
    "challenges": re.compile(
        r"(?i)challeng|lessons?|what (?:was|is) (?:hard|harder|difficult)|hard parts?|harder than|learn(?:ed|t)\b|\blearnings\b|what (?:i|we) learn|difficult|obstacles?|problems? (?:faced|encountered|solved|i )|what (?:went|i would)|retrospective|reflections?|pitfalls"
    ),
    "list": re.compile(
        r"(?i)structure|folder|tree|layout|tech(?:nolog\w+)?(?: stack)?$|tools?\b|stack|directory|dependencies|table of contents|contents"
    ),
}

CAUSE = re.compile(
    r"(?i)\bbecause\b|\bso that\b|in order to|\bthus\b|therefore|\bcrucial|\bcritical|importan(?:t|ce)|\bhelp(?:s|ing|ed)?\b|reduc\w+|improv\w+|\bcost(?:s|ly)?\b|\bsav(?:e|es|ing|ings)\b|"
    r"\bloss(?:es)?\b|\blose\b|\brisks?\b|impact\w*|benefit\w*|\bneeds? to\b|challeng\w+|difficult\w*|struggl\w+|prevent\w*|optimi[sz](?:e|es|ing|ation) (?:their|the|resource|staff|inventor|price|cost)|decisions?\b|valuable|"
    r"complain\w*|pay(?:s|ing)? (?:for|the)\b|profit\w*|revenue|patients?\b|essential|vital\b|leading cause|\bmillions?\b|\bbillions?\b|efficien\w+|safety|stakeholders?|compan(?:y|ies)\b|business(?:es)?\b|industr(?:y|ies)\b|expensive|cheap\w*|wast(?:e|ed|es)\b|"
    r"fraud\w*|complications?|diseases?|delays?\b|congestion|customers?\b|without (?:it|this)|time-consuming|manual(?:ly)?\b|penalt\w+|wrong\b|too late|mortality|early detection|insights?\b"
)

DIAGRAM_WORDS = re.compile(
    r"(?i)archit|diagram|flow(?:chart)?|pipeline|workflow|\bdag\b|schema|overview|design|infra|structure|mlops|system|process|components|blueprint|topology|sequence|data[-_ ]?flow|lineage|graph"
)

RELATES = re.compile(
    r"(?i)\b(?:is|are|was|were) (?:\w+ )?(?:used|stored|saved|sent|loaded|deployed|hosted|triggered|scheduled|trained|logged|tracked|pushed|served|exposed|containeri[sz]ed|orchestrated|registered|fetched|collected|run|executed|written)\b"
    r"|\b(?:use[sd]?|using|stores?|sends?|reads?|writes?|loads?|fetch(?:es)?|triggers?|runs?|serves?|exposes?|push(?:es)?|pulls?|orchestrates?|schedules?|collects?|connects?|provisions?|containeri[sz]es?|retrain\w*|registers?|deploys?|utili[sz]es?|allows?)\b"
)
# What an operator does to a running system, told in headings and file names.
PROCEDURE = re.compile(
    r"(?i)roll[-_ ]?back|restor(?:e|ing)|back[-_ ]?up|recover|rotat(?:e|ing)|redeploy|delet(?:e|ing)|upgrad(?:e|ing)|migrat(?:e|ing|ion)|scal(?:e|ing) (?:up|down|out)|incident|on[-_ ]?call|run[-_ ]?book|failover"
)
# A name of a tool or service in running text.
TOOL_WORDS = re.compile(
    r"(?i)\b(?:"
    + "|".join(
        sorted(
            {re.escape(word) for marks in TECHNOLOGIES for word in marks.words if len(word) > 2}, key=len, reverse=True
        )
    )
    + r"|fastapi|flask|streamlit|s3|ec2|ecs|ecr|rds|lambda|kinesis|postgres\w*|bucket|database|registry|container|api)\b"
)

METRIC_WORDS = re.compile(
    r"(?i)\brmse\b|\bmae\b|\bmse\b|\bmape\b|\bsmape\b|accuracy|\bf1\b|f1[-_ ]score|\bauc\b|roc|\br2\b|r²|r\^2|precision|recall|log[- ]?loss|error|score|iou|dice|bleu|rouge|perplexity|kappa|"
    r"silhouette|loss|sensitivity|specificity|latency|throughput|correlation|exactitud"
)

_TIME = r"(?:ms|milliseconds?|secs?|seconds?|s|min|minutes?|hours?|days?)"
COMPARED = re.compile(
    r"(?i)(?:improv|reduc|increas|decreas|lower|higher|faster|slower|better|worse|drop|rise|rose|fell|cut|outperform|gain|below|above|less|more)\w*[^.\n|]{0,50}?\d+(?:[.,]\d+)?\s?(?:%|percent|x\b|times\b|percentage points?)"
    r"|\d+(?:[.,]\d+)?\s?(?:%|percent|x|times)\s(?:\w+\s){0,2}(?:improve|reduc|increas|decreas|lower|higher|faster|better|fewer|less|more|saving|gain|drop|below|above)"
    r"|from\s(?:~|about|around)?\s?[$€£]?\d[\d.,]*\s?(?:%|"
    + _TIME
    + r")?\sto\s(?:~|about|around|under|below)?\s?[$€£]?\d[\d.,]*\s?(?:%|"
    + _TIME
    + r"\b)"
    r"|(?:sav|shorten|speed)\w*[^.\n|]{0,30}?\d+(?:[.,]\d+)?\s?" + _TIME + r"\b"
    r"|(?:baseline|naive|dummy|copy of last|last week)[^\n]{0,80}\d+[.,]\d+"
    r"|(?:latency|response time|inference time|training time|prediction time|throughput|processing speed|p9[59]|run ?time|takes? (?:about|around|only|less than|~)?)[^.\n|]{0,40}?[<~]?\s?\d+(?:[.,]\d+)?\s?k?\s?(?:"
    + _TIME
    + r"\b|req|rps|qps|/s|samples|requests)"
    r"|(?:costs?|budget|bill)[^.\n|]{0,40}[$€£<]\s?\d|[$€£]\s?\d[\d,.]*[kKmM]?\s?(?:per|/|a)\s?(?:month|day|hour|year|1000|request)|<?\s?\d+(?:\.\d+)?\s?(?:USD|EUR|dollars?|euros?)\b"
)

ARTICLE_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w-]+\.)?(?:medium\.com/(?!tag/)|dev\.to/|hashnode\.dev|hashnode\.com|substack\.com|towardsdatascience\.com|kaggle\.com/code/[\w-]+/[\w-]+$|wordpress\.com|blogspot\.com|"
    r"linkedin\.com/(?:pulse|posts)/|analyticsvidhya\.com/blog|hackernoon\.com|ghost\.io|qiita\.com|zenn\.dev|habr\.com)"
)
# Hosts where a blog has a domain of its own.
BLOG_HOSTS = re.compile(
    r"(?i)^https?://[\w-]+\.(?:blogspot\.com|wordpress\.com|hashnode\.dev|substack\.com|ghost\.io|medium\.com)(?=[:/?#]|$)"
)
VIDEO_HOSTS = re.compile(
    r"(?i)^https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch|shorts|embed|playlist|@)|youtu\.be/|loom\.com/share|vimeo\.com/\d|asciinema\.org/a/|drive\.google\.com/file)"
)
PERSONAL_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w.-]+\.)?(?:notion\.(?:site|so)|github\.io|gitlab\.io|netlify\.app|vercel\.app|pages\.dev|about\.me|carrd\.co|wixsite\.com|readthedocs\.io|web\.app)(?=[:/?#]|$)"
)
