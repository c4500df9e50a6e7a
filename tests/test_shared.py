"""What commits of one repository share, and what goes when nobody has it any more."""

from __future__ import annotations

from analyzer.shared import Shared


def test_what_is_made_of_a_file_is_made_once_for_a_path_a_blob_and_a_maker() -> None:
    shared, made = Shared(), []

    def make() -> int:
        made.append(1)
        return len(made)

    keys = [("a", "1", "x"), ("a", "1", "x"), ("a", "2", "x"), ("b", "1", "x"), ("a", "1", ("x", 3))]
    assert [shared.once(*key, make) for key in keys] == [1, 1, 2, 3, 4]
    shared.keep_only([("a", "2")])
    assert [shared.once(*key, make) for key in (("a", "2", "x"), ("a", "1", "x"))] == [2, 5]


def test_a_table_goes_when_one_commit_did_not_ask_for_it() -> None:
    shared = Shared()
    shared.table("kept")["a"] = shared.table("left")["a"] = 1
    shared.keep_only([])
    assert shared.table("kept") == {"a": 1}
    shared.keep_only([])
    assert shared.table("kept") == {"a": 1}
    assert shared.table("left") == {}
