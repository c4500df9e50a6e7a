"""Whether a model card says what the model is for, and where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Finding, met, partial
from analyzer.inventory import Kind
from analyzer.plugins import rule
from analyzer.repository import Repository

_CARD = re.compile(r"(?i)(?:^|/)model[-_ ]?card\b[^/]*\.md$")
_PARTS = {"use": re.compile(r"(?i)intended|use"), "limits": re.compile(r"(?i)limit|fail|caveat|bias")}
_WORDS = 10


@rule("card.model-card", reads=(Kind.DOCUMENT,))
def has_model_card(repo: Repository) -> Iterator[Finding]:
    """No model card says what the model is for and where it fails."""
    for document in repo.documents:
        if not _CARD.search(document.path):
            continue
        told = {
            name
            for name, pattern in _PARTS.items()
            for section in document.sections
            if pattern.search(section.title) and section.words >= _WORDS
        }
        missing = ", ".join(sorted(_PARTS.keys() - told))
        if missing:
            yield partial(f"The model card does not tell: {missing}", document)
        else:
            yield met("A model card tells intended use and limits", document)
