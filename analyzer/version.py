"""The version of this distribution; part of the key under which reports are cached."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
