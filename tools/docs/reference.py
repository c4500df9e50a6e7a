"""The reference pages of the documentation, written from the code that they describe."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["reference_pages"]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "criteria.yaml"


def reference_pages() -> dict[str, str]:
    """Markdown by the path of the page below ``docs/``."""
    return {
        "reference/commands.md": "\n".join(_commands()),
        "reference/configuration.md": "\n".join(_configuration()),
        "reference/api.md": "\n".join(_api()),
        "reference/criteria.md": "\n".join(_criteria()),
    }


# -- commands --------------------------------------------------------------------------------------------------------


def _commands() -> Iterator[str]:
    from analyzer.cli import EXIT_CODES, parser_of

    parser = parser_of(whole=True)
    yield "# Commands\n"
    yield f"Written from the parsers of the command line. {EXIT_CODES[0].upper()}{EXIT_CODES[1:]}.\n"
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, below in sorted(action.choices.items()):
                yield from _command(name, told.get(name, ""), below)


def _command(name: str, told: str, parser: argparse.ArgumentParser, depth: int = 2) -> Iterator[str]:
    yield f"{'#' * depth} folioscope {name}\n"
    yield f"{told[:1].upper()}{told[1:]}.\n"
    below = [item for item in parser._actions if isinstance(item, argparse._SubParsersAction)]
    rows = [row for group in parser._action_groups for row in _group(group)]
    if rows:
        yield "| argument | what it does |"
        yield "|---|---|"
        yield from rows
        yield ""
    for action in below:
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for inner, each in sorted(action.choices.items()):
            yield from _command(f"{name} {inner}", helps.get(inner, ""), each, depth + 1)


def _group(group: argparse._ArgumentGroup) -> Iterator[str]:
    for action in group._group_actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)):
            continue
        shown = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        if action.option_strings and action.nargs != 0:
            value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest.upper())
            shown += f" {value if isinstance(value, str) else ' '.join(value)}"
        elif action.choices and not action.metavar:
            shown += f" ({', '.join(map(str, action.choices))})"
        told = (action.help or "") % {**vars(action), "prog": "folioscope"} if action.help else ""
        yield (
            f"| `{shown}` | {told} |".replace("|", "\\|").replace("\\| `", "| `", 1).replace("` \\| ", "` | ", 1)[:-2]
            + "|"
        )


# -- configuration ---------------------------------------------------------------------------------------------------


def _configuration() -> Iterator[str]:
    from analyzer.configuration import FILES, config_schema

    schema = config_schema()
    yield "# Configuration\n"
    yield (
        f"{schema['description']} The first of {' and '.join(f'`{name}`' for name in FILES)} that has something to say is "
        "read, that of the judged folder before that of the root. `folioscope schema config` prints this form as JSON "
        "Schema. How to use it stands in [Configure a repository](../configuration.md).\n"
    )
    for name, part in schema["properties"].items():
        yield f"## {name}\n"
        yield f"{part['description']}\n"
        yield from _facts(part)
        entries = part.get("items", {}).get("properties", {})
        for key, below in entries.items():
            yield f"- `{key}`: {below['description']} {_bounds(below)}".rstrip()
        if entries:
            yield ""


def _facts(part: Mapping[str, Any]) -> Iterator[str]:
    told = _bounds(part)
    if told:
        yield f"{told}\n"


def _bounds(part: Mapping[str, Any]) -> str:
    words = []
    if "enum" in part:
        words.append(f"One of {', '.join(f'`{value}`' for value in part['enum'])}.")
    if "default" in part:
        words.append(f"Default: `{part['default']}`.")
    if "minimum" in part:
        words.append(f"From {part['minimum']} to {part['maximum']}.")
    if "maxItems" in part:
        words.append(f"At most {part['maxItems']} entries.")
    if "minLength" in part and part["minLength"] > 1:
        words.append(f"{part['minLength']} to {part['maxLength']} characters.")
    return " ".join(words)


# -- API -------------------------------------------------------------------------------------------------------------


def _api() -> Iterator[str]:
    yield "# API\n"
    document = _openapi()
    if document is None:
        yield "The packages of the service are not installed where this was built: `pip install 'folioscope[service]'`.\n"
        return
    yield (
        f"{document['info'].get('summary', '')}. Written from the OpenAPI document that a service gives at "
        "`/api/v1/openapi.json`. Errors are problem details (RFC 9457).\n"
    )
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield f"## {method.upper()} {path}\n"
            text = told.get("description") or told.get("summary") or ""
            yield f"{text.strip()}\n"
            parameters = told.get("parameters", [])
            if parameters:
                yield "| parameter | where | what |"
                yield "|---|---|---|"
                for item in parameters:
                    must = " (required)" if item.get("required") else ""
                    what = " ".join(item.get("description", "").split()).replace("|", "\\|")
                    yield f"| `{item['name']}`{must} | {item['in']} | {what} |"
                yield ""
            answers = told.get("responses", {})
            yield "| answer | what |"
            yield "|---|---|"
            for code, answer in sorted(answers.items()):
                yield f"| {code} | {' '.join(answer.get('description', '').split())} |"
            yield ""


def _openapi() -> dict[str, Any] | None:
    try:
        from api.app import create_app
        from api.settings import Settings
    except ImportError:
        return None
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.db"))
        found: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return found


# -- criteria --------------------------------------------------------------------------------------------------------


def _criteria() -> Iterator[str]:
    from analyzer.plugins import discover
    from analyzer.rubric import load_rubric
    from analyzer.starts import STARTS
    from tools.docs.criteria import criterion_examples

    rubric, examples = load_rubric(), criterion_examples()
    rules = discover()
    yield "# Criteria\n"
    yield (
        f"The {len(rubric.criteria)} criteria of the rubric `{rubric.id}` {rubric.version}, each in one form. Points are those "
        "when met; half of them when partial.\n"
    )
    for section in rubric.sections:
        yield f"## {section.title}\n"
        if section.source:
            yield f'Asked for by the guide under "{section.source}".\n'
        for item in section.criteria:
            example = examples[item.id]
            bonus = " bonus" if item.bonus else ""
            yield f"### {item.id} {{ #{item.id.replace('.', '-')} }}\n"
            yield f"**What.** {item.title}; {item.points:g}{bonus} points, about {item.effort}.\n"
            yield f"**Why.** {item.why}\n"
            yield f"**How to earn it.** {item.how}\n"
            yield f"**Not enough.** {example.says}\n"
            yield _fenced(example.text, example.path)
            yield "**Good.**\n"
            yield _fenced(item.example, "")
            yield f"**Since** {example.since}. **Works offline:** {'yes' if example.offline else 'no'}."
            after = ", ".join(f"[{name}](#{name.replace('.', '-')})" for name in item.after)
            if after:
                yield f"**After** {after}."
            if item.id in STARTS:
                yield f"**Start:** `folioscope fix {item.id}` writes {STARTS[item.id].what}."
            told = ", ".join(f"`{rule.id}`" for rule in rules if rule.criterion == item.id)
            yield f"**Rules:** {told}.\n"


def _fenced(text: str, path: str) -> str:
    fence = "````" if "```" in text else "```"
    title = f' title="{path}"' if path else ""
    return f"{fence}text{title}\n{text.rstrip()}\n{fence}\n"
