"""The graph itself: order, questions, bounds, and that it is built once."""

from __future__ import annotations

from analyzer.findings import Place
from analyzer.wiring import build_wiring, summarize
from analyzer.wiring.graph import Draft, Wiring
from analyzer.wiring.summary import MOST_NODES
from tests.conftest import BuildRepository
from tests.wiring.support import SYSTEM


def _line() -> Wiring:
    draft, place = Draft(), Place("a.py", 1)
    for kind, key in (("image", "a"), ("module", "b"), ("model", "c")):
        draft.node(kind, key, key, place)
    draft.edge("module:b", "model:c", "loads", place)
    draft.edge("image:a", "module:b", "runs", place)
    draft.edge("image:a", "module:nowhere", "runs", place)
    return draft.finished()


def test_edges_are_asked_from_both_ends() -> None:
    wiring = _line()
    assert [edge.target for edge in wiring.edges_from("image:a")] == ["module:b"]
    assert [edge.source for edge in wiring.edges_to("model:c", "loads")] == ["module:b"]
    assert wiring.edges_to("model:c", "saves") == ()


def test_reach_goes_along_edges() -> None:
    wiring = _line()
    found = wiring.reaches("image:a", "model")
    assert found is not None
    assert found.id == "model:c"
    assert wiring.reaches("model:c", "image") is None
    assert wiring.reaching("model:c", "loads") == {"model:c", "module:b"}


def test_it_is_built_once_and_the_same_every_time(repository: BuildRepository) -> None:
    repo = repository(SYSTEM)
    assert build_wiring(repo) is build_wiring(repo)
    assert build_wiring(repo) == build_wiring(repository(SYSTEM))


def test_every_edge_stands_on_a_line_of_a_file(repository: BuildRepository) -> None:
    repo = repository(SYSTEM)
    assert all(repo.line(edge.place).strip() for edge in build_wiring(repo).edges)


def test_a_large_graph_is_cut_and_says_so(repository: BuildRepository) -> None:
    files = {f"src/module_{number}.py": "print(1)\n" for number in range(MOST_NODES + 30)}
    found = summarize(repository({**files, "Dockerfile": "FROM python\nCOPY src src\n"}))
    assert len(found.nodes) == MOST_NODES
    assert found.nodes_left_out == 31
    assert "image:Dockerfile" in {node.id for node in found.nodes}
    assert all(edge.target in {node.id for node in found.nodes} for edge in found.edges)
