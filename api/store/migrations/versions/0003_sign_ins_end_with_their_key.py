"""The key beside each sign-in that was begun with one, so that it ends with its key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("sign_ins", sa.Column("key_id", sa.String(16), nullable=True))


def downgrade() -> None:
    """Back."""
    op.drop_column("sign_ins", "key_id")
