"""The ground of questions on secrets: values that stand in files (the place is named, never the value)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Place
from analyzer.interview.facts import Facts, Ground, at, code

__all__ = ["secrets"]

_SECRET = re.compile(r"(?i)(?:^|[_.-])(?:password|passwd|pwd|secret(?:_?key)?|api_?key|token|access_?key(?:_?id)?)$")
_NOT_A_VALUE = re.compile(r"(?i)^(?:|none|null|true|false|\W+|your[\s_-].*|<.*>|\{.*|.*\$[\{(\w].*|x{3,}.*|\.\.\.)$")
_SAMPLE = re.compile(
    r"(?i)^['\"]?(?:\w*(?:example|sample|changeme|change_me|dummy|test|local|dev|demo)\w*|(?:my)?(?:postgres(?:ql)?|admin|root|pass(?:word)?|pwd|secret|"
    r"user|guest|[a-z0-9]{1,4}|grafana|minio(?:admin)?|airflow|prefect|mlflow|mage|magic|db|mysql|redis|rabbitmq)(?:[-_]?(?:pass(?:word)?|pwd|secret|key))?\d{0,4})['\"]?$"
)
"""Values that everybody uses on a laptop."""
_TESTED = re.compile(r"(?i)(?:^|[/_.-])(?:tests?|integration|example|sample|dev|local)(?:[/_.-]|$)")
_ENV_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*[\"']?([^\"'#\n]*?)[\"']?\s*(?:#.*)?$")


def secrets(facts: Facts) -> Iterator[Ground]:
    """Values of secrets in files, real ones before samples, and where they are kept outside."""
    found = [*_in_files(facts), *_in_code(facts), *_in_infrastructure(facts), *_in_compose(facts)]
    for template in ("secrets.written", "secrets.sample"):
        for name, value, place in found:
            sample = bool(_SAMPLE.match(value) or _TESTED.search(place.path))
            if sample is (template == "secrets.sample"):
                yield Ground(template, place, {"place": at(place), "name": code(name)})
                break
    for file in facts.repo.infrastructure:
        for resource in file.resources:
            if re.search(
                r"(?i)secretsmanager_secret$|secret_manager_secret$|SecretsManager.*Secret$|key_vault_secret$",
                resource.type,
            ):
                yield Ground("secrets.kept", resource.place, {"place": at(resource)})
    for item in facts.repo.kubernetes:
        if item.kind in ("ExternalSecret", "SealedSecret"):
            yield Ground("secrets.kept", item.place, {"place": at(item)})


def _in_files(facts: Facts) -> Iterator[tuple[str, str, Place]]:
    for path in facts.repo.paths:
        if path.rsplit("/", 1)[-1] in (".env", "prod.env", ".env.prod", ".env.production"):
            for number, line in enumerate((facts.repo.text(path) or "").split("\n")[:500], 1):
                match = _ENV_LINE.match(line)
                if match and _is_secret(match.group(1), match.group(2)):
                    yield match.group(1), match.group(2), Place(path, number)


def _in_compose(facts: Facts) -> Iterator[tuple[str, str, Place]]:
    for file in facts.repo.compose_files:
        for service in file.services:
            for pair in service.environment:
                name, _, value = pair.partition("=")
                if _is_secret(name.strip(), value):
                    yield (
                        name.strip(),
                        value.strip(),
                        _line_of(facts, service.path, name.strip(), service.line, service.end_line),
                    )


def _in_code(facts: Facts) -> Iterator[tuple[str, str, Place]]:
    for module in facts.repo.code.modules:
        for item in module.assignments:
            name = (item.column or item.target).rsplit(".", 1)[-1]
            if (
                isinstance(item.value, str)
                and _is_secret(name, item.value)
                and not item.value.startswith(("/", "http"))
            ):
                yield name, item.value, item.place


def _in_infrastructure(facts: Facts) -> Iterator[tuple[str, str, Place]]:
    for file in facts.repo.infrastructure:
        for resource in file.resources:
            for name, value in resource.attributes.items():
                text = value.strip()
                if text.startswith('"') and _is_secret(name, text.strip('"')):
                    yield name, text.strip('"'), _line_of(facts, resource.path, name, resource.line, resource.end_line)


def _is_secret(name: str, value: str) -> bool:
    plain = value.strip().strip("\"'")
    # A value that repeats its own name is the name of a variable, not what it holds.
    return bool(_SECRET.search(name)) and not _NOT_A_VALUE.match(plain) and plain.lower() != name.lower()


def _line_of(facts: Facts, path: str, word: str, first: int, last: int) -> Place:
    lines = (facts.repo.text(path) or "").split("\n")
    return next(
        (Place(path, number) for number in range(first, min(last, len(lines)) + 1) if word in lines[number - 1]),
        Place(path, first),
    )
