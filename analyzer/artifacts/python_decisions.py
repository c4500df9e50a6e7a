"""What a module decides by: orderings of values, what stands on their answer, and the words that conditions ask for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from analyzer.artifacts.python_answers import HOLDERS, held_in
from analyzer.artifacts.python_expressions import Resolver, side_words
from analyzer.artifacts.python_values import Comparison, Condition

__all__ = ["Decisions"]

_ORDERING = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class Decisions:
    """Gathers comparisons and conditions while a module is visited; answers are followed through variables."""

    def __init__(self, path: str, resolver: Resolver, line_of: Callable[[int], int]) -> None:
        self.comparisons: list[Comparison] = []
        self.conditions: list[Condition] = []
        self._path = path
        self._resolver = resolver
        self._line_of = line_of
        self._kept_in: dict[str, int] = {}

    def keep(self, index: int, names: Iterable[str]) -> None:
        """These variables hold the answer of that comparison from here on."""
        self._kept_in.update(dict.fromkeys(names, index))

    def ask(self, line: int, scope: str, asked: tuple[str, ...], acts: Iterable[str]) -> None:
        """Record a condition by the words it asks for and what stands on it."""
        self.conditions.append(Condition(self._path, self._line_of(line), scope, asked, tuple(sorted(acts))))

    def words_of(self, test: ast.expr) -> tuple[str, ...]:
        """The words of a test; a variable also by the call it was assigned from."""
        words = list(side_words(test))
        named = (node for node in ast.walk(test) if isinstance(node, (ast.Name, ast.Call)))
        words += (self._resolver.name(node).rsplit(".", 1)[-1].lower() for node in named)
        return tuple(dict.fromkeys(word for word in words if word))

    def guard(self, indexes: Sequence[int], guarded: tuple[str, ...], flags: tuple[str, ...]) -> None:
        """Calls, ends and flags that stand on the answer of these comparisons."""
        for index in indexes:
            old = self.comparisons[index]
            names = tuple(sorted({*old.guarded_names, *guarded}))
            self.comparisons[index] = Comparison(
                old.path, old.line, old.left, old.right, old.constant, old.scope, names, (*old.flags, *flags)
            )

    def order(self, test: ast.expr, guarded: tuple[str, ...], scope: str) -> list[int] | None:
        """Record the orderings that ``test`` is made of; return their indexes, or None when there are none."""
        indexes: list[int] = []
        stack: list[tuple[ast.expr, str]] = [(test, "")]
        while stack:
            node, name = stack.pop()
            if isinstance(node, ast.BoolOp):
                stack += ((value, name) for value in node.values)
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                stack.append((node.operand, name))
            elif isinstance(node, ast.Name):
                if node.id in self._kept_in:
                    indexes.append(self._kept_in[node.id])
                    if name:
                        self.guard(indexes[-1:], (), (name,))
            elif type(node) in HOLDERS:
                stack += ((value, inner or name) for inner, value in held_in(node))
            elif isinstance(node, ast.Compare) and not any(isinstance(op, _ORDERING) for op in node.ops):
                stack.append((node.left, name))  # ``if flag == 1``
            elif isinstance(node, ast.Compare):
                right = node.comparators[0]
                constant = isinstance(right, (ast.Constant, ast.UnaryOp)) or isinstance(node.left, ast.Constant)
                self.comparisons.append(
                    Comparison(
                        self._path, self._line_of(node.lineno), side_words(node.left), side_words(right), constant,
                        scope, guarded, (name,) if name else (),
                    )
                )  # fmt: skip
                indexes.append(len(self.comparisons) - 1)
        return indexes or None
