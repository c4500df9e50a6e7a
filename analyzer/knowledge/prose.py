"""Words by which a section, link, picture or number of a README is known. English first; what is elsewhere common too."""

from __future__ import annotations

import re

from analyzer.knowledge.caseless import Caseless
from analyzer.knowledge.technologies import TECHNOLOGIES

__all__ = [
    "ANSWERED",
    "ARTICLE_HOSTS",
    "BLOG_HOSTS",
    "CAUSE",
    "COMPARED",
    "DESIGN_ELSEWHERE",
    "DIAGRAM_WORDS",
    "DIFFICULTY",
    "GENERATED_PAGE",
    "IMAGE_HOSTS",
    "KEPT_FILE",
    "LOOKS_AFTER",
    "METRIC_WORDS",
    "ORGANISATIONS",
    "PERSONAL_HOSTS",
    "PROCEDURE",
    "RELATES",
    "REMEDY",
    "SOLVED",
    "TAKES_BACK",
    "TAKES_DOWN",
    "TITLES",
    "TOOL_WORDS",
    "TROUBLE",
    "VIDEO_HOSTS",
    "WAY_OUT",
    "WHEN",
]

# Architecture and design in the languages of the projects that were looked at, and their neighbours.
DESIGN_ELSEWHERE = r"arquite[ct]{1,2}ura|architekt|архитектур|mimari|아키텍[처쳐]|설계|시스템 구[성조]|架构|架構|アーキテクチャ|設計|设计"

# The same of the other topics: Spanish, Portuguese, French, German, Russian, Ukrainian, Polish, Turkish, Korean, Chinese,
# Japanese.
_PROBLEM_ELSEWHERE = (
    r"описание|опис проєкту|о проекте|про проєкт|цель проекта|мета проєкту|постановка задачи|descripci[oó]n|descri[cç][aã]o|contexto|pr[eé]sentation|aufgabenstellung|projektbeschreibung|opis projektu|hakk[iı]nda"
    r"|프로젝트 (?:개요|소개|배경|목[적표])|^개요|배경|문제 ?정의|项目(?:简介|背景|介绍|概述)|背景|問題|概要|目的"
)
_PARTS_ELSEWHERE = r"\bcomponentes\b|\bcomposants\b|\bkomponenten\b|компонент"
_SETUP_ELSEWHERE = (
    r"установк|встановлен|запуск|требования|вимоги|настройк|налаштуван|requisitos|pr[eé]-?requis|instru(?:cciones|[cç][oõ]es)|ejecuci[oó]n|execu[cç][aã]o|"
    r"instala[cç]|lancement|d[eé]marrage|voraussetzung|einrichtung|inbetriebnahme|uruchomi|instalacj|wymagania|kurulum|çalıştır|설치|실행|시작하기|환경 ?설정|사용 ?방?법|安装|安裝|运行|部署|快速开始|使用方法|インストール|セットアップ|実行|使い方|環境構築"
)
_RESULTS_ELSEWHERE = r"результат|метрики|r[eé]sultats|ergebnis|wyniki|sonuçlar|결과|성능|평가|结果|結果|性能|評価"
_OPERATIONS_ELSEWHERE = r"устранени|неполадк|неисправност|эксплуатац|усунення|(?:soluci[oó]n|solu[cç][aã]o|resoluci[oó]n|resolu[cç][aã]o) de problemas|d[eé]pannage|fehlerbehebung|probleml[oö]sung|sorun giderme|문제 ?해결|트러블 ?슈팅|장애 ?(?:대응|처리)|故障(?:排查|排除)|常见问题|トラブルシュー|運用"
_CHALLENGES_ELSEWHERE = r"desaf[ií]os|трудност|сложност|d[eé]fis\b|difficult[eé]s|herausforderung|wyzwania|lecciones|lições|회고|어려움|배운 ?점|트러블 ?슈팅|挑战|难点|苦労|学んだこと|振り返り"

TITLES: dict[str, Caseless] = {
    "problem": Caseless(
        r"probl[eéè]m|objecti(?:ve|f)|contexte|introduc|\babout\b|motivation|background|business|\bgoals?\b|context|purpose|use[- ]?case|"
        r"(?:project|application|app|product|task) description|^description|^(?:project )?(?:summary|overview)|\bwhy\b|scenario|what (?:is|does)|the project|problema|objetivo|einleitung|abstract|"
        + _PROBLEM_ELSEWHERE
    ),
    "architecture": Caseless(
        r"architect|design|how (?:it|this) works|work ?flow|pipeline|system|components?\b|solution|technical|mlops (?:approach|overview)|"
        r"implementation|infrastructure|orchestrat|deployment|monitoring|data flow|how (?:the )?(?:parts|pieces|components|everything|it all) |the parts|project (?:details|overview)|approach|experiment tracking|serving|registry|"
        f"{DESIGN_ELSEWHERE}|{_PARTS_ELSEWHERE}"
    ),
    "design": Caseless(
        r"architect|design|how (?:it|this) works|how (?:the )?(?:parts|pieces|components|everything|it all) |decision|rationale|why (?:we|i|this|these)|tech(?:nology)? (?:choices?|stack)|trade[- ]?offs?|"
        + DESIGN_ELSEWHERE
    ),
    "decisions": Caseless(
        r"design (?:decisions?|choices?|principles?|notes)|decisions?\b|rationale|why (?:we|i|this|these)|choices\b|trade[- ]?offs?|princ[ií]pios? d[eo] (?:design|dise|projeto)|decis(?:iones|ões|ioni\b)|entwurfsentscheidung|설계 (?:의도|결정|원칙|목표)|设计(?:决策|原则)|設計(?:方針|判断)"
    ),
    "setup": Caseless(
        r"install|set[- ]?up|getting[- ]started|quick[- ]?start|usage|how to|\brun\b|running|reproduc|prerequisit|instructions?|"
        r"\bbuild\b|steps|deploy|environment|start(?:ing)?\b|execut(?!ion flow)|launch|guide|requirements|instalaci|local development|configur|make |"
        + _SETUP_ELSEWHERE
    ),
    "results": Caseless(
        r"results?\b|performance|evaluation|metrics?\b|findings|outcomes?|benchmark|comparison|model selection|experiments?\b|accuracy|scores?\b|impact|"
        r"resultados|insights|best model|screenshots?|demo|output|model development|modell?ing|" + _RESULTS_ELSEWHERE
    ),
    "operations": Caseless(
        r"trouble[- ]?shoot|run ?book|\bfaq|known issues|common (?:issues?|errors?|problems?)|(?<!learning )(?<!ml )(?<!ai )(?<!orchestration )(?<!model )\boperations?\b|operational|(?<!predictive )maintenance|roll[- ]?back|"
        r"incident|^(?:how to )?debug|on[- ]?call|recovery|clean(?:ing)?[- ]?up|tear(?:ing)?[- ]?down|destroy|stopping|shut(?:ting)?[- ]?down|restor|backup|(?:something|things?|it|anything) (?:is|goes|go|went)? ?wrong|when (?:it|something|things) (?:fail|break)|if (?:it|something) (?:fail|break|is wrong)|gotchas|"
        + _OPERATIONS_ELSEWHERE
    ),
    "challenges": Caseless(
        r"challeng|lessons?|what (?:was|is) (?:hard|harder|difficult)|hard parts?|harder than|learn(?:ed|t)\b|\blearnings\b|what (?:i|we) learn|difficult|obstacles?|(?:problems?|issues?|bugs?) (?:we |i )?(?:faced|encountered|solved|resolved|i )|what (?:went|i would)|retrospective|reflections?|pitfalls|"
        + _CHALLENGES_ELSEWHERE
    ),
    "known-issues": Caseless(
        r"known (?:issues|problems|bugs|limitations)|(?:issues?|problems?) (?:faced|encountered|met)|^issues$|caveats|what broke"
    ),
    "advice": Caseless(r"best practices?|\btips\b|recommend|guidelines|resources|references|next steps|future|roadmap"),
    "list": Caseless(
        r"structure|folder|tree|layout|tech(?:nolog\w+)?(?: stack)?$|tools?\b|stack|directory|dependencies|table of contents|contents"
    ),
}

CAUSE = Caseless(
    r"in order to|importan(?:t|ce)|reduc\w+|improv\w+|impact\w*|benefit\w*|challeng\w+|difficult\w*|struggl\w+|prevent\w*|"
    r"optimi[sz](?:e|es|ing|ation) (?:their|the|resource|staff|inventor|price|cost)|decisions?\b|valuable|complain\w*|pay(?:s|ing)? (?:for|the)\b|profit\w*|"
    r"revenue|patients?\b|essential|vital\b|leading cause|efficien\w+|safety|stakeholders?|compan(?:y|ies)\b|business(?:es)?\b|industr(?:y|ies)\b|expensive|"
    r"cheap\w*|wast(?:e|ed|es)\b|fraud\w*|complications?|diseases?|delays?\b|congestion|without (?:it|this)|time-consuming|"
    r"cannot\b|unable\b|hard to\b|seldom\b|rarely\b|fail(?:s|ed)?\b|penalt\w+|wrong\b|too late|mortality|early detection|insights?\b|"
    r"\b(?:afin (?:de|d')|permet\w*|aider\b|ayudar?\b|ajudar?\b|hilft|helfen|r[ée]du(?:ire|cir|zir)\b|reduzieren|am[ée]liorer|mejorar\w*|melhorar|verbesser\w*|"
    r"co[ûu]ts?\b|costos?\b|costes?\b|custos?\b|kosten\b|risques?\b|riesgos?\b|riscos?\b|risik\w+|entreprises?\b|empresas?\b|unternehmen\b|"
    r"d[ée]cisi[oó]n\w*|decis(?:ão|ões)|entscheidung\w*|anticip\w+|pertes?\b|p[ée]rdidas?\b|blessures|d[ée]c[èe]s\b|wichtig\w*|"
    r"because\b|so that\b|thus\b|crucial|critical|help(?:s|ing|ed)?\b|cost(?:s|ly)?\b|sav(?:e|es|ing|ings)\b|loss(?:es)?\b|lose\b|risks?\b|needs? (?:for|to)\b(?! be \w+ed\b)|"
    r"tailor\w*|affordable|privacy\b|budgets?\b|"
    r"millions?\b|billions?\b|enhanc(?:e|es|ing)\b|streamlin(?:e|es|ing)\b)"
)

DIAGRAM_WORDS = re.compile(
    r"(?i)archit|diagram|(?<!ml)(?<!air)(?<!tensor)(?<!kube)(?<!meta)flow|pipeline|\bdag\b|schema|overview|design|infra|structure|mlops(?!\d)|system|process|components|blueprint|topology|sequence|data[-_ ]?flow|lineage|graph"
)

RELATES = Caseless(
    r"\b(?:is|are|was|were) (?:\w+ )?(?:used|stored|saved|sent|loaded|deployed|hosted|triggered|scheduled|trained|logged|tracked|pushed|served|exposed|containeri[sz]ed|orchestrated|registered|fetched|collected|run|executed|written)\b"
    r"|\b(?:use[sd]?|using|stores?|sends?|reads?|writes?|loads?|fetch(?:es)?|triggers?|runs?|serves?|exposes?|push(?:es)?|pulls?|orchestrates?|schedules?|collects?|connects?|provisions?|containeri[sz]es?|retrain\w*|registers?|deploys?|utili[sz]es?|allows?)\b"
)
# What an operator does to a running system, told in headings and file names.
PROCEDURE = re.compile(
    r"(?i)roll[-_ ]?back|restor(?:e|ing)|back[-_ ]?up|recover|rotat(?:e|ing)|redeploy|delet(?:e|ing)|upgrad(?:e|ing)|\bmigrat(?:e|ing|ion)|scal(?:e|ing) (?:up|down|out)|incident|on[-_ ]?call|run[-_ ]?book|failover"
    r"|(?:promot|mov|releas)\w*\b.{0,60}\bproduction\b|forc(?:e|ing)\b.{0,20}\bre-?train|manual(?:ly)? (?:re-?train|trigger)|trigger\w*\b.{0,40}\bmanually"
    r"|\btrigger\w*\s(?:\w+\s){0,2}re-?train|\bday[- ]to[- ]day\b|\bcanary\b|\bnew (?:deployment|release|version)s?\b"
)
# A name of a tool or service in running text.
TOOL_WORDS = Caseless(
    r"\b(?:"
    + "|".join(
        sorted(
            {re.escape(word.lower()) for marks in TECHNOLOGIES for word in marks.words if len(word) > 2},
            key=lambda word: (-len(word), word),  # the same at every start: it is kept compiled
        )
    )
    + r"|fastapi|flask|streamlit|s3|ec2|ecs|ecr|rds|lambda|kinesis|postgres\w*|bucket|database|registry|container|api)\b"
)

METRIC_WORDS = Caseless(
    r"accuracy|\bf1[-_ ]score|\broc(?:\b|[-_ ]?auc)|r²|r\^2|\bprecision|\brecall|log[- ]?loss|error|score|\bm?iou\b|\bdice\b|\bbleu|"
    r"\brouge|perplexity|\bkappa\b|silhouette|(?<!data )loss(?:es)?\b(?! of\b[^.\n]{0,12}\d ?%)|sensitivity|specificity|latency|throughput|correlation|exactitud|"
    r"\b(?:rmse|mae|mse|mape|smape|f1|auc|r2)(?:\b|_)"
)

_TIME = r"(?:ms|milliseconds?|secs?|seconds?|s|min|minutes?|hours?|days?)"
_TIME_OR_SIZE = rf"(?:{_TIME}|[kmg]i?b)"
COMPARED = Caseless(
    r"(?:improv|reduc|increas|decreas|lower|higher|faster|slower|better|worse|drop|rise|rose|fell|cut|outperform|gain|below|above|less|more)\w*[^.\n|]{0,50}?\d+(?:[.,]\d+)?\s?(?:%|percent|x\b|times\b|percentage points?)"
    r"|\d+(?:[.,]\d+)?\s?(?:%|percent|x|times)\s(?:\w+\s){0,2}(?:improve|reduc|increas|decreas|lower|higher|faster|better|fewer|less|more|saving|gain|drop|below|above)"
    r"|from\s(?:~|about|around)?\s?[$€£]?\d[\d.,]*\s?(?:%|"
    + _TIME_OR_SIZE
    + r")?\sto\s(?:~|about|around|under|below)?\s?[$€£]?\d[\d.,]*\s?(?:%|"
    + _TIME_OR_SIZE
    + r"\b)"
    r"|(?:improv|reduc|increas|decreas|drop|rise|rose|fell|cut|gain|rais|boost|lower)\w*[^.\n|]{0,40}?\bfrom\s\d[\d.,]*\s?%?\sto\s\d"
    r"|(?:sav|shorten|speed)\w*[^.\n|]{0,30}?\d+(?:[.,]\d+)?\s?" + _TIME_OR_SIZE + r"\b"
    r"|\d[.,]\d+[^\n|]{0,80}?\b(?:over|against|versus|vs\.?|than|above)\s(?:an?|the)\s\d+[.,]\d+[^\n|]{0,20}?\bbaseline"
    r"|(?:baseline|naive|dummy|copy of last|last week)[^\n]{0,80}\d+[.,]\d+"
    r"|(?:latency|response time|inference time|training time|prediction time|throughput|processing speed|p9[59]|run ?time|(?:takes?|took)(?! place) (?:about|around|only|less than|~)?)[^.\n|]{0,40}?[<~]?\s?\d+(?:[.,]\d+)?\s?k?\s?(?:"
    + _TIME
    + r"\b|req|rps|qps|/s|samples|requests)"
    r"|\bsub-?\s?\d+\s?(?:ms|milliseconds?)\b|\b\d[\d,.]{0,9}k?\+?\s?(?:tps|rps|qps)\b"
    r"|(?:costs?|budget|bill)[^.\n|]{0,60}[$€£<]\s?\d|[$€£]\s?\d[\d,.]*[km]?\s?(?:per|/|a)\s?(?:month|day|hour|year|1000|request)|<?\s?\d+(?:\.\d+)?\s?(?:usd|eur|dollars?|euros?)\b"
)

ARTICLE_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w-]+\.)?(?:medium\.com/(?!tag/)|dev\.to/|hashnode\.dev|hashnode\.com|substack\.com|towardsdatascience\.com|kaggle\.com/code/[\w-]+/[\w-]+$|wordpress\.com|blogspot\.com|"
    r"linkedin\.com/(?:pulse|posts)/|analyticsvidhya\.com/blog|hackernoon\.com|ghost\.io|qiita\.com|zenn\.dev|habr\.com)"
)
# Hosts where a blog has a domain of its own.
BLOG_HOSTS = re.compile(
    r"(?i)^https?://[\w-]+\.(?:blogspot\.com|wordpress\.com|hashnode\.dev|substack\.com|ghost\.io|medium\.com)(?=[:/?#]|$)"
)
# Hosts where one puts pictures of one's own.
IMAGE_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w.-]+\.)?(?:github\.com|githubusercontent\.com|gitlab\.com|imgur\.com|ibb\.co|postimg\.cc|cloudinary\.com|"
    r"googleusercontent\.com|drive\.google\.com|miro\.medium\.com|notion\.so|amazonaws\.com|storage\.googleapis\.com|mermaid\.ink|"
    r"dropbox\.com|imagekit\.io|huggingface\.co|dagshub\.com|youtube\.com|ytimg\.com|hackmd\.io|hizliresim\.com|onlinegdb\.com)[:/]"
)
# The README that a generator of projects leaves behind.
GENERATED_PAGE = re.compile(
    r"bootstrapped with \[Create React App\]|# Getting Started with Create React App|This template (?:provides a minimal setup|should help get you)"
    r"|(?:was|is a) \[Next\.js\][^\n]*bootstrapped with|project was generated (?:with|using) \[Angular CLI\]|A new Flutter project\.|# create-svelte"
    r"|This is your new Kedro project|generated using `Kedro|# Overview\s+This is your new \w+ project|Welcome to your new dbt project"
    r"|This is an auto-generated directory|The Makefile contains the central entry points for common tasks related to this project"
    r"|This is a template for a new Vite project|This is where you describe how to get set up on a clean install"
    r"|Welcome to Astronomer! This project was generated after you ran 'astro dev init'"
)
VIDEO_HOSTS = re.compile(
    r"(?i)^https?://(?:www\.|m\.)?(?:youtube\.com/(?:watch|shorts|embed|playlist|@)|youtu\.be/|loom\.com/share|vimeo\.com/\d|asciinema\.org/a/)"
)
KEPT_FILE = re.compile(r"https://drive\.google\.com/file/")
"""A file of any kind; what is said of it tells whether it is a video."""
ORGANISATIONS = frozenset(
    "apache aws aws-samples awslabs azure bitnami-labs chainguard-dev cookiecutter dask databricks datatalksclub docker elastic"
    " evidentlyai facebook facebookresearch gitops-working-group google googlecloudplatform googlecontainertools grafana"
    " hashicorp helm huggingface iterative jupyter jupyterhub kserve kubeflow kubernetes kubernetes-sigs microsoft mlflow"
    " mozilla nvidia open-telemetry openai prometheus prometheus-community prometheus-operator pytorch rapidsai scikit-learn"
    " spacy strimzi tensorflow tiangolo uber".split()
)
"""Who publishes pages of well-known tools on GitHub under the name of an account."""
PERSONAL_HOSTS = re.compile(
    r"(?i)^https?://(?:[\w.-]+\.)?(?:notion\.(?:site|so)|github\.io|gitlab\.io|netlify\.app|vercel\.app|pages\.dev|about\.me|carrd\.co|wixsite\.com|readthedocs\.io|web\.app)(?=[:/?#]|$)"
)

# How an issue that is told was met: its cause, or the way around it.
SOLVED = Caseless(
    r"work-?arounds?|root cause|caused by|fix(?:ed|es)?\b|solutions?\b|solved|resolved|mitigat|instead of|switched"
)

# What a list on challenges is led in by, and how an item of it tells what was done.
DIFFICULTY = Caseless(
    r"\b(?:challeng(?:e|es|ing)|difficult(?:y|ies)|lessons?|learnings|obstacles?|pitfalls?|hurdles?|problems|issues)\b"
)
_MEET = r"(?:address|prevent|avoid|handle|overcome|mitigate|solve|resolve|tackle|counter|fix|get around|work around|deal with)"
ANSWERED = Caseless(
    rf"\bto {_MEET} (?:this|these|that|those|it|the|such|any)\b|work-?around|\b(?:solved|fixed|resolved|mitigated) (?:this |it |that )?by\b"
    r"|\b(?:so|therefore|hence|thus),? (?:i|we)\b|\b(?:i|we) (?:ended up|switched|decided|solved|fixed|resolved|avoided|worked around|had to)\b"
)

# That something fails, when, and what a reader is told to do then.
TROUBLE = Caseless(
    r"\berrors?\b|\bfail(?:s|ed|ing|ures?)?\b|\bcrash(?:es|ed|ing)?\b|\bstuck\b|\bhangs?\b|(?:does|do|did|is|are|was)(?:n['’]t| not) (?:work|start|run|respond|show|appear|connect|found|find)"
    r"|\bproblems?\b|\bissues?\b|\bdenied\b|\bconflicts?\b|\balready in use\b"
)
WHEN = Caseless(r"\b(?:if|in case|when|whenever)\b")
REMEDY = Caseless(
    r"\b(?:run|re-?run|try|use|re-?start|delete|remove|stop|kill|execute|change|set|install|add|replace|increase|rebuild|recommended|need to|have to|should)\b"
)
WAY_OUT = Caseless(rf"work-?around|\bway around|\bto {_MEET} (?:this|it|that|the (?:issue|problem|error))\b")

# What is typed to go back.
TAKES_BACK = re.compile(
    r"\b(?:kubectl|oc)\s.*\brollout (?:undo|restart)\b|\bhelm rollback\b|\balembic downgrade\b|\bpg_restore\b"
    r"|\b(?:make|just|task)\s.*roll-?_?back"
)
# What ends what a set-up began; readers count that with the set-up.
TAKES_DOWN = re.compile(
    r"\b(?:terraform|tofu|terragrunt|pulumi|cdk|cdktf)\b.*\bdestroy\b|\bsam delete\b|\beksctl delete\b|\b(?:serverless|sls) remove\b"
    r"|\baws\s.*\b(?:delete|terminate)-|\b(?:gcloud|az)\s.*\bdelete\b|\bhelm uninstall\b"
    r"|\b(?:make|just|task)\s.*(?:destroy|tear-?_?down|clean-?_?up-?_?(?:infra|cloud|aws|gcp|azure))"
)
# What is typed to look into a running system, or to start a part of it anew; one alone is a step of running it.
LOOKS_AFTER = re.compile(
    r"\b(?:docker(?:-compose| compose)?|podman|kubectl|oc)\s(?:.*\s)?(logs|restart|stats|prune|rollout|scale|describe)\b|(--no-deps)\b|\b(systemctl|journalctl|pg_dump)\b|\b(?:aws|gcloud)\s(?:.*\s)?(logs)\b"
)
