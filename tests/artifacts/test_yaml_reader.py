"""YAML as nodes with lines, however the file was written."""

from __future__ import annotations

import pytest

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml


def root(text: str) -> Node:
    return read_yaml(text).documents[0]


def test_a_key_is_followed_to_its_value_and_line() -> None:
    node = root("a:\n  b:\n    c: 1\n").get("a", "b", "c")
    assert (node.text, node.line, node.kind) == ("1", 3, "scalar")


def test_what_is_missing_can_be_asked_further() -> None:
    node = root("a: 1\n").get("x", "y")
    assert not node
    assert (node.kind, node.text, node.tag, node.line, node.end_line, node.texts()) == ("empty", "", "", 1, 1, ())
    assert not [*node, *node.items(), *node.walk()]
    assert not EMPTY.block


def test_a_nested_block_ends_before_the_next_key() -> None:
    resources = root("Resources:\n  A:\n    Type: x\n    Props:\n      k: v\n  B:\n    Type: y").get("Resources")
    assert [(line, node.end_line) for _, line, node in resources.items()] == [(2, 5), (6, 7)]


def test_items_of_a_list_end_before_the_next() -> None:
    assert [(item.line, item.end_line) for item in root("- a: 1\n  b: 2\n- c\n")] == [(1, 2), (3, 3)]


def test_flow_collections_end_where_they_close() -> None:
    assert root('{"a": [1,\n 2],\n "b": 3}').get("a").end_line == 2


@pytest.mark.parametrize("style", ["|", ">-"])
def test_block_scalars_know_that_their_text_begins_below(style: str) -> None:
    node = root(f"run: {style}\n  one\n  two\nnext: 1\n").get("run")
    assert (node.block, node.line, node.end_line) == (True, 1, 3)


def test_a_value_left_out_stands_on_the_line_of_its_key() -> None:
    assert [(key, line, node.line) for key, line, node in root("? a\nb: 1\n").items()] == [("a", 1, 1), ("b", 2, 2)]


def test_anchors_keep_the_line_of_the_text() -> None:
    assert [item.line for item in root("x: &s\n  - pytest\ny: *s\n").get("y")] == [2]


def test_merged_keys_are_found_behind_own_ones() -> None:
    node = root("base: &b {image: old, user: app}\nweb:\n  <<: *b\n  image: new\n").get("web")
    assert (node.get("image").text, node.get("user").text) == ("new", "app")
    assert [(key, line) for key, line, _ in node.items()] == [("image", 4), ("user", 1)]


def test_several_mappings_merge_in_order() -> None:
    node = root("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc: {<<: [*a, *b]}\n").get("c")
    assert (node.get("k").text, node.get("l").text) == ("1", "3")


def test_merging_a_million_times_ends() -> None:
    text = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 60))
    assert not root(text).get("a59", "missing")
    assert [key for key, _, _ in root(text).get("a59").items()] == ["x"]


def test_a_mapping_merged_into_itself_ends() -> None:
    assert [key for key, _, _ in root("a: &a\n  <<: *a\n  b: 1\n").get("a").items()] == ["b"]


def test_the_last_of_duplicate_keys_counts() -> None:
    assert root("a: 1\na: 2\n").get("a").text == "2"


def test_keys_that_are_no_scalars_are_left_out() -> None:
    assert [key for key, _, _ in root("? [1, 2]\n: x\nb: y\n").items()] == ["b"]


def test_short_tags_are_kept_and_core_tags_are_not() -> None:
    node = root("a: !Ref Bucket\nb: plain\nc: !Sub\n  - x\n")
    assert [node.get(key).tag for key in "abc"] == ["!Ref", "", "!Sub"]


def test_texts_are_the_scalars_of_a_list_or_the_one() -> None:
    node = root("a: [x, {b: c}, y]\nb: z\nc: ''\n")
    assert [node.get(key).texts() for key in "abc"] == [("x", "y"), ("z",), ()]


def test_walking_visits_each_node_once_in_order() -> None:
    node = root("a: &x [1, 2]\nb: *x\nc: 3\n")
    assert [inner.text for inner in node.walk() if inner.kind == "scalar"] == ["1", "2", "3"]


def test_a_node_says_what_it_is() -> None:
    assert repr(root("\na: 1\n")) == "Node(mapping, line 2)"


def test_several_documents_are_read() -> None:
    assert [node.get("a").line for node in read_yaml("a: 1\n---\na: 2\n").documents] == [1, 3]


def test_tabs_are_mended_and_named() -> None:
    file = read_yaml("a:\n\tb: 1\nc: 2\n")
    assert (file.documents[0].get("a", "b").text, file.documents[0].get("c").line) == ("1", 3)
    assert file.error.startswith("line 2: ")


def test_templates_are_mended_without_moving_lines() -> None:
    text = "{{- if .Values.on }}\na: {{ .Values.a }}\n{% for x in y %}\nb: 2\n{% endfor %}\n"
    file = read_yaml(text)
    assert [(key, line) for key, line, _ in file.documents[0].items()] == [("a", 2), ("b", 4)]
    assert file.error


def test_what_stands_before_an_error_is_kept() -> None:
    file = read_yaml("a: 1\nb:\n  c: 2\nd: [1, 2\ne: }\n")
    assert file.documents[0].get("b", "c").text == "2"
    assert file.error


def test_a_broken_block_is_left_out_as_a_whole() -> None:
    file = read_yaml("a: 1\nb:\n  - x\n  y: [\n")
    assert file.documents[0].get("a").text == "1"


def test_nothing_but_an_error_leaves_nothing() -> None:
    file = read_yaml("{: [")
    assert (file.documents, bool(file.error)) == ((), True)


@pytest.mark.parametrize(
    "text", ["- " * 9000, "? " * 9000, "[" * 9000, '["]", ' * 3000, "# " + "]" * 999 + "\n" + "[" * 900]
)
def test_what_nests_too_deeply_is_refused(text: str) -> None:
    file = read_yaml(text)
    assert not file.documents
    assert file.error


def test_deep_indentation_is_refused() -> None:
    text = "".join(" " * depth + "a:\n" for depth in range(900))
    assert read_yaml(text).error == "nested too deeply"


def test_many_brackets_side_by_side_are_fine() -> None:
    assert len(list(root("a: [" + "[], " * 300 + "[]]").get("a"))) == 301


def test_many_brackets_with_an_error_are_read_up_to_it() -> None:
    assert read_yaml("ok: 1\nx: " + "[] " * 300).documents[0].get("ok").text == "1"


def test_breaks_that_yaml_1_2_knows_not_are_no_lines() -> None:
    assert root("a: x\x85y\u2028z\nb: 1\n").get("b").line == 2


def test_control_characters_and_quotes_of_windows_lose_nothing() -> None:
    assert root("a: x\x1b\nb: \x93smart\x94\nc: 3\n").get("c").text == "3"


def test_a_recursive_alias_is_walked_once() -> None:
    assert len(list(root("a: &a [*a]\n").walk())) == 2


def test_an_unknown_directive_is_an_error_not_an_exception() -> None:
    assert read_yaml("%YAML 9.1\n---\na: 1\n").error


def test_empty_documents_have_lines_of_the_file() -> None:
    assert [node.line for node in read_yaml("---\n---\n").documents] == [1, 2]
