"""Typed artifacts: one module a kind of file, bytes in, frozen values with line numbers out."""
