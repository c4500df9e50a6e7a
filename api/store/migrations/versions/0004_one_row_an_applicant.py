"""One row an applicant: what the analyses of a line come to together, and batches that count lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_batches = sa.table("batches", sa.column("id"), sa.column("rows"), sa.column("finished"))
_analyses = sa.table("analyses", sa.column("batch_id"), sa.column("line"), sa.column("status"))
_OPEN = _analyses.c.status.not_in(("done", "failed", "cancelled"))


def _count_by(counted: sa.ColumnElement[int]) -> None:
    """Let batches count their analyses in another way."""
    rows = sa.select(counted).where(_analyses.c.batch_id == _batches.c.id)
    total, still = rows.scalar_subquery(), rows.where(_OPEN).scalar_subquery()
    op.execute(_batches.update().values(rows=total, finished=total - still))


def upgrade() -> None:
    """Forward."""
    op.add_column("batches", sa.Column("whole", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("analyses", sa.Column("inside", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_analyses_batch_id_line"), "analyses", ["batch_id", "line"])
    op.create_table(
        "merged_rows",
        sa.Column("batch_id", sa.String(32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("grade", sa.String(100), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_merged_rows_batch_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "line", name=op.f("pk_merged_rows")),
    )
    _count_by(sa.func.count(_analyses.c.line.distinct()))


def downgrade() -> None:
    """Back."""
    _count_by(sa.func.count())
    op.drop_table("merged_rows")
    op.drop_index(op.f("ix_analyses_batch_id_line"), "analyses")
    op.drop_column("analyses", "inside")
    op.drop_column("batches", "whole")
