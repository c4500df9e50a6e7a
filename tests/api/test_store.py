"""Migrations, retention, deletion that deletes, and everything about one person; on both databases."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, inspect, select, text, update

from analyzer import as_document, load_rubric, render
from api.accounts.keys import make_key, new_account
from api.app import create_app
from api.settings import Settings
from api.store import Base, Store, open_store
from api.store.analyses import new_analysis, next_seq, parse_asked
from api.store.applicants import merge_rows
from api.store.batches import new_batch, problems_of, results_of
from api.store.columns import now
from api.store.database import alembic_config
from api.store.models import Account, Analysis, AuditEntry, Batch, Event, MergedRow, StoredReport, StoredRubric
from api.store.people import erase, export
from api.store.reports import document_for, document_of, keep_report, report_of
from api.store.retention import delete_analyses, purge
from api.store.states import finish
from api.store.summaries import summary
from tests.support import decision, report

SETTINGS = Settings(secret_key="x" * 32)


def add(store: Store, url: str, *, account: str | None = None, key: str = "", label: str = "") -> str:
    """An analysis; with a key, one that is done and has this report."""
    with store.writing() as session:
        asked = parse_asked(SETTINGS, url, label=label)
        analysis = new_analysis(session, asked, seq=next_seq(session), lane="anonymous", share="x", account_id=account)
        if key:
            document = as_document(report(load_rubric(), decision("e2e.container", "met", "Dockerfile:1")))
            document["target"]["owner"] = asked.target.owner
            keep_report(session, key, document, "mlops")
            analysis.report_key, analysis.report_ref, analysis.score = key, "main", 1.0
            finish(session, analysis, "done")
        return analysis.id


def count(store: Store, table: type) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# -- migrations --------------------------------------------------------------------------------------------------


def test_the_migrations_make_the_tables_of_the_models(store: Store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_several_processes_migrate_at_the_same_moment(tmp_path: Path):
    code = (
        "import sys; from api.store import open_store; s = open_store(sys.argv[1]); print('there', flush=True); "
        "sys.stdin.read(1); s.migrate()"
    )
    command_line = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/many.sqlite3"]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command_line, stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(4)]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == b"there\n"
    for process in started:
        assert process.stdin
        process.stdin.write(b"x")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[1].decode() for process in started]
    assert [(process.returncode, text) for process, text in zip(started, said, strict=True)] == [(0, "")] * 4


def test_reports_from_before_get_their_summary(store: Store):
    add(store, "o/r", key="before")
    with store.engine.connect() as connection:
        command.downgrade(alembic_config(connection), "0001")
    store.migrate()
    with store.reading() as session:
        kept = session.get_one(StoredReport, "before")
        document = document_of(session, "before")
    assert document
    assert kept.summary == summary(document)
    assert kept.summary["strength"] == "A container packages the project's code"


def test_migrations_go_back_and_forth(store: Store):
    add(store, "o/r", key="k")
    with store.engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    store.migrate()
    assert count(store, Analysis) == 0


def test_tables_of_a_later_version_stay_as_they_are_after_a_roll_back(store: Store, caplog: pytest.LogCaptureFixture):
    add(store, "o/r", key="k")
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    store.migrate()
    assert "later version (later)" in caplog.text
    assert not store.outdated()
    with store.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "later"
    assert count(store, Analysis) == 1


def test_a_server_before_the_tables_of_an_earlier_version_is_not_ready(store: Store):
    settings = Settings(secret_key="x" * 32, migrate=False, executor="none", database_url=store.url)
    for goal in ("0001", "base"):
        with store.engine.connect() as connection:
            command.downgrade(alembic_config(connection), goal)
        with TestClient(create_app(settings)) as client:
            answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["hint"]) == (503, "Run folioscope migrate of this version.")
    store.migrate()
    with TestClient(create_app(settings)) as client:
        assert client.get("/readyz").status_code == 200


# -- reports -----------------------------------------------------------------------------------------------------


def test_a_report_is_kept_once_and_comes_back_as_each_asked(store: Store):
    first, second = add(store, "o/r", key="k"), add(store, "https://github.com/o/r", key="k")
    assert count(store, StoredReport) == 1
    with store.reading() as session:
        one, two = (session.get_one(Analysis, name) for name in (first, second))
        assert (document_for(session, one) or {})["target"]["input"] == "o/r"
        assert (document_for(session, two) or {})["target"]["input"] == "https://github.com/o/r"
        kept = report_of(session, one)
    assert kept
    assert kept.rubric == load_rubric()
    assert "Dockerfile" in render(kept, "markdown")


def test_a_shared_report_goes_with_the_last_that_asked(store: Store):
    first, second = add(store, "o/r", key="k"), add(store, "o/r", key="k")
    for name, left in ((first, 1), (second, 0)):
        with store.writing() as session:
            delete_analyses(session, [name])
        assert count(store, StoredReport) == left
    assert count(store, Event) == 0


# -- retention ---------------------------------------------------------------------------------------------------


def test_what_is_old_is_deleted_and_what_is_new_stays(store: Store):
    old, new = add(store, "o/old", key="a"), add(store, "o/new", key="b")
    with store.writing() as session:
        account = new_account(session, "r", "recruiter")
        batch = new_batch(session, account.id, "", "mlops", [parse_asked(SETTINGS, "o/r")], [(9, "no", "")])
        session.add(AuditEntry(actor="x", action="old", at=now() - timedelta(days=400)))
        long_ago = now() - timedelta(days=91)
        session.flush()
        session.execute(update(Analysis).where(Analysis.id == old).values(created_at=long_ago))
        session.execute(update(Batch).where(Batch.id == batch.id).values(created_at=long_ago))
    assert purge(store, SETTINGS) == 2  # one, and the row of the batch
    with store.reading() as session:
        assert list(session.scalars(select(Analysis.id))) == [new]
        assert list(session.scalars(select(StoredReport.key))) == ["b"]
    assert (count(store, Batch), count(store, AuditEntry)) == (0, 0)


def test_deleted_rows_are_not_in_the_files_any_more(tmp_path: Path):
    path = tmp_path / "files.sqlite3"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    names = [add(store, "octo-vanishing/secretive-repository") for _ in range(50)]

    def bytes_of_all() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert b"octo-vanishing" in bytes_of_all()
    with store.writing() as session:
        delete_analyses(session, names)
    store.scrub()
    assert b"octo-vanishing" not in bytes_of_all()
    with store.writing() as session:
        account = new_account(session, "r", "recruiter").id
        batch = new_batch(session, account, "", "mlops", [parse_asked(SETTINGS, "octo-vanishing/r")], [])
        batch.created_at = now() - timedelta(days=91)
    assert purge(store, SETTINGS) == 1
    assert b"octo-vanishing" not in bytes_of_all()
    store.close()
    assert path.stat().st_mode & 0o077 == 0


# -- people ------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(store: Store) -> Store:
    """A candidate, a recruiter with a batch about the candidate and another one, and a bystander."""
    with store.writing() as session:
        recruiter = new_account(session, "Recruiter", "recruiter", "r@example.org")
        make_key(session, recruiter, "k", "read", 1)
        asked = [
            parse_asked(SETTINGS, "Candidate/one", label="candidate-1", line=2),
            parse_asked(SETTINGS, "bystander/two", label="candidate-2", line=3),
        ]
        batch = new_batch(session, recruiter.id, "b", "mlops", asked, [])
        session.add(AuditEntry(actor=recruiter.id, via="key:1", action="batch.start", subject=batch.id))
    own = add(store, "candidate/three", key="k3")
    add(store, "bystander/four", key="k4")
    with store.writing() as session:
        session.add(AuditEntry(actor="x", action="report.view", subject=own, detail="json"))
    return store


def test_an_export_holds_everything_about_a_person_and_nothing_about_others(people: Store):
    with people.reading() as session:
        found = export(session, "CANDIDATE")
    assert sorted(item["url"].rpartition("/")[2] for item in found["analyses"]) == ["one", "three"]
    three = next(item for item in found["analyses"] if item["url"].endswith("three"))
    assert three["report"]["target"]["owner"] == "candidate"
    assert [event["kind"] for event in three["events"]] == ["queued", "done"]
    assert [entry["action"] for entry in found["audit"]] == ["report.view"]
    assert "bystander" not in json.dumps(found)


def test_an_export_of_an_account_has_no_hash(people: Store):
    with people.reading() as session:
        found = export(session, "r@example.org")
    assert (len(found["accounts"]), len(found["keys"]), len(found["batches"])) == (1, 1, 1)
    assert "hash" not in found["keys"][0]
    assert [entry["action"] for entry in found["audit"]] == ["batch.start"]


def test_an_erased_candidate_is_gone_and_the_batch_of_the_recruiter_goes_on(people: Store):
    with people.writing() as session:
        erased = erase(session, "candidate")
    assert (erased.analyses, erased.batches, erased.accounts) == (2, 0, 0)
    with people.reading() as session:
        assert export(session, "candidate")["analyses"] == []
        batch = session.scalars(select(Batch)).one()
        assert (batch.rows, batch.finished) == (1, 0)
        assert [row["label"] for row in results_of(session, batch.id)] == ["candidate-2"]
        everything = json.dumps([event.data for event in session.scalars(select(Event))])
        assert "Candidate" not in everything
        assert [entry.subject for entry in session.scalars(select(AuditEntry)) if entry.action == "report.view"] == [
            "erased"
        ]
        assert list(session.scalars(select(StoredReport.key))) == ["k4"]


def several(store: Store) -> str:
    """A batch with one row of two repositories, of different owners, that was judged; its id."""
    with store.writing() as session:
        recruiter = new_account(session, "R", "recruiter")
        asked = [parse_asked(SETTINGS, url, label="candidate-1", line=2) for url in ("candidate/one", "bystander/two")]
        batch = new_batch(session, recruiter.id, "b", "mlops", asked, [])
        for number, row in enumerate(session.scalars(select(Analysis).order_by(Analysis.seq)).all()):
            document = as_document(report(load_rubric(), decision("e2e.container", "met", "Dockerfile:1")))
            document["target"] |= {"owner": row.owner, "repo": str(number)}
            keep_report(session, f"k{number}", document, "mlops")
            row.report_key, row.score = f"k{number}", 1.0
            finish(session, row, "done")
        name = batch.id
    merge_rows(store, name)
    return name


def test_a_row_of_several_is_judged_anew_when_one_of_them_is_erased(store: Store):
    name = several(store)
    assert count(store, MergedRow) == 1
    with store.reading() as session:
        [row] = results_of(session, name)
        assert (len(row["repositories"]), row["status"], row["score"]) == (2, "done", 100.0)
        assert export(session, "candidate")["rows"] == []  # it is about somebody else too
        [own] = export(session, "candidate-1")["rows"]
        assert own["judged"]["score"] == row["score"]
    with store.writing() as session:
        erase(session, "candidate")
    assert count(store, MergedRow) == 0
    merge_rows(store, name)
    with store.reading() as session:
        [row] = results_of(session, name)
        assert (len(row["repositories"]), row["score"]) == (1, 1.0)
        batch = session.get_one(Batch, name)
        assert (batch.rows, batch.finished) == (1, 1)
    with store.writing() as session:
        erase(session, "candidate-1")
    with store.reading() as session:
        batch = session.get_one(Batch, name)
        assert (batch.rows, batch.finished) == (0, 0)


def test_two_analyses_of_a_row_that_end_at_the_same_moment_are_counted_once(store: Store):
    rows = 20
    with store.writing() as session:
        recruiter = new_account(session, "R", "recruiter")
        asked = [parse_asked(SETTINGS, f"o/r{place}", line=line) for line in range(rows) for place in (1, 2)]
        batch = new_batch(session, recruiter.id, "b", "mlops", asked, []).id
        ids = session.scalars(select(Analysis.id).order_by(Analysis.seq)).all()
    together = Barrier(2)

    def end(name: str) -> None:
        together.wait()
        with store.writing() as session:
            finish(session, session.get_one(Analysis, name, with_for_update=True), "failed", code="x", what="y")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(end, ids))
    with store.reading() as session:
        found = session.get_one(Batch, batch)
        assert (found.rows, found.finished) == (rows, rows)
        assert found.finished_at is not None
        kinds = session.scalars(select(Event.kind).where(Event.batch_id == batch)).all()
        assert (kinds.count("row"), kinds.count("finished")) == (rows, 1)


def test_batches_from_before_count_their_lines(store: Store):
    name = several(store)
    with store.engine.connect() as connection:
        command.downgrade(alembic_config(connection), "0003")
        before = connection.execute(text("SELECT rows, finished FROM batches")).one()
    assert tuple(before) == (2, 2)
    store.migrate()
    merge_rows(store, name)
    with store.reading() as session:
        batch = session.get_one(Batch, name)
        assert (batch.rows, batch.finished, len(results_of(session, name))) == (1, 1, 1)


def test_reports_of_two_rubrics_are_no_one_score(store: Store):
    name = several(store)
    with store.writing() as session:
        session.execute(delete(MergedRow))
        kept = session.scalars(select(StoredRubric)).one()
        session.add(StoredRubric(sha256="0" * 64, document=kept.document | {"sha256": "0" * 64}))
        session.flush()
        first = session.get_one(StoredReport, "k0")
        document = document_of(session, "k0") or {}
        document["rubric"]["sha256"] = first.rubric_sha256 = "0" * 64
        first.document = gzip.compress(json.dumps(document).encode())
    merge_rows(store, name)
    with store.reading() as session:
        [row] = results_of(session, name)
    assert [item["code"] for item in row["not_read"]] == ["report.other-rubric"]


def test_an_erased_recruiter_is_gone_with_batches_and_keys(people: Store):
    with people.writing() as session:
        erased = erase(session, "recruiter")
    assert (erased.analyses, erased.batches, erased.accounts) == (2, 1, 1)
    with people.reading() as session:
        assert session.scalars(select(Account)).all() == []
        assert sorted(session.scalars(select(Analysis.owner))) == ["bystander", "candidate"]
        assert {entry.actor for entry in session.scalars(select(AuditEntry))} == {"erased", "x"}


@pytest.mark.parametrize("typed", ["Élodie Ünal", "élodie ünal", "E\u0301lodie  U\u0308nal"])
def test_a_name_beyond_ascii_is_found_however_it_is_typed(store: Store, typed: str):
    add(store, "somebody/one", label="Élodie Ünal")
    with store.writing() as session:
        new_account(session, "ÉLODIE ÜNAL", "recruiter")
    with store.writing() as session:
        found = export(session, typed)
        assert (len(found["analyses"]), len(found["accounts"])) == (1, 1)
        erase(session, typed)
    assert (count(store, Analysis), count(store, Account)) == (0, 0)


def test_rows_that_were_not_understood_and_names_of_batches_are_erased_too(store: Store):
    with store.writing() as session:
        recruiter = new_account(session, "r", "recruiter")
        asked = [parse_asked(SETTINGS, "bystander/two", line=4)]
        told = [(2, "'Jane Doe' names no repository.", "hint"), (3, "'Jane Doering' names no repository.", "hint")]
        batch = new_batch(session, recruiter.id, "For Jane Doe", "mlops", asked, told).id
    with store.writing() as session:
        mentions = export(session, "jane doe")["mentions"]
        assert [item.get("line", item.get("name")) for item in mentions] == ["For Jane Doe", 2]
        assert erase(session, "jane doe").mentions == 2
    with store.reading() as session:
        assert session.get_one(Batch, batch).name == ""
        assert [row.what for row in problems_of(session, batch)] == [
            "The row was erased.",
            "'Jane Doering' names no repository.",
        ]
