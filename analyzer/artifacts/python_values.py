"""The values that a parsed Python module is made of."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from analyzer.findings import Place

__all__ = [
    "Assignment",
    "Call",
    "Class",
    "Comparison",
    "Condition",
    "Constant",
    "Function",
    "Import",
    "Name",
    "Reference",
    "Text",
    "Value",
]

Constant = str | int | float | bool | None


class Name(Struct, frozen=True):
    """A dotted name standing where a value could be, resolved through imports and assignments."""

    dotted: str


Value = Constant | Name | tuple["Value", ...]
"""What is known of an argument: a constant (f-strings with ``{}`` for their fields), a name, a sequence, or None."""


class Import(Struct, frozen=True):
    """``import module as alias`` or ``from module import name as alias``; relative ones begin with dots."""

    path: str
    module: str
    name: str
    alias: str
    line: int
    used: bool = True
    guarded: bool = False

    @property
    def root(self) -> str:
        """The top-level package; empty for relative imports."""
        return self.module.split(".", 1)[0]

    @property
    def dotted(self) -> str:
        """The full name that the alias stands for."""
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def place(self) -> Place:
        """The line of the import."""
        return Place(self.path, self.line)


class Call(Struct, frozen=True, eq=False):
    """A call. ``name`` is dotted and resolved: ``pandas.read_csv``, ``sklearn.svm.SVC.fit``, ``df.merge``.

    ``scope`` is the qualified name of the function around it (empty at module level), ``decorates`` the
    function or class it decorates. ``assigned`` is the variable that takes its value.
    """

    path: str
    name: str
    line: int
    end_line: int
    args: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] | None = None
    scope: str = ""
    decorates: str = ""
    assigned: str = ""
    conditional: bool = False
    swallowed: bool = False

    @property
    def last(self) -> str:
        """The part after the last dot."""
        return self.name.rsplit(".", 1)[-1]

    @property
    def root(self) -> str:
        """The part before the first dot."""
        return self.name.split(".", 1)[0]

    def keyword(self, name: str) -> Value:
        """The value given for a keyword, or None."""
        return (self.keywords or {}).get(name)

    def has_keyword(self, name: str) -> bool:
        """Whether the keyword is given at all."""
        return name in (self.keywords or {})

    def texts(self) -> tuple[str, ...]:
        """All strings among the arguments and keywords, sequences included."""
        found: list[str] = []
        stack: list[Value] = [*reversed(list((self.keywords or {}).values())), *reversed(self.args)]
        while stack:
            value = stack.pop()
            if isinstance(value, str):
                found.append(value)
            elif isinstance(value, tuple):
                stack += reversed(value)
        return tuple(found)

    @property
    def place(self) -> Place:
        """The lines of the call."""
        return Place(self.path, self.line, self.end_line)


class Function(Struct, frozen=True):
    """A function or method. ``statements`` counts what stands in its body without the docstring.

    ``checks`` are the lines of assertions that can fail; ``swallows`` is true where a bare handler hides
    every failure of the body. ``stub`` is a body of ``pass``, ``...`` or ``raise NotImplementedError``.
    ``returned`` are the resolved names of what it returns, as far as they have one; ``stops`` the lines on which
    it raises or ends the program; ``answers`` is true where it returns anything but None; ``required`` counts the parameters without
    a default.
    """

    path: str
    name: str
    qualname: str
    line: int
    end_line: int
    decorators: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    statements: int = 0
    checks: tuple[int, ...] = ()
    swallows: bool = False
    stub: bool = False
    returned: tuple[str, ...] = ()
    nested: bool = False
    stops: tuple[int, ...] = ()
    answers: bool = False
    required: int = 0

    @property
    def asserts(self) -> bool:
        """Whether it can fail for what it finds: by assertions, or as a test that raises."""
        return bool(self.checks) or (bool(self.stops) and self.name.startswith("test") and not self.stub)

    @property
    def place(self) -> Place:
        """The line of ``def`` to the last line."""
        return Place(self.path, self.line, self.end_line)

    @property
    def head(self) -> Place:
        """The line of ``def`` alone."""
        return Place(self.path, self.line)


class Class(Struct, frozen=True):
    """A class with the resolved names of its bases and the names of its annotated fields."""

    path: str
    name: str
    line: int
    end_line: int
    bases: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of ``class``."""
        return Place(self.path, self.line)


class Text(Struct, frozen=True):
    """A string constant (f-strings with ``{}`` for their fields) that is no docstring."""

    path: str
    value: str
    line: int
    scope: str = ""

    @property
    def place(self) -> Place:
        """The first line of the string."""
        return Place(self.path, self.line)


class Comparison(Struct, frozen=True):
    """``left op right`` with an ordering operator, as sets of the words in both sides.

    It stands in the test of an ``if``, ``while``, ``assert`` or conditional expression, or in what is assigned or
    returned, also within a table or a call. ``flags`` are the names by which its answer is kept: the variable, keyword or
    key that it is assigned to, and variables that get a constant where it holds, or where it does not.
    """

    path: str
    line: int
    left: tuple[str, ...]
    right: tuple[str, ...]
    constant: bool
    scope: str = ""
    guarded_names: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of the comparison."""
        return Place(self.path, self.line)


class Condition(Struct, frozen=True):
    """An ``if`` or a conditional expression.

    ``asked`` are the words of its test, variables by what they were assigned from too; ``acts`` the calls it guards, with ``raise``, ``return`` and texts it chooses between.
    """

    path: str
    line: int
    scope: str
    asked: tuple[str, ...]
    acts: tuple[str, ...]

    @property
    def place(self) -> Place:
        """The line of the condition."""
        return Place(self.path, self.line)


class Assignment(Struct, frozen=True):
    """``target = value`` where the target is a plain, dotted or subscripted name.

    ``column`` is the constant key of ``frame["key"] = ...``.
    """

    path: str
    target: str
    line: int
    value: Value = None
    column: str = ""
    scope: str = ""
    derived: bool = False

    @property
    def place(self) -> Place:
        """The line of the assignment."""
        return Place(self.path, self.line)


class Reference(Struct, frozen=True):
    """An attribute of an imported module that is used without being called: ``mlflow.sklearn``."""

    path: str
    name: str
    line: int
    scope: str = ""

    @property
    def place(self) -> Place:
        """The line of the use."""
        return Place(self.path, self.line)
