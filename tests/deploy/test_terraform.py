"""The Terraform of the platform: parsed by its grammar, and each reference, variable and output accounted for.

``fmt``, ``init`` and ``validate`` by Terraform itself need providers from its registry: workflow *security*.
"""

from __future__ import annotations

import re
from typing import Any

import hcl2
import pytest

from analyzer.soundness import find_defects
from tests.conftest import BuildRepository
from tests.deploy.conftest import ROOT

FOLDER = ROOT / "deploy" / "terraform"
FILES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.tf"))}
WHOLE = "\n".join(FILES.values())


def blocks(kind: str) -> dict[str, dict[str, Any]]:
    """The blocks of one kind, by name or by type and name."""
    found: dict[str, dict[str, Any]] = {}
    for text in FILES.values():
        for block in hcl2.loads(text).get(kind, []):
            for name, body in block.items():
                plain = name.strip('"')
                if kind in ("resource", "data"):
                    found |= {f"{plain}.{inner.strip(chr(34))}": content for inner, content in body.items()}
                else:
                    found[plain] = body
    return found


def test_every_reference_leads_to_something(repository: BuildRepository):
    def defects(files: dict[str, str]) -> list[str]:
        found, problems = find_defects(repository(dict(files)))
        assert problems == ()
        return [item.sentence for item in found]

    assert defects(FILES) == []
    spoiled = {**FILES, "outputs.tf": FILES["outputs.tf"].replace("aws_eks_cluster.this", "aws_eks_cluster.that")}
    assert len(defects(spoiled)) == 1


def test_variables_are_described_typed_and_used():
    variables = blocks("variable")
    assert len(variables) > 10
    for name, body in variables.items():
        assert body["description"], name
        assert body["type"], name
        assert re.search(rf"\bvar\.{name}\b", WHOLE.replace(FILES["variables.tf"], "")), f"{name} is used nowhere"


def test_outputs_are_described_and_the_example_names_what_has_no_default():
    assert all(body["description"] for body in blocks("output").values())
    needed = {name for name, body in blocks("variable").items() if "default" not in body}
    example = hcl2.loads((FOLDER / "production.tfvars.example").read_text("utf-8"))
    assert needed <= set(example) - {"__comments__"} <= set(blocks("variable"))


def test_the_state_is_remote_encrypted_and_locked():
    backend = FILES["versions.tf"].split('backend "s3"')[1].split("}")[0]
    assert re.search(r"encrypt\s+= true", backend)
    assert re.search(r"use_lockfile\s+= true", backend)


@pytest.mark.parametrize(
    ("resource", "attributes"),
    [
        ("aws_db_instance.this", ("storage_encrypted", "deletion_protection", "copy_tags_to_snapshot")),
        ("aws_elasticache_replication_group.this", ("at_rest_encryption_enabled", "transit_encryption_enabled")),
        ("aws_kms_key.this", ("enable_key_rotation",)),
    ],
)
def test_what_holds_data_is_protected(resource, attributes):
    body = blocks("resource")[resource]
    assert [name for name in attributes if body[name] is not True] == []


def test_the_database_is_not_public_and_kept():
    body = blocks("resource")["aws_db_instance.this"]
    assert body["publicly_accessible"] is False
    assert body["skip_final_snapshot"] is False
    assert body["backup_retention_period"] >= 7


def test_the_secret_has_the_keys_that_the_chart_and_the_service_read():
    from api.settings import Settings

    made = set(re.findall(r"^\s+(folioscope_\w+)\s+=", FILES["secrets.tf"], re.MULTILINE))
    names = ("secret_key", "metrics_token", "database_url", "broker_url", "redis_url")
    assert made == {f"folioscope_{name}" for name in names}
    assert {name.removeprefix("folioscope_") for name in made} <= set(Settings.model_fields)
    values = (ROOT / "deploy/helm/folioscope/values.yaml").read_text("utf-8")
    assert [name for name in made if name not in values] == []
