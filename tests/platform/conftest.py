"""Servers that answer as GitHub does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analyzer.github.platform import Platform
from analyzer.github.settings import Settings
from analyzer.github.waiting import Waiter
from tests.platform.api_server import ApiServer, api_server
from tests.platform.description import Prism, prism


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps, and what was told meanwhile."""

    seconds: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def tell(self, stage: str, detail: str) -> None:
        self.told.append((stage, detail))

    def waiter(self, longest: float = 900) -> Waiter:
        return Waiter(longest, self.tell, self.sleep, self.now)


Connect = Callable[..., Platform]


@pytest.fixture(scope="package")
def official(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prism]:
    """Prism with GitHub's official description."""
    with prism(tmp_path_factory.mktemp("prism")) as server:
        yield server


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """A server that answers as a test says."""
    with api_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    """A clock of one's own."""
    return Clock()


@pytest.fixture
def connect(clock: Clock, tmp_path: Path) -> Iterator[Connect]:
    """``connect(base, token="...", longest=900)`` returns a platform that sleeps by the clock of the test."""
    opened: list[Platform] = []

    def make(base: str, *, longest: float = 900, **more: object) -> Platform:
        settings = Settings(base, cache=tmp_path / "github", **more)  # type: ignore[arg-type]
        opened.append(Platform(settings, clock.tell, clock.waiter(longest)))
        return opened[-1]

    yield make
    for platform in opened:
        platform.close()
