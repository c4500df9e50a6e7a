"""Renderings of a report, one format a module."""
