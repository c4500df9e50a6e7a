"""Fuzzing with atheris: every parser, and the way from the bytes of a repository to its report."""
