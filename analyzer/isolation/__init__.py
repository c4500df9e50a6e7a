"""Analysis of foreign repositories in a process that can do little: bounded, without network, secrets or a writable disk.

    result = run_confined(function, arguments, Confinement.of(limits, git_dir))

``run_confined`` is for one analysis and ``iterate_confined`` for many at a time; ``confine`` is for a worker that confines
itself when it starts.
"""

from analyzer.isolation.child import CAN_FORK, end_group, iterate_confined, run_confined
from analyzer.isolation.confinement import Active, Confinement
from analyzer.isolation.process import confine

__all__ = [
    "CAN_FORK",
    "Active",
    "Confinement",
    "confine",
    "end_group",
    "iterate_confined",
    "run_confined",
]
