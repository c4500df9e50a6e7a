"""Pictures in READMEs and docs: whether they can be seen, and which are diagrams or show outcomes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from analyzer.artifacts.document import Block, Document, Image, Section
from analyzer.knowledge.prose import DESIGN_ELSEWHERE, DIAGRAM_WORDS, IMAGE_HOSTS, KEPT_FILE, TITLES, VIDEO_HOSTS
from analyzer.queries.grounding import named_tools
from analyzer.queries.prose import is_grounded, own_documents
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "diagrams",
    "flows",
    "how_unsure",
    "result_pictures",
    "says_nothing",
    "shows",
    "shows_metrics",
    "shows_runs",
    "words_of",
]

_DRAWN = re.compile(r"[┌└├│─▼►▶→➜⬇↓]|(?:-->|==>|->)|\+-{3,}\+")


def _local_file(repo: Repository, document: Document, source: str) -> str | None:
    if source.startswith(("http://", "https://", "data:")):
        return None
    plain = source.split("?", 1)[0].split("#", 1)[0].replace("\\", "/").lstrip("/")

    return repo.find(unquote(plain), posixpath.dirname(document.path))


def shows(repo: Repository, document: Document, image: Image) -> bool:
    """Whether an image can be seen: it is in the repository, or hosted elsewhere and no badge."""
    if image.source.startswith(("http://", "https://")):
        return bool(IMAGE_HOSTS.match(image.source)) and not re.search(
            r"(?i)shields\.io|badge|/workflows/|codecov|visitor|\.svg\?|simpleicons|skillicons|devicon|star-history|contrib\.rocks|giphy",
            image.source,
        )
    path = _local_file(repo, document, image.source)
    return path is not None and not 0 <= repo.snapshot.entries[path].size < _LEAST_PICTURE and not _is_blank(repo, path)


_PNG = b"\x89PNG\r\n\x1a\n"


@remembered
def _is_blank(repo: Repository, path: str) -> bool:
    """Whether a PNG holds so few bytes for its size that it is of one colour."""
    size = repo.snapshot.entries[path].size
    if not path.lower().endswith(".png") or not 0 < size < 60_000:
        return False
    content = repo.snapshot.read(path) or b""
    if not content.startswith(_PNG) or len(content) < 24:
        return False
    pixels = int.from_bytes(content[16:20], "big") * int.from_bytes(content[20:24], "big")
    return size * 100 < pixels


_LEAST_PICTURE = 200  # bytes; less is an empty file, a pointer or a dot


_ABOUT_DIAGRAMS = re.compile(
    rf"(?i)archit|diagram|work ?flow|overview of|system design|flow ?chart|pipeline|{DESIGN_ELSEWHERE}"
)
# A picture named after a tool shows its pages.
_SCREENSHOT = re.compile(r"(?i)mlflow|prefect|grafana|wandb|swagger|postman|streamlit|evidently|screen[-_ ]?shot|_ui\b")
# A page that somebody looks at, whatever it is a page of; a diagram says that it is one.
_PAGE = re.compile(
    r"(?i)dashboard|interface|bucket|billing|usage|console|web[-_ ]?page|landing|(?:model|run|baseline)\w*[-_ ]?overview|jenkins|github[-_ ]actions|flow[-_ ]runs?\b|\b(?:data )?(?:query|entry|form|results?)\b|(?:project|folder|directory|repo\w*|file)[-_ ](?:structure|tree)"
)
_OF_PARTS = re.compile(r"(?i)archit|diagram|(?:flow|dag|graph|pipeline)(?![a-z]|[-_ ]?runs?)")
_IS_DIAGRAM = re.compile(r"(?i)archit|diagram|flow[-_ ]?chart|work[-_ ]?flow")


@remembered
def diagrams(repo: Repository) -> Iterator[tuple[Block | Image, Document]]:
    """Diagrams of architecture or pipeline: pictures by name and place, mermaid, PlantUML, drawings in text."""
    for document in own_documents(repo):
        chapters = [section for section in document.sections if section.level == 1]
        titles = chapters[:1]  # the page's own; where each chapter has a heading of the first level, the others tell
        for section in document.sections:
            for block in section.of("code"):
                drawn = _is_drawing(block) or (_IS_DESIGN.search(section.title) and _is_tree_of_parts(block.text))
                if drawn and (not named_tools(block.text) or is_grounded(repo, f"{section.title}\n{block.text}")):
                    yield block, document
            for image in section.images:
                words = _own_words(image)
                if re.search(r"(?i)badge|logo|icon|shields", words) or not shows(repo, document, image):
                    continue
                if _PAGE.search(words) and not _IS_DIAGRAM.search(words):
                    continue
                if _OF_MODEL.search(f"{section.title} {words}"):
                    continue  # the layers of a network
                below_heading = section.level and section not in titles and _ABOUT_DIAGRAMS.search(section.title)
                placed = below_heading and not _SCREENSHOT.search(words) and not _OUTCOME.search(words)
                name = image.source.rsplit("/", 1)[-1]
                if _is_snapshot(repo, image) or (_SCREENSHOT.search(name) and not _OF_PARTS.search(name)):
                    continue
                if placed or DIAGRAM_WORDS.search(words):
                    yield image, document


_OF_MODEL = re.compile(
    r"(?i)\b(?:model|network|cnn|rnn|lstm|transformer|encoder|layers?|resnet|unet)[-_ ]*(?:archit|layers|summary|graph)|\b(?:sklearn|scikit[-_ ]?learn)[-_ ]pipeline"
)
_SURELY_DRAWN = re.compile(r"(?i)archit|diagram|flow[-_ ]?chart|work[-_ ]?flow|overview|\bdag\b|graph")
_LEADS_TO_DRAWING = re.compile(r"(?i)archit|diagram|flow ?chart|work ?flow|pipeline|orchestrat|\bdag\b|overview")


def how_unsure(repo: Repository, item: Block | Image) -> int:
    """How little the words of a diagram say that it is one: 0 for what is drawn in text or named so, 3 for its place alone."""
    if isinstance(item, Block) or _SURELY_DRAWN.search(words := _own_words(item)):
        return 0
    if DIAGRAM_WORDS.search(words):
        return 1
    above = _line_above(repo, item)
    return 2 if len(above) <= _LONGEST_CAPTION and _LEADS_TO_DRAWING.search(above) else 3


_ARROW = re.compile(r"[→➜▼►▶⬇↓]|--?>|==>")
_A_FLOW = 3
"""Arrows from which on a drawing tells more than what follows what."""


def flows(repo: Repository) -> Iterator[Block]:
    """Diagrams written as text that say which of the project's parts hands on to which."""
    for item, _ in diagrams(repo):
        if isinstance(item, Block) and len(_ARROW.findall(item.text)) >= _A_FLOW and len(named_tools(item.text)) > 1:
            yield item


_OUTCOME = re.compile(r"(?i)report|metrics|confusion|evaluation|(?<![a-z])roc(?![a-z])")
_SNAPSHOT = re.compile(
    r"(?i)snap-?shot|screen-?shot|you (?:should|will|can)(?: now)? see|output like this|\bui\s*:?\s*$"
)


def _is_snapshot(repo: Repository, image: Image) -> bool:
    """Whether the line that leads to a picture says that it was taken of a screen."""
    above = _line_above(repo, image)
    return bool(_SNAPSHOT.search(above)) and not _IS_DIAGRAM.search(above)


def _line_above(repo: Repository, image: Image) -> str:
    """The last line with text of the three above a picture."""
    lines = repo.lines(image.path)[max(image.line - 4, 0) : image.line - 1]
    return next((line for line in reversed(lines) if line.strip()), "")


def _is_drawing(block: Block) -> bool:
    """Whether a block of code is a diagram: a language for diagrams, or a drawing with characters."""
    return block.lang in ("mermaid", "plantuml", "puml", "dot", "graphviz", "d2") or (
        block.lang in ("", "text", "ascii", "plaintext", "txt") and _is_drawn(block.text)
    )


_DOWN = re.compile(r"(?m)^[ \t]*[|│][ \t]*\n[ \t]*[vV▼][ \t]*$")
"""A line and below it its head, alone on two lines."""
_JOINED = re.compile(r"(?m)^[ \t]*\[[^\]\n]{2,60}\][^\n]{0,120}\n[ \t]*[|│][ \t]*\n(?=[ \t]*\[)")
"""A box in brackets, and a line alone that joins it to the next."""


def _is_drawn(text: str) -> bool:
    """Whether text is a drawing with boxes or arrows rather than a folder tree."""
    lines = text.split("\n")
    if _is_glossary(lines):
        return False
    # An arrow behind the name on a branch says what it is for.
    text = "\n".join(_ARROW.sub(" ", line) if _BRANCH.match(line) else line for line in lines)
    marks = len(_DRAWN.findall(text))
    tree = len(re.findall(r"(?m)^[ \t│|]*[├└|+`]", text))
    down = len(_DOWN.findall(text)) + len(_JOINED.findall(text))
    if down >= _A_FLOW:
        return True
    boxes = len(re.findall(r"[┌┐┘▼►▶→➜⬇↓]|-->|==>|\+-{3,}\+", text))
    return marks >= 3 and boxes >= 2 and boxes * 3 > tree


_IS_DESIGN = re.compile(r"(?i)archit|system design|pipeline")
_FILE = re.compile(r"\w\.\w{1,5}\b|/\s*(?:#.*)?$")
_LEAST_BRANCHES = 6


def _is_tree_of_parts(text: str) -> bool:
    """Whether text is a tree whose branches are parts of a system, and no files or folders."""
    branches = [line for line in text.split("\n") if _BRANCH.match(line)]
    files = sum(bool(_FILE.search(line)) for line in branches)
    return len(branches) >= _LEAST_BRANCHES and files * 4 < len(branches) and len(named_tools(text)) > 1


_BRANCH = re.compile(r"[\s│|]*[├└]")
_DOWN_OR_BOX = re.compile(r"[┌┐┘└├│▼⬇↓]|\+-{3,}\+|^\s*[|v]\s*$")


_MOST_ARROWS = 200  # lines that somebody drew


def _is_glossary(lines: list[str]) -> bool:
    """Whether text is a list of lines that each say what one thing is or does: ``Ctrl + D -> leave``."""
    arrows = [_ARROW.split(line) for line in lines if _ARROW.search(line)]
    if (
        not 0 < len(arrows) <= _MOST_ARROWS
        or any(_DOWN_OR_BOX.search(line) for line in lines)
        or any(len(sides) > 2 for sides in arrows)
    ):
        return False
    left, right = ({sides[side].strip(" -`'\"").lower() for sides in arrows} for side in (0, 1))
    return not any(first and any(first in second for second in right) for first in left)


def result_pictures(repo: Repository, document: Document) -> Iterator[tuple[Section, Image]]:
    """Pictures that show outcomes, by their words or their section, each with its section."""
    for section in document.sections:
        in_results = bool(TITLES["results"].search(section.heading))
        for image in (*section.images, *_linked(section)):
            words = words_of(section, image)
            if not shows(repo, document, image) or re.search(
                r"(?i)badge|logo|icon|archit|diagram|flow ?chart|work-?flow", f"{image.source} {words}"
            ):
                continue
            if (
                VIDEO_HOSTS.match(image.link)
                or KEPT_FILE.match(image.link)
                or (_ADORNS.search(words) and not _IS_RESULT.search(words))
            ):
                continue
            if in_results or re.search(
                r"(?i)result|metric|confusion|(?<![a-z])roc(?![a-z])|importance|performance|compar|experiment|mlflow|tensor-?board|neptune|accuracy|loss|predict|forecast|wandb|shap|residual|runs?\b|score|comet|grafana|evidently|dashboard[\w-]*\.(?:png|jpe?g|gif|webp)|screenshot|\b(?:web-?)?app\b|\bui\b|demo",
                words,
            ):
                yield section, image


def _linked(section: Section) -> Iterator[Image]:
    """The pictures of the repository that a section links in place of showing them."""
    for link in section.links:
        if not link.image and _PICTURE.search(link.url) and not link.url.startswith(("http://", "https://")):
            yield Image(link.path, link.url, link.text, link.line)


_PICTURE = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp)$")
_ADORNS = re.compile(r"(?i)banner|header|thumbnail|(?<![a-z])cover(?![a-z])")
_IS_RESULT = re.compile(r"(?i)result|metric|confusion|dashboard|grafana|evidently|mlflow")


def shows_metrics(section: Section, image: Image) -> bool:
    """Whether a picture shows metrics by its name. One named after a tool may show any page of it."""
    return bool(
        re.search(
            r"(?i)grafana|evidently|metrics?(?![a-z])|leaderboard|compar|confusion|(?<![a-z])roc(?![a-z])|scores?\b|results?(?![-_ ](?:of[-_ ])?(?:the[-_ ])?(?:run|pipeline|job|build|deploy|trigger|request|query|api))",
            words_of(section, image),
        )
    )


# Pages of a tracker on which runs stand with their metrics, and those that show something else of it.
_OF_RUNS = re.compile(
    r"(?i)mlflow|wandb|weights[-_ &]*(?:and[-_ ]*)?biases|tensor[-_ ]?board|neptune|comet(?![a-z])|clearml|experiments?(?:[-_ ]?track\w*)?(?![a-z])|(?:tracking|experiment|training|all)[-_ ]?runs?(?![a-z])"
)
_NOT_RUNS = re.compile(
    r"(?i)regist|artifact|scenario|archit|model[-_ ]?(?:version|stage|upload|store|card|server|serving)|versions?(?![a-z])|deploy|server|log[-_ ]?in|prefect|airflow|signature|schema|docker|compose|folder|notebook|install|set-?up|empty"
)


def shows_runs(section: Section, image: Image) -> bool:
    """Whether a picture shows runs of a tracker by its name: the list of them, with what each reached."""
    words = words_of(section, image)
    return bool(_OF_RUNS.search(words)) and not _NOT_RUNS.search(words)


# Nothing, the name of a kind of picture with the time that it was taken, or what a host numbers pictures with.
_SAYS_NOTHING = re.compile(
    r"(?i)^(?:(?:image|img|picture|photo|pic|alt(?: text)?|screen[-_ ]?shot|unnamed|untitled)?(?:[-_ .:,()\d]|\b(?:at|from|[ap]m)\b)*"
    r"|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12})$"
)


def _own_words(image: Image) -> str:
    return f"{image.source.rsplit('/', 1)[-1]} {image.alt}"


def says_nothing(image: Image) -> bool:
    """Whether a picture that is hosted elsewhere has no name and no alternative text of its own."""
    return image.source.startswith(("http://", "https://")) and bool(_SAYS_NOTHING.match(image.alt.strip()))


def words_of(section: Section, image: Image) -> str:
    """The name and the alternative text of an image; where neither says anything, the line that it stands below."""
    if not says_nothing(image):
        return _own_words(image)
    above = max(
        (block for block in section.of("paragraph", "item", "quote") if block.line <= image.line),
        key=lambda block: block.line,
        default=None,
    )
    if above is None or image.line - above.end_line > _NEAR:
        return ""
    lines = above.text.split("\n")
    beside = lines[image.line - above.line : image.line - above.line + 1]
    if any(line.strip() for line in beside):
        return ""  # a mark within a text
    lines = lines[: max(image.line - above.line, 1)]
    return next((line for line in reversed(lines) if line.strip()), "")[:_LONGEST_CAPTION]


_NEAR = 2  # lines
_LONGEST_CAPTION = 80  # characters; more is a text beside the picture
