"""The first links of the chain: data, training, registry."""

from __future__ import annotations

from functools import cached_property

from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.queries.commands import data_downloads
from analyzer.queries.ingestion import data_reads, is_scoring
from analyzer.queries.learning import training_calls
from analyzer.wiring.ties import APART, Station, Ties, path_of

__all__ = ["Making"]

_PREFERRED = {1: 0, 2: 0, 3: 1, 0: 2}
"""Order of distances: a step of its own that hands data on comes before a read within the training."""


class Making:
    """Finds where data come from, where a model is trained on them and where it is registered."""

    def __init__(self, ties: Ties) -> None:
        self._ties, self._repo, self._wiring = ties, ties.repo, ties.wiring

    @cached_property
    def _training(self) -> tuple[Call, ...]:
        return training_calls(self._repo.code)

    @cached_property
    def _sources(self) -> tuple[Call, ...]:
        return tuple(data_reads(self._repo.code))

    @cached_property
    def _pair(self) -> tuple[Call | None, Call | None, bool]:
        """A source of data and a training, and whether they are tied; those that are closest."""
        sources = {call.path: call for call in reversed(self._sources)}
        trainings = {call.path: call for call in reversed(self._training)}
        surest = {path: rank for rank, path in enumerate(dict.fromkeys(call.path for call in self._sources))}
        downloads = {call.path for call in self._repo.code.calls("data.download")}
        pairs = sorted(
            (is_scoring(source), source not in downloads, _PREFERRED[distance], surest[source], path, source)
            for source in sources
            for path in trainings
            if (distance := self._ties.distance(source, path)) < APART
        )
        if pairs:
            return sources[pairs[0][-1]], trainings[pairs[0][-2]], True
        return next(iter(self._sources), None), next(iter(self._training), None), False

    def data(self) -> Station:
        """Where raw data come from."""
        source = self._pair[0]
        if source:
            return Station(True, source.place, f"{source.path} reads the raw data")
        for item in data_downloads(self._repo):
            return Station(True, item.origin, f"{item.origin.path} downloads the raw data")
        return Station(False, None, "no script, module or task was found that gets raw data")

    def training(self) -> Station:
        """Where a model is trained on them."""
        source, training, tied = self._pair
        if training is None:
            return Station(False, None, "no script, module or task was found that trains a model")
        if source is None:
            return Station(False, training.place, f"{training.path} trains, but no code reads its data")
        if not tied:
            words = f"{training.path} trains and {source.path} reads data, but nothing ties one to the other"
            return Station(False, training.place, words)
        whose = "that it reads itself" if source.path == training.path else f"that {source.path} reads"
        return Station(True, training.place, f"{training.path} trains on the data {whose}")

    @cached_property
    def trainers(self) -> tuple[str, ...]:
        """Paths of modules that train."""
        return tuple(dict.fromkeys(call.path for call in self._training))

    @cached_property
    def saved(self) -> frozenset[str]:
        """Model files that the training saves."""
        return frozenset(edge.target for path in self.trainers for edge in self._ties.edges_of(path, "saves"))

    @cached_property
    def registered(self) -> tuple[tuple[str, str, Place], ...]:
        """(node of the model or kind of the gap, module, place) of every registration that is tied to training."""
        edges = self._wiring.edges
        found = [(item.target, path_of(item.source), item.place) for item in edges if item.kind == "registers"]
        gaps = (gap for gap in self._wiring.gaps if gap.kind.startswith("registers"))
        found += ((gap.kind, path_of(gap.source), gap.place) for gap in gaps)
        calls = self._repo.code.calls("registry.register", "registry.method")
        found += (("registers", call.path, call.place) for call in calls)
        tied = [item for item in found if any(self._ties.together(path, item[1]) for path in self.trainers)]
        for edge in edges:
            of_dvc = edge.kind == "versions" or (edge.kind == "saves" and path_of(edge.source).endswith("dvc.yaml"))
            if of_dvc and edge.target.startswith("model:"):
                tied.append((edge.target, edge.path, edge.place))
        return tuple(tied)

    def registry(self) -> Station:
        """Where the trained model is registered and versioned."""
        if self.registered:
            name, path, place = self.registered[0]
            node = self._wiring.node(name)
            what = f"as {node.label}" if node else "under a name that is known when it runs"
            return Station(True, place, f"{path} registers the model {what}")
        saved = next((edge for path in self.trainers for edge in self._ties.edges_of(path, "saves")), None)
        if saved:
            words = f"{saved.path} saves {self._ties.label(saved.target)}, but no registry keeps its versions"
            return Station(False, saved.place, words)
        return Station(False, None, "nothing registers the trained model")
