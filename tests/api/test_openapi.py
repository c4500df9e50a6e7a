"""The whole OpenAPI document against a running service: no 5xx, no status that it does not tell, every answer as told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.app import create_app
from api.settings import Settings
from api.store import open_store
from tests.api.conftest import SECRET, new_key
from tests.api.servers import running

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
MANY: dict[str, Any] = dict.fromkeys(
    ("rate_anonymous", "rate_keyed", "rate_batches", "rate_sign_in", "rate_requests"), "1000000/minute"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[str, str]]:
    """The address of a service that runs no jobs, and a key that may do everything."""
    chosen = Settings(
        data_folder=tmp_path_factory.mktemp("openapi"),
        secret_key=SECRET,
        executor="none",
        queue_most=10_000_000,
        **MANY,
    )
    with running(chosen) as service:
        store = open_store(chosen.database)
        key = new_key(store, "owner", "read write admin")
        store.close()
        yield service.url, key


schema = schemathesis.openapi.from_asgi(
    "/api/v1/openapi.json", create_app(Settings(executor="none", secret_key=SECRET))
)


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_word(server: tuple[str, str], case: Case[Any]):
    url, key = server
    for headers in ({"Authorization": f"Bearer {key}"}, {}):  # by whoever may do all of it, and by nobody in particular
        case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=60)
