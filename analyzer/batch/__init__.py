"""Many applicants at once: rows of a file in, one JSON line each out, then tables.

    rows -> run (work in a pool, store, results file) -> ranking, likeness -> export

A row that fails is an error with its cause, never a zero. Lines hold no clock: the same rows, commits, rubric and version
give the same bytes.
"""
