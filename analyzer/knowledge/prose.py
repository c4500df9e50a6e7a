"""Words by which a section, link, picture or number of a README is known. English first; what is elsewhere common too."""

from __future__ import annotations

import re

__all__ = ["ARTICLE_HOSTS", "CAUSE", "COMPARED", "DIAGRAM_WORDS", "METRIC_WORDS", "PERSONAL_HOSTS", "TITLES", "VIDEO_HOSTS"]

TITLES: dict[str, re.Pattern[str]] = {
    "problem": re.compile(
        r"(?i)problem|objective|introduc|\babout\b|motivation|background|business|\bgoals?\b|context|purpose|use[- ]?case|"
        r"project description|^description|^(?:project )?(?:summary|overview)|\bwhy\b|scenario|what (?:is|does)|the project|problema|objetivo|einleitung|abstract"
    ),
    "architecture": re.compile(
        r"(?i)architect|design|how (?:it|this) works|work ?flow|pipeline|system|components?\b|solution|technical|mlops (?:approach|overview)|"
        r"implementation|infrastructure|orchestrat|deployment|monitoring|data flow|how (?:the )?(?:parts|pieces|components|everything|it all) |the parts|project (?:details|overview)|approach|arquitectura|experiment tracking|serving|registry"
    ),
    "design": re.compile(r"(?i)architect|design|how (?:it|this) works|how (?:the )?(?:parts|pieces|components|everything|it all) |decision|rationale|why (?:we|i|this|these)|tech(?:nology)? (?:choices?|stack)|trade[- ]?offs?"),
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
        r"incident|debug|on[- ]?call|recovery|clean[- ]?up|teardown|tear down|(?:something|things?|it|anything) (?:is|goes|go|went)? ?wrong|when (?:it|something|things) (?:fail|break)|if (?:it|something) (?:fail|break|is wrong)|gotchas"
    ),
    "challenges": re.compile(
        r"(?i)challeng|lessons?|what (?:was|is) (?:hard|harder|difficult)|hard parts?|harder than|learn(?:ed|ings?|t)\b|difficult|obstacles?|problems? (?:faced|encountered|solved|i )|what (?:went|i would)|retrospective|reflections?|pitfalls"
    ),
    "list": re.compile(r"(?i)structure|folder|tree|layout|tech(?:nolog\w+)?(?: stack)?$|tools?\b|stack|directory|dependencies|table of contents|contents"),
}

CAUSE = re.compile(
    r"(?i)\bbecause\b|\bso that\b|in order to|\bthus\b|therefore|\bcrucial|\bcritical|importan(?:t|ce)|\bhelps?\b|helping|enabl\w+|reduc\w+|improv\w+|\bcosts?\b|\bsav(?:e|es|ing)\b|"
    r"\blosses\b|\bloss of\b|\brisks?\b|impact|benefit\w*|allow(?:s|ing)|\bneeds?\b|challenge|difficult|struggl\w+|prevent\w*|optimi[sz]\w+|decision|valuable|\bvalue\b|profit|revenue|customers?|"
    r"patients?|essential|vital|significant|major|leading cause|million|billion|efficien\w+|early|safety|support\w*|demand|planning|stakeholders?|users?|compan(?:y|ies)|business(?:es)?"
)

DIAGRAM_WORDS = re.compile(
    r"(?i)archit|diagram|flow(?:chart)?|pipeline|workflow|\bdag\b|schema|overview|design|infra|structure|mlops|system|process|components|blueprint|topology|sequence|data[-_ ]?flow|lineage|graph"
)

METRIC_WORDS = re.compile(
    r"(?i)\brmse\b|\bmae\b|\bmse\b|\bmape\b|\bsmape\b|accuracy|\bf1\b|f1[-_ ]score|\bauc\b|roc|\br2\b|r²|r\^2|precision|recall|log[- ]?loss|error|score|iou|dice|bleu|rouge|perplexity|kappa|"
    r"silhouette|loss|sensitivity|specificity|latency|throughput|correlation|exactitud"
)

COMPARED = re.compile(
    r"(?i)(?:improv|reduc|increas|decreas|lower|higher|faster|slower|better|worse|drop|rise|rose|fell|cut|sav|outperform|gain|speed)\w*[^.\n|]{0,60}?\d+(?:\.\d+)?\s*(?:%|percent|x\b|times|ms|seconds?|minutes?|hours?|points?)"
    r"|\d+(?:\.\d+)?\s*(?:%|percent|x|times)\s*(?:\w+\s+){0,2}(?:improve|reduc|increas|decreas|lower|higher|faster|better|fewer|less|more|saving|gain|drop)"
    r"|from\s+(?:~|about|around)?\s*[$€£]?\d[\d.,]*\s*(?:%|ms|s|seconds?|minutes?|hours?|days?)?\s+to\s+(?:~|about|around|under)?\s*[$€£]?\d"
    r"|(?:baseline|previous|before)[^.\n|]{0,60}\d+\.?\d*[^.\n]{0,80}(?:now|new|after|our|final|improved|tuned|vs\.?|versus|compared)[^.\n|]{0,40}\d"
    r"|(?:vs\.?|versus|compared (?:to|with)|against)\s[^.\n|]{0,40}(?:baseline|previous|naive|dummy)"
    r"|(?:latency|response time|inference time|training time|throughput|p9[59]|runtime)[^.\n|]{0,50}\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s\b|seconds?|minutes?|req|rps|qps|/s)"
    r"|(?:cost|costs|price|budget|savings?)[^.\n|]{0,40}[$€£]\s?\d|[$€£]\s?\d[\d,.]*[kKmM]?\s*(?:per|/|a)\s*(?:month|day|hour|year|1000|request)"
)

ARTICLE_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w-]+\.)?(?:medium\.com/(?!tag/)|dev\.to/|hashnode\.dev|hashnode\.com|substack\.com|towardsdatascience\.com|kaggle\.com/code/[\w-]+/[\w-]+$|wordpress\.com|blogspot\.com|"
    r"linkedin\.com/(?:pulse|posts)/|analyticsvidhya\.com/blog|hackernoon\.com|ghost\.io|qiita\.com|zenn\.dev|habr\.com)"
)
VIDEO_HOSTS = re.compile(r"(?i)^https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch|shorts|embed|playlist|@)|youtu\.be/|loom\.com/share|vimeo\.com/\d|asciinema\.org/a/|drive\.google\.com/file)")
PERSONAL_HOSTS = re.compile(r"(?i)^https?://(?:[\w.-]+\.)?(?:notion\.(?:site|so)|github\.io|gitlab\.io|netlify\.app|vercel\.app|pages\.dev|about\.me|carrd\.co|wixsite\.com|readthedocs\.io|web\.app)(?=[:/?#]|$)")
