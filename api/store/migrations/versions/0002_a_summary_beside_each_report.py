"""A summary beside each report, also of those that are there already."""

from __future__ import annotations

import gzip
import json

import sqlalchemy as sa
from alembic import op

from api.store.summaries import summary

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("reports", sa.Column("summary", sa.JSON(), nullable=False, server_default="{}"))
    reports = sa.table(
        "reports", sa.column("key", sa.String), sa.column("document", sa.LargeBinary), sa.column("summary", sa.JSON)
    )
    connection = op.get_bind()
    for key in connection.scalars(sa.select(reports.c.key)).all():
        packed = connection.execute(sa.select(reports.c.document).where(reports.c.key == key)).scalar_one()
        document = json.loads(gzip.decompress(packed).decode("utf-8", "surrogatepass"))
        connection.execute(sa.update(reports).where(reports.c.key == key).values(summary=summary(document)))


def downgrade() -> None:
    """Back."""
    op.drop_column("reports", "summary")
