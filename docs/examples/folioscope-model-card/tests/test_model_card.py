"""The rule on cards of two kinds."""

from pathlib import Path

from analyzer import Options, analyze

RUBRIC = Path(__file__).parents[1] / "folioscope_model_card" / "rubric.yaml"
USE = "## Intended use\nEstimates how late a parcel comes, a day ahead, within one country.\n"
LIMITS = "## Limits\nAround holidays it is worse than the mean; never trained on express parcels.\n"


def status(folder: Path, text: str) -> str:
    """What is decided about a folder with this card."""
    (folder / "MODEL_CARD.md").write_text(text)
    report = analyze(str(folder), Options(rubric=str(RUBRIC), standalone=True))
    return next(item.decision.status for item in report.scorecard.criteria if item.criterion.id == "card.model-card")


def test_a_card_with_use_and_limits_is_met(tmp_path: Path) -> None:
    """Both sections are there."""
    assert status(tmp_path, f"# Card\n{USE}{LIMITS}") == "met"


def test_one_without_limits_is_partial(tmp_path: Path) -> None:
    """One of the two is missing."""
    assert status(tmp_path, f"# Card\n{USE}") == "partial"
