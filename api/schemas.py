"""What the API takes and gives, with examples for its documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from analyzer import BUILT_IN
from api.formats import SUFFIX_OF
from api.store.analyses import plain
from api.store.models import Account, Analysis, ApiKey, AuditEntry, Batch

__all__ = [
    "AnalysisList",
    "AnalysisRequest",
    "AnalysisView",
    "AuditList",
    "BatchList",
    "BatchRequest",
    "BatchUpload",
    "BatchView",
    "KeyList",
    "KeyMade",
    "KeyRequest",
    "KeyView",
    "Me",
    "RowRequest",
    "Status",
]

Status = Literal["queued", "acquiring", "analyzing", "done", "failed", "cancelled"]
Rubric = Annotated[str, Field("mlops", max_length=64, description=f"one of {', '.join(BUILT_IN)}", examples=["mlops"])]
_ID = "pO1vJr3eMCT0hc7dQ2bR0aXy"


class AnalysisRequest(BaseModel):
    """A repository to analyze."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://github.com/octocat/Hello-World"},
                {"url": "octocat/Hello-World", "ref": "main", "subdir": "project", "rubric": "startup"},
            ]
        },
    )

    url: str = Field(min_length=1, max_length=2048, description="URL, OWNER/REPO, or a URL with /tree/REF/FOLDER")
    ref: str = Field("", max_length=250, description="branch, tag or commit")
    subdir: str = Field("", max_length=1000, description="folder to judge")
    rubric: Rubric = "mlops"
    badge: bool = Field(False, description="let everyone see the score as a badge")


class Cause(BaseModel):
    """Why an analysis failed."""

    code: str = Field(examples=["target.unreadable"])
    what: str = Field(examples=["octocat/Hello-World was not found, or is private."])
    hint: str = Field(examples=["Check the spelling; a private repository can be analyzed from a local clone."])


class Progress(BaseModel):
    """What is done at the moment."""

    stage: str = Field(examples=["clone"], description="start, resolve, preparation, clone, cache or analyze")
    detail: str = Field(examples=["12.3 MB"])


class ReportSummary(BaseModel):
    """The report in short, and where it is."""

    score: float = Field(ge=0, le=100, examples=[63.5])
    grade: str = Field(examples=["solid"])
    commit: str = Field(examples=["7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"])
    ref: str = Field(examples=["main"])
    subdir: str
    reused: bool = Field(description="the same commit, rubric and version had been analyzed before")
    formats: dict[str, str] = Field(examples=[{"json": f"/api/v1/analyses/{_ID}/report.json"}])


class AnalysisView(BaseModel):
    """An analysis: where it stands, and its report when it is done."""

    id: str = Field(examples=[_ID])
    status: Status
    position: int | None = Field(None, description="place in the queue of its kind; null when it does not wait")
    progress: Progress | None = None
    attempts: int = Field(description="how often it was begun")
    url: str = Field(examples=["https://github.com/octocat/Hello-World"])
    input: str
    ref: str
    subdir: str
    rubric: str
    badge: bool
    batch: str | None = None
    line: int | None = Field(None, description="line of the upload; analyses of one line are one row")
    inside: bool = Field(False, description="a project inside a repository that the row names")
    label: str = ""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cause: Cause | None = None
    report: ReportSummary | None = None
    links: dict[str, str] = Field(
        examples=[{"self": f"/api/v1/analyses/{_ID}", "events": f"/api/v1/analyses/{_ID}/events"}]
    )
    manage_token: str | None = Field(
        None,
        description="of an analysis without a key, told when it starts: send it as Manage-Token to delete the analysis",
    )

    @classmethod
    def of(cls, row: Analysis, position: int | None = None, manage_token: str | None = None) -> AnalysisView:
        """The view of a row."""
        base = f"/api/v1/analyses/{row.id}"
        running = row.status in ("acquiring", "analyzing")
        report = None
        if row.status == "done":
            report = ReportSummary(
                score=row.score or 0.0,
                grade=row.grade,
                commit=row.commit,
                ref=row.report_ref,
                subdir=row.report_subdir,
                reused=row.reused,
                formats={name: f"{base}/report.{suffix}" for name, suffix in SUFFIX_OF.items()},
            )
        return cls(
            id=row.id,
            status=cast("Status", row.status),
            position=position,
            progress=Progress(stage=row.stage, detail=row.detail) if running else None,
            attempts=row.attempts,
            url=row.url,
            input=row.input,
            ref=row.ref,
            subdir=row.subdir,
            rubric=row.rubric,
            badge=row.badge,
            batch=row.batch_id,
            line=row.line,
            inside=row.inside,
            label=row.label,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            cause=Cause(code=row.cause_code, what=row.cause, hint=row.hint) if row.cause_code else None,
            report=report,
            links={"self": base, "events": f"{base}/events", "report": f"{base}/report"},
            manage_token=manage_token,
        )


class AnalysisList(BaseModel):
    """A page of analyses."""

    items: list[AnalysisView]
    next: str | None = Field(None, description="cursor of the next page; null on the last")


class RowRequest(BaseModel):
    """A row of a batch: an applicant with one repository (``url``) or several (``urls``)."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field("", max_length=2048, examples=["https://github.com/octocat/Hello-World"])
    urls: list[Annotated[str, Field(max_length=2048)]] = Field(
        [], max_length=50, description="of an applicant with several repositories, which are judged together"
    )
    ref: str = Field("", max_length=250)
    subdir: str = Field("", max_length=1000)
    label: str = Field("", max_length=200, description="what you call it", examples=["candidate-17"])


class BatchUpload(BaseModel):
    """Many applicants, whose rows are read one by one: a wrong one costs itself alone."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=200)
    rubric: str = Field("mlops", max_length=64)
    whole: bool = Field(False, description="do not judge projects inside a repository each for itself")
    rows: list[Any] = Field(max_length=100_000)


class BatchRequest(BaseModel):
    """Many repositories to analyze."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Autumn",
                    "rows": [
                        {"url": "octocat/Hello-World", "label": "candidate-1"},
                        {"urls": ["octocat/Spoon-Knife", "octocat/linguist"], "label": "candidate-2"},
                    ],
                }
            ]
        },
    )

    name: str = Field("", max_length=200)
    rubric: Rubric = "mlops"
    whole: bool = Field(False, description="do not judge projects inside a repository each for itself")
    rows: list[RowRequest] = Field(max_length=100_000)


class RowProblem(BaseModel):
    """A row that could not be understood, or a repository that it names."""

    line: int = Field(examples=[4])
    what: str = Field(examples=["'/etc' names no repository"])
    hint: str = ""


class BatchView(BaseModel):
    """A batch and how far it is."""

    id: str
    name: str
    rubric: str
    status: Literal["running", "done", "cancelled"]
    rows: int = Field(description="rows that were understood; a row is an applicant")
    finished: int = Field(description="rows of which everything has ended")
    counts: dict[str, int] = Field(description="rows by status", examples=[{"done": 12, "queued": 3}])
    partial: int = Field(0, description="rows that are done though one of their analyses failed")
    problems: list[RowProblem] = Field(
        description="what of the upload was not understood, by line; none where names are hidden"
    )
    not_understood: int = Field(0, description="of how many rows something was not understood")
    created_at: datetime
    finished_at: datetime | None = None
    links: dict[str, str]

    @classmethod
    def of(
        cls, row: Batch, counts: dict[str, int], partial: int, problems: list[RowProblem], *, blind: bool = False
    ) -> BatchView:
        """The view of a row; its links lead on without names where they are hidden."""
        base = f"/api/v1/batches/{row.id}"
        hidden = "?blind=true" if blind else ""
        open_links = {"events": f"{base}/events", "analyses": f"/api/v1/analyses?batch={row.id}"}
        status: Literal["running", "done", "cancelled"] = "done" if row.finished_at else "running"
        if row.cancelled_at:
            status = "cancelled"
        return cls(
            id=row.id,
            name="" if blind else row.name,
            rubric=row.rubric,
            status=status,
            rows=row.rows,
            finished=row.finished,
            counts=counts,
            partial=partial,
            problems=[] if blind else problems,
            not_understood=len(problems),
            created_at=row.created_at,
            finished_at=row.finished_at,
            links={
                "self": f"{base}{hidden}",
                **({} if blind else open_links),
                "jsonl": f"{base}/results.jsonl{hidden}",
                "csv": f"{base}/results.csv{hidden}",
                "xlsx": f"{base}/results.xlsx{hidden}",
            },
        )


class BatchSummary(BaseModel):
    """A batch in a list."""

    id: str
    name: str
    rubric: str
    rows: int
    finished: int
    created_at: datetime


class BatchList(BaseModel):
    """A page of batches."""

    items: list[BatchSummary]
    next: str | None = None


class Me(BaseModel):
    """Who is asking."""

    account: str | None
    name: str
    role: str
    scopes: list[str]
    via: str
    csrf_token: str = Field("", description="of a sign-in: send it as X-CSRF-Token")


class KeyRequest(BaseModel):
    """A key to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"account": "recruiting", "name": "ats", "scopes": ["read", "write"], "days": 90}]
        },
    )

    account: str = Field(min_length=1, max_length=200, description="name of the account; a new one is made a recruiter")
    name: str = Field(min_length=1, max_length=100, description="what the key is for")
    scopes: list[Literal["read", "write", "admin"]] = Field(["read", "write"], min_length=1, max_length=3)
    days: float = Field(90, gt=0, le=3660, description="days until it is over")

    @field_validator("account", "name", mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return plain(value) if isinstance(value, str) else value


class KeyView(BaseModel):
    """A key without its secret."""

    id: str
    account: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey, account: Account) -> KeyView:
        """The view of a row."""
        return cls(
            id=key.id,
            account=account.name,
            name=key.name,
            scopes=key.scopes.split(),
            created_at=key.created_at,
            expires_at=key.expires_at,
            used_at=key.used_at,
            revoked_at=key.revoked_at,
        )


class KeyMade(KeyView):
    """A new key with its secret, which is told this once."""

    key: str = Field(examples=["fs_0123456789ab_..."])


class KeyList(BaseModel):
    """All keys."""

    items: list[KeyView]


class AuditView(BaseModel):
    """Who did what to what."""

    id: int
    at: datetime
    actor: str
    via: str
    action: str
    subject: str
    detail: str

    @classmethod
    def of(cls, row: AuditEntry) -> AuditView:
        """The view of a row."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class AuditList(BaseModel):
    """A page of the audit log, the newest first."""

    items: list[AuditView]
    next: str | None = None
