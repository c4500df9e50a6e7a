"""Collects every sentence of the engine into one catalog, as xgettext does for gettext; see ``docs/pages.md``."""
