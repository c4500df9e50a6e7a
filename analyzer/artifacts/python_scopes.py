"""Which names a module reads that none of its scopes binds, gathered while it is visited."""

from __future__ import annotations

import ast

__all__ = ["Scopes"]

_Outer = tuple[set[str], set[str], set[str]]


class Scopes:
    """Names that are read and bound in the present scope, and what is left over of the scopes that ended.

    Deliberately generous: a name counts as bound in the whole of its scope, whatever the order and the branch.
    """

    __slots__ = ("_home", "bound", "loaded", "read")

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.bound: set[str] = set()
        self.loaded: set[str] = set()
        self._home = self.read  # of the innermost scope that is no class

    def enter(self) -> _Outer:
        """Begin a function; return what :meth:`leave` wants."""
        outer = (self.read, self.bound, self._home)
        self.read, self.bound = set(), set()
        self._home = self.read
        return outer

    def enter_class(self) -> _Outer:
        """Begin the body of a class, whose names its methods do not see."""
        outer = (self.read, self.bound, self._home)
        self.read, self.bound = set(), set()
        return outer

    def leave(self, outer: _Outer) -> None:
        """End the scope; what it reads and does not bind is read in the one around it."""
        self.loaded |= self.read
        free = self.read - self.bound
        self.read, self.bound, self._home = outer
        self._home |= free

    def unbound(self) -> frozenset[str]:
        """At the end of the module: the names that are bound nowhere around where they are read, builtins among them."""
        return frozenset((self.read | self._home) - self.bound)

    def bound_names(self) -> frozenset[str]:
        """At the end of the module: the names that its own level binds."""
        return frozenset(self.bound)

    def bind(self, target: ast.expr) -> None:
        """Bind all names of a target, however it is nested."""
        if isinstance(target, ast.Name):
            self.bound.add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.bind(item)
        elif isinstance(target, ast.Starred):
            self.bind(target.value)

    def bind_parameters(self, given: ast.arguments) -> None:
        """Bind the parameters of a function."""
        self.bound.update(item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs))
        self.bound.update(item.arg for item in (given.vararg, given.kwarg) if item)
