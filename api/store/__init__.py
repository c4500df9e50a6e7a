"""The store: tables, sessions and migrations, on SQLite and PostgreSQL."""

from api.store.database import Store, open_store
from api.store.models import Base

__all__ = ["Base", "Store", "open_store"]
