"""Where links of a README lead: running applications, pages, articles and sites of the author's own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from analyzer.artifacts.dependencies import normalise
from analyzer.artifacts.document import Document, Link
from analyzer.knowledge.packages import DISTRIBUTIONS
from analyzer.knowledge.prose import ARTICLE_HOSTS, BLOG_HOSTS, KEPT_FILE, ORGANISATIONS, PERSONAL_HOSTS, VIDEO_HOSTS
from analyzer.knowledge.resources import HOSTED_APPLICATION, HOSTED_STATIC
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.queries.grounding import own_words
from analyzer.queries.prose import own_documents
from analyzer.queries.serving import runs_application
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["hosted_elsewhere", "hosted_links", "own_articles", "own_sites"]

_LOCAL_HOST = re.compile(
    r"(?i)localhost|127\.0\.0\.1|0\.0\.0\.0|<[^>]*>|your[-_]|://(?:www\.)?example\.(?:com|org|net)|\{|xxx|my[-_]domain|placeholder"
)
_PAGE_WORDS = re.compile(
    r"(?i)evidently|reports?\b|slides|course|dataset|documentation|\bdocs?\b|monitoring|drift|grafana|mlflow|prometheus"
    r"|pushgateway|prefect|airflow|adminer|pgadmin"
)
_PAGE_PORTS = frozenset({3000, 4200, 9090, 9091, 9093})  # Grafana, Prefect, Prometheus, its gateway, Alertmanager
_LED_IN = 60


_SHUT_DOWN = re.compile(
    r"(?i)shut ?down|taken down|no longer (?:live|running|available|online|up|active)|not (?:live|running|available|online) any ?more|(?:is|are|was|were|been) (?:stopped|terminated|deactivated|offline|decommissioned|destroyed)"
)


def _paragraph(repo: Repository, link: Link) -> str:
    """The line of a link with the two below it: what is said of it."""
    return " ".join(repo.lines(link.path)[link.line - 1 : link.line + 2])


_EXAMPLE = re.compile(r"(?i)\bfor example\b|\bexample:|\be\.g\.|\bwill (?:vary|differ|be different)\b|\blooks? like\b")
_START_PAGE = re.compile(r"(?i)https?://(?:www\.|app\.)?(?:dagshub|wandb|neptune|comet|prefect|evidently)[\w.-]*/?")
_ACCOUNTS = re.compile(r"(?i)/(?:sign-?up|sign-?in|log-?in|register)\b")


@remembered
def hosted_links(repo: Repository) -> Iterator[tuple[Link, str]]:
    """(link, ``application``, ``page`` or ``gone``) of hosted things that the README links."""
    readme = repo.readme
    if readme is None:
        return
    links = [*readme.links, *_links_in_code(readme)] if runs_application(repo) else []
    stopped = {_host(link) for link in links if _SHUT_DOWN.search(_paragraph(repo, link))}
    for link in links:
        if _leads_nowhere(repo, link):
            continue
        labels = {normalise(label) for label in _host(link).split(".")}
        if HOSTED_APPLICATION.match(link.url):
            if not _is_projects(repo, link):
                continue
            gone = _host(link) in stopped
            yield link, "gone" if gone else "page" if _is_page(repo, link) else "application"
        elif link.image or (labels & _names_of_tools(repo) and not _is_named_after_project(repo, _host(link))):
            continue
        elif (
            HOSTED_STATIC.match(link.url)
            and not _START_PAGE.fullmatch(link.url)
            and not _is_data(link.url)
            and not _is_of_library(link)
            and _is_projects(repo, link)
            and not _is_of_data(repo, link)
            and not _ON_OWN_SITE.search(link.url)  # an article
            and not _INSTRUCTS.search(f"{link.text} {repo.line(link.place)}")
        ):
            yield link, "page"
        elif _is_own_domain(link) and (
            _is_named_after_project(repo, _host(link))
            or re.search(
                r"(?i)\blive\b|\bdemo\b|try (?:it|the)|deployed|hosted (?:at|on|app)|web ?app|live (?:app|api|demo|site)|production|\burl (?:for|of) the (?:deployment|app\w*|api|service)",
                f"{link.text} {_around(repo, link)}",
            )
        ):
            yield link, "application"


def _leads_nowhere(repo: Repository, link: Link) -> bool:
    """Whether an address is of the reader's own machine, of an account, of a file, or an example."""
    return bool(
        _LOCAL_HOST.search(link.url)
        or _ACCOUNTS.search(link.url)
        or not link.url.startswith(("http://", "https://"))
        or _EXAMPLE.search(_around(repo, link))
    )


# What names a machine and not what runs there.
_ADDRESS = re.compile(r"[\d.]+|(?:ec2|vm|ip)-[\d-]+\..+|[\w-]+\.cloudapp\.azure\.com")


def _is_page(repo: Repository, link: Link) -> bool:
    """Whether a hosted thing is a page beside the application; that on a machine is told by its line and port."""
    told = f"{link.text} {_host(link)}"
    if not _ADDRESS.fullmatch(_host(link)):
        return bool(_PAGE_WORDS.search(told))
    return _port(link) in _PAGE_PORTS or bool(_PAGE_WORDS.search(f"{told} {_around(repo, link)}"))


def _port(link: Link) -> int | None:
    try:
        return urlsplit(link.url).port
    except ValueError:
        return None


def _around(repo: Repository, link: Link) -> str:
    """The words of the line that stand next to a link, up to the next address on either side."""
    line = repo.line(link.place)
    begin = line.find(link.url)
    if begin < 0:
        return line[: 2 * _LED_IN]
    before, after = line[:begin], line[begin + len(link.url) :]
    return f"{before.rsplit('://', 1)[-1][-_LED_IN:]} {after.split('://', 1)[0][:_LED_IN]}"


def _is_projects(repo: Repository, link: Link) -> bool:
    """Whether an address names the project's subject, or is one that names nothing at all."""
    plain = re.sub(r"[-_/.]", " ", link.url.replace("huggingface.co/spaces", ""))
    return bool(own_words(repo, plain)) or bool(_OPAQUE.search(link.url))


# Addresses that a cloud or a person's account makes up: nobody could tell a project by them.
_OPAQUE = re.compile(
    r"(?i)run\.app|amazonaws\.com|cloudapp|azure|://\d+\.\d+\.\d+\.\d+|ngrok|cloudfront|\.[a-z]+\.internal"
    r"|(?<![a-z0-9])(?!(?:19|20)\d\d(?![a-z0-9]))[a-z0-9]*\d[a-z0-9]*\d[a-z0-9]*\d"  # a year is no such name
)


_OWN_ARTICLE = re.compile(
    r"(?i)\bmy\b|\bour\b|\bI (?:wrote|described|explain)|\bwrote\b|about (?:this|the) (?:project|repo)|this project|write-?up|full (?:story|article)|accompan|more (?:details?|about it)|series"
)
_ARTICLE_TITLE = re.compile(r"(?i)article|blog|posts?\b|write-?ups?|medium|publication")
_OF_OTHER_PEOPLE = re.compile(
    r"(?i)references?\b|resources?\b|acknowledg|credits?\b|help|see also|tutorial|further reading|sources?\b|learn more|badge"
)


def hosted_elsewhere(repo: Repository) -> Iterator[Link]:
    """Links to the running application in pages that are not the README, where these say that it is there."""
    for document in own_documents(repo) if runs_application(repo) else ():
        if document is repo.readme:
            continue
        for link in document.links:
            if _is_hosted(repo, link) and _SAYS_LIVE.search(f"{link.text} {_around(repo, link)}"):
                yield link
        for link in _links_in_code(document) if posixpath.basename(document.path).lower().startswith("readme") else ():
            led_in = " ".join(repo.lines(link.path)[max(link.line - _LED_IN_LINES, 0) : link.line - 1])
            if _is_hosted(repo, link) and _SAYS_LIVE.search(led_in):
                yield link


_LED_IN_LINES = 6
"""The lines above an address among commands that may say what it is of."""


def _is_hosted(repo: Repository, link: Link) -> bool:
    """Whether an address is that of the project's application on a host."""
    hosted = HOSTED_APPLICATION.match(link.url) and _is_projects(repo, link) and not _is_page(repo, link)
    return bool(hosted) and not _leads_nowhere(repo, link)


_SAYS_LIVE = re.compile(r"(?i)\b(?:deploy(?:ed|ment)|available|hosted|live|online|running|accessible)\b")


@remembered
def own_articles(repo: Repository) -> Iterator[Link]:
    """Links of the README to articles that the author wrote about the project."""
    for section in repo.readme.sections if repo.readme else ():
        leads = {
            line: lead
            for lead, items in section.lists
            for item in (items if lead else ())
            for line in range(item.line, item.end_line + 1)
        }
        for link in section.links:
            if _IS_ARTICLE.fullmatch(link.text.strip()) and own_words(repo, re.sub(r"[-_/.]", " ", _path(link))):
                yield link
                continue
            if not (ARTICLE_HOSTS.match(link.url) or _ON_OWN_SITE.search(link.url)):
                continue
            context = f"{link.text} {repo.line(link.place)}"
            titled = bool(_ARTICLE_TITLE.search(section.heading))
            if _WROTE_OF_THIS.search(leads.get(link.line, "")):
                yield link
                continue
            if not ARTICLE_HOSTS.match(link.url):
                continue
            if not own_words(repo, re.sub(r"[-_/.]", " ", f"{link.url} {context}")):
                continue
            if (titled or _OWN_ARTICLE.search(context)) and not _OF_OTHER_PEOPLE.search(f"{section.title} {context}"):
                yield link


_IS_ARTICLE = re.compile(
    r"(?i)(?:read )?(?:my |our |the )?(?:blog ?post|(?:full |project )?article|write-?up|case study)"
)
_ON_OWN_SITE = re.compile(
    r"(?i)^https?://[\w.-]+\.(?:github\.io|gitlab\.io|netlify\.app|pages\.dev)/\S*(?:blog|posts?|article)"
)
_WROTE_OF_THIS = re.compile(
    r"(?i)\b(?:I|we)(?:'ve| have)? (?:also )?(?:wrote|written|published|blogged|documented)\b[^.\n]{0,60}\b(?:this|the|my|our) (?:\w+ )?project\b"
)


_SITE_WORDS = re.compile(
    r"(?i)portfolio|personal (?:web)?site|my website|project (?:page|site|website)|homepage|\bdocumentation\b[^.\n]{0,40}\b(?:for|of) (?:this|the|our) project\b"
)
_NOT_OWN = re.compile(r"(?i)^https?://docs?\.|evidently|dataset|pre-commit|cookiecutter")
_INSTRUCTS = re.compile(
    r"(?i)\bsteps (?:in|of|from)\b|\bwith the help of\b|\bfollow(?:ing)? (?:this|the(?:se)?)? ?\W?(?:link|blog|guide|tutorial|video|article|post)s?\b|\bin case you\b|\bif you (?:do not|don't|need|want)\b|\bhow to (?:install|set|create|get)\b"
)
_COURSE = re.compile(
    r"(?i)course|zoomcamp|tutorial|lecture|datatalks|playlist\?list|[?&]index=\d|(?:as|for) (?:a )?reference\b|inspired by"
)


def own_sites(repo: Repository) -> Iterator[tuple[Link, str]]:
    """(link, ``video`` or ``site``): demo videos, project pages and personal sites that the README links."""
    others = _names_of_tools(repo)
    running = {link.url for link, kind in hosted_links(repo) if kind == "application"}
    sections = repo.readme.sections if repo.readme else ()
    of_others = {id(link) for section in sections if _LISTS_OTHERS.match(section.title) for link in section.links}
    of_author = {id(link) for section in sections if _OF_AUTHOR.match(section.heading) for link in section.links}
    for link in repo.readme.links if repo.readme else ():
        context = f"{link.text} {repo.line(link.place)}"
        host = _host(link)
        labels = {normalise(label) for label in host.split(".")}
        if (
            _is_played_here(repo, link)
            or _is_kept_here(repo, link)
            or (KEPT_FILE.match(link.url) and _IS_VIDEO.search(f"{link.text} {_around(repo, link)}"))
        ):
            yield link, "video"
        elif VIDEO_HOSTS.match(link.url):
            led_in = " ".join(repo.lines(link.path)[max(link.line - 5, 0) : link.line])
            if not _INSTRUCTS.search(context) and not _COURSE.search(f"{led_in} {context} {link.url}"):
                yield link, "video"
        elif _is_named_after_project(repo, host) or (id(link) in of_author and _is_front_page(link)):
            yield link, "site"
        elif (
            link.image
            or link.url in running  # the application itself says nothing of who made it
            or labels & others
            or _is_of_library(link)
            or not host
            or (_KNOWN_SITES.search(host) and not PERSONAL_HOSTS.match(link.url))
            or _LOCAL_HOST.search(link.url)
            or (id(link) in of_others and not _SITE_WORDS.search(context))
            or _INSTRUCTS.search(context)
        ):
            continue
        elif (
            PERSONAL_HOSTS.match(link.url) and not _NOT_OWN.search(link.url) and _may_be_own(repo, link, context)
        ) or _SITE_WORDS.search(context):
            yield link, "site"
    for document in repo.documents:
        if "/" not in document.path and document is not repo.readme:  # the pages beside it that it leads to
            yield from ((link, "video") for link in document.links if _is_kept_here(repo, link))
    for link in own_articles(repo):
        if BLOG_HOSTS.match(link.url):
            yield link, "site"


_OF_AUTHOR = re.compile(
    r"(?i)(?:about (?:me|the author)|authors?|contacts?|connect(?: with me)?|maintainers?|get in touch)\b"
)


def _is_front_page(link: Link) -> bool:
    """Whether a link leads to the front page of a domain that is none of a well-known service or tool."""
    if not _is_own_domain(link) or _path(link) or link.image:
        return False
    return not (_LOCAL_HOST.search(link.url) or _NOT_OWN.search(link.url))


_LISTS_OTHERS = re.compile(
    r"(?i)\W*(?:(?:useful|helpful|other|external) )?(?:references?|resources?|acknowledge?ments?|credits|further reading|bibliography|sources)\b"
)
_IS_VIDEO = re.compile(r"(?i)\bvideo|\bdemo\b|recording|walk-?through|watch\b")
_UPLOADED = re.compile(r"https://github\.com/(?:user-attachments|[\w.-]+/[\w.-]+)/assets/[\w-]+")


def _is_played_here(repo: Repository, link: Link) -> bool:
    """Whether GitHub shows a link as a video: the bare address of an upload, on a line of its own; a picture is none."""
    return bool(_UPLOADED.fullmatch(link.url)) and not link.image and repo.line(link.place).strip() == link.url


_VIDEO_FILE = re.compile(r"(?i)\.(?:mp4|mov|webm|m4v|avi)$")


def _is_kept_here(repo: Repository, link: Link) -> bool:
    """Whether a link leads to a video of the repository."""
    plain = unquote(link.url.split("#", 1)[0].split("?", 1)[0])
    if not _VIDEO_FILE.search(plain) or "://" in plain:
        return False
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.path), plain.lstrip("/"))) in repo.snapshot.entries


def _is_of_library(link: Link) -> bool:
    """Whether pages that a platform keeps for a project are those of a well-known organisation or library, by the name."""
    host = _host(link)
    if host.removesuffix(".github.io") in ORGANISATIONS:
        return True
    return bool(_OF_LIBRARIES.search(host)) and normalise(_path(link).split("/", 1)[0]) in _LIBRARIES


_LIBRARIES = frozenset().union(*DISTRIBUTIONS.values())
_OF_LIBRARIES = re.compile(r"(?i)(?:readthedocs\.io|github\.io|gitlab\.io)$")


def _may_be_own(repo: Repository, link: Link, context: str) -> bool:
    """Whether pages on a host where libraries have theirs speak of this project."""
    plain = re.sub(r"[-_/.]", " ", f"{link.url} {context}")
    return not _OF_LIBRARIES.search(_host(link)) or (bool(own_words(repo, plain)) and not _is_of_data(repo, link))


_LEADS_TO_DATA = re.compile(r"(?i)\bdata ?sets?\b|\bdata (?:is |are |comes? )?from\b|\bsource of (?:the )?data\b")


def _is_of_data(repo: Repository, link: Link) -> bool:
    """Whether the words before a link say that it leads to where the data are from, which the project is named after too."""
    line = repo.line(link.place)
    begin = max(line.find(link.url), 0)
    return bool(_LEADS_TO_DATA.search(f"{line[max(begin - _LED_IN, 0) : begin]} {link.text}"))


@remembered
def _names_of_tools(repo: Repository) -> frozenset[str]:
    """Names of packages and technologies: a host called after one is not the author's."""
    declared = {item.name for file in repo.dependency_files for item in file.requirements if not file.lock}
    return frozenset(declared | {marks.id for marks in TECHNOLOGIES})


def _host(link: Link) -> str:
    try:
        return (urlsplit(link.url).hostname or "").lower()
    except ValueError:  # brackets that are no IPv6 address
        return ""


def _path(link: Link) -> str:
    """The path of an address without the slashes at its ends."""
    return urlsplit(link.url).path.strip("/") if _host(link) else ""


def _is_named_after_project(repo: Repository, host: str) -> bool:
    """Whether the domain is the README's title: ``bikecast.org`` of the project Bikecast."""
    title = next((section.title for section in repo.readme.sections if section.title), "") if repo.readme else ""
    name = re.sub(r"[^a-z0-9]", "", title.lower())
    parts = host.removeprefix("www.").split(".")
    return len(name) >= 5 and len(parts) == 2 and parts[0].replace("-", "") == name


def _is_data(url: str) -> bool:
    return bool(
        re.search(
            r"(?i)\.(?:csv|parquet|zip|gz|json|pkl|tar|pdf|png|jpg|ipynb|sh|whl|tgz|xlsx?)(?:$|\?)|trip-data|nyc-tlc|/datasets?/",
            url,
        )
    )


_ENDPOINT = re.compile(r"/predict|/health|/docs|/invocations")


def _links_in_code(document: Document) -> Iterator[Link]:
    for block in document.blocks:
        if block.kind == "code":
            for match in re.finditer(r"https?://[^\s\"'<>)\\]+", block.text):
                line = block.line + 1 + block.text.count("\n", 0, match.start())
                if HOSTED_APPLICATION.match(match.group()) or _ENDPOINT.search(match.group()):
                    yield Link(document.path, match.group().rstrip(".,;"), "endpoint", line)


_KNOWN_SITES = re.compile(
    r"(?i)(?:^|\.)(?:github\.com|githubusercontent\.com|google\.com|kaggle\.com|wikipedia\.org|python\.org|pypi\.org|docker\.com|mlflow\.org|prefect\.io|evidentlyai\.com|grafana\.com|prometheus\.io|amazon\.com|aws\.amazon\.com|microsoft\.com|"
    r"datatalks\.club|datatalksclub\.com|airtable\.com|linkedin\.com|youtube\.com|youtu\.be|medium\.com|scikit-learn\.org|terraform\.io|hashicorp\.com|kubernetes\.io|fastapi\.tiangolo\.com|palletsprojects\.com|uci\.edu|mage\.ai|localstack\.cloud|"
    r"readthedocs\.io|gitlab\.com|stackoverflow\.com|anaconda\.com|conda\.io|huggingface\.co|wandb\.ai|comet\.com|dagshub\.com|dvc\.org|apache\.org|slack\.com|twitter\.com|x\.com|img\.shields\.io|opensource\.org|arxiv\.org|doi\.org|zenodo\.org|"
    r"astronomer\.io|poetry\.org|python-poetry\.org|streamlit\.io|gradio\.app|render\.com|railway\.app|heroku\.com|pre-commit\.com|data\.gov|gov\.\w+|\w+\.gov|cloud\.google\.com|openml\.org|mongodb\.com|postgresql\.org|nltk\.org|pydata\.org|facebook\.com|"
    r"creativecommons\.org|makeareadme\.com|choosealicense\.com|contributor-covenant\.org|imgur\.com|pytest\.org|mozilla\.org|w3schools\.com|udemy\.com|coursera\.org|astral\.sh|xgboost\.ai|optuna\.org|bentoml\.com|zenml\.io|dagster\.io|circleci\.com|databricks\.com|snowflake\.com|ibm\.com|redhat\.com|nvidia\.com|ml-ops\.org)$"
)


def _is_own_domain(link: Link) -> bool:
    host = _host(link)
    return bool(host) and "." in host and not _KNOWN_SITES.search(host)
