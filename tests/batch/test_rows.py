"""Lists of applicants as people keep them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from analyzer.batch.rows import Row, digest_of, is_account, read_rows
from analyzer.errors import UsageError
from analyzer.portfolio.sources import named_in
from analyzer.target import DEFAULT_HOSTS


def rows(path: Path, text: str | bytes) -> list[Row]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_rows(path))


def test_a_row_names_a_person_a_repository_and_more(tmp_path):
    (row,) = rows(tmp_path / "a.csv", "Full name,E-mail,Repo,Branch,Folder\nAda,a@example.org,o/r,dev,work/api\n")
    assert row == Row(1, 2, "Ada", ("o/r",), "dev", "work/api", (("Full name", "Ada"), ("E-mail", "a@example.org")))


@pytest.mark.parametrize(
    "header",
    ["repo", "Repository", "GitHub URL", "github_repo", "Link", "Project Link", "Repository (GitHub)", "URL", "repo 1"],
)
def test_columns_have_many_names(tmp_path, header):
    (row,) = rows(tmp_path / "a.csv", f"who,{header}\nAda,o/r\n")
    assert row.targets == ("o/r",)


@pytest.mark.parametrize(
    "header",
    ["Bewerber;Repo;Zweig;Ordner", "Candidat;Lien;Branche;Dossier", "Candidato;Repo;Rama;Carpeta"],
)
def test_columns_of_other_languages_say_who_and_which_branch(tmp_path, header):
    (row,) = rows(tmp_path / "a.csv", f"{header}\nAda;https://github.com/o/r;dev;api\n")
    assert (row.applicant, row.ref, row.subdir) == ("Ada", "dev", "api")


def test_a_comment_behind_a_line_of_a_list_is_none_of_it(tmp_path):
    found = rows(tmp_path / "a.txt", "o/r  # the best one\nhttps://github.com/o/s#readme\n  # nobody\n")
    assert [(row.targets, row.problem) for row in found] == [(("o/r",), ""), (("https://github.com/o/s#readme",), "")]


def test_a_repository_that_a_row_spells_in_two_ways_is_one(tmp_path):
    (row,) = rows(
        tmp_path / "a.csv", "name,repo,link\nAda,O/r,https://github.com/o/r.git https://github.com/o/r/tree/dev\n"
    )
    assert row.targets == ("O/r", "https://github.com/o/r/tree/dev")


def test_a_column_without_a_known_name_is_found_by_what_it_holds(tmp_path):
    found = rows(tmp_path / "a.csv", "Person,Best work\nAda,https://github.com/o/r\nBob,https://github.com/o/s\n")
    assert [row.targets for row in found] == [("https://github.com/o/r",), ("https://github.com/o/s",)]


def test_several_columns_without_a_known_name_are_found_by_what_they_hold(tmp_path):
    host = "https://github.com"
    text = f"Nom;Cours;Lien;Autre lien\nAda;{host}/c/t;{host}/o/r;{host}/o/s\nBob;{host}/c/t;{host}/x/y;\n"
    found = rows(tmp_path / "a.csv", text)
    assert [row.targets for row in found] == [(f"{host}/o/r", f"{host}/o/s"), (f"{host}/x/y",)]
    assert found[0].given == (("Nom", "Ada"), ("Cours", f"{host}/c/t"))  # a template is the work of nobody


def test_what_looks_like_a_repository_comes_after_what_is_an_address_of_one(tmp_path):
    text = "Person,Pronouns,Page,Best work\nAda,she/her,https://example.org/a/b,https://github.com/o/r\n"
    (row,) = rows(tmp_path / "a.csv", text)
    assert row.targets == ("https://github.com/o/r",)


def test_first_and_last_name_make_a_name(tmp_path):
    found = rows(tmp_path / "a.csv", "Last name,First name,repo\nLovelace,Ada,o/r\n,Bob,o/s\n")
    assert [row.applicant for row in found] == ["Ada Lovelace", "Bob"]
    assert found[0].given == (("Last name", "Lovelace"), ("First name", "Ada"))


def test_no_cell_is_lost(tmp_path):
    (row,) = rows(tmp_path / "a.csv", "name,repo,name,\nAda,o/r,Lovelace,x,y,,z\n")
    assert row.given == (
        ("name", "Ada"),
        ("name (2)", "Lovelace"),
        ("column 4", "x"),
        ("beyond the last column", "y | z"),
    )


def test_a_column_called_as_one_of_the_results_says_that_it_is_none(tmp_path):
    (row,) = rows(tmp_path / "a.csv", "applicant,repo,Score,status of visa\nAda,o/r,97,x\n")
    assert row.given == (("given: applicant", "Ada"), ("given: Score", "97"), ("status of visa", "x"))


def test_a_row_of_too_many_cells_costs_itself_alone(tmp_path):
    found = rows(tmp_path / "a.csv", f"name,repo\nAda,o/r{',' * 20_000}\nBob,o/s\n")
    assert [row.problem for row in found] == ["line 2 has more than 16,384 cells", ""]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(tmp_path, delimiter):
    text = delimiter.join(["name", "note", "repo"]) + "\n" + delimiter.join(["Ada", "x", "o/r"]) + "\n"
    (row,) = rows(tmp_path / "a.csv", text)
    assert (row.applicant, row.targets) == ("Ada", ("o/r",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_any_encoding(tmp_path, encoding):
    (row,) = rows(tmp_path / "a.csv", "name;repo\nZoë Müller;o/r\n".encode(encoding))
    assert row.applicant == "Zoë Müller"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_characters_without_a_mark(tmp_path, encoding):
    (row,) = rows(tmp_path / "a.csv", "name;repo\n\u674e\u96f7 M\u00fcller;https://github.com/o/r\n".encode(encoding))
    assert (row.applicant, row.targets) == ("\u674e\u96f7 M\u00fcller", ("https://github.com/o/r",))


def test_a_line_in_another_encoding_garbles_no_other(tmp_path):
    text = "name,repo\nM\u00fcller,o/r\n".encode() + "Jos\u00e9,o/s\n".encode("latin-1") + "\u0141ukasz,o/t\n".encode()
    found = rows(tmp_path / "a.csv", text)
    assert [row.applicant for row in found] == ["M\u00fcller", "Jos\u00e9", "\u0141ukasz"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(tmp_path, end):
    found = rows(tmp_path / "a.csv", end.join(["name,repo", "Ada,o/r", "Bob,o/s", ""]))
    assert [(row.line, row.applicant) for row in found] == [(2, "Ada"), (3, "Bob")]


def test_a_euro_sign_of_windows(tmp_path):
    (row,) = rows(tmp_path / "a.csv", "name,repo\nfive €,o/r\n".encode("cp1252"))
    assert row.applicant == "five €"


def test_quoted_cells_hold_lines_and_lines_are_counted(tmp_path):
    found = rows(tmp_path / "a.csv", 'name,note,repos\nAda,"two\nlines","o/r\no/s"\nBob,x,o/t\n')
    assert [(row.line, row.targets) for row in found] == [(2, ("o/r", "o/s")), (5, ("o/t",))]


@pytest.mark.parametrize("cell", ["o/r o/s", "o/r, o/s", "o/r;o/s", "o/r | o/s", "<o/r> <o/s>", "o/r o/s o/r"])
def test_a_cell_may_name_several(tmp_path, cell):
    (row,) = rows(tmp_path / "a.tsv", f"name\trepo\nAda\t{cell}\n")
    assert row.targets == ("o/r", "o/s")


@pytest.mark.parametrize(
    ("cell", "targets"),
    [
        ("see https://github.com/o/r (main branch)", ("https://github.com/o/r",)),
        ("/not/my work", ("/not/my work",)),
        ("o/r/tree/main/api", ("o/r/tree/main/api",)),
        ("o/r, n/a", ("o/r",)),
        ("[my work](https://github.com/o/r)", ("https://github.com/o/r",)),
        ("It is https://github.com/o/r.", ("https://github.com/o/r",)),
    ],
)
def test_words_around_an_address_are_no_repositories(tmp_path, cell, targets):
    (row,) = rows(tmp_path / "a.tsv", f"name\trepo\nAda\t{cell}\n")
    assert row.targets == targets


@pytest.mark.parametrize("header", ["GitHub", "GitHub user", "github_username", "GitHub handle", "Your GitHub profile"])
def test_a_word_is_an_account_where_its_column_says_so(tmp_path, header):
    (row,) = rows(tmp_path / "a.tsv", f"name\t{header}\nAda\toctocat, @hubot\n")
    assert row.targets == ("octocat", "@hubot")


def test_an_account_is_none_the_less_one_beside_a_folder_of_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "octocat").mkdir()
    (row,) = rows(tmp_path / "a.csv", "name,github\nAda,octocat\n")
    assert [is_account(target) for target in row.targets] == [True]


@pytest.mark.parametrize("header", ["Source", "Source code", "Profile", "Login", "Username", "Project", "repo 1"])
def test_a_word_elsewhere_is_carried_along_and_no_account(tmp_path, header):
    (row,) = rows(tmp_path / "a.csv", f"name,{header},repo\nAda,LinkedIn,o/r\n")
    assert row.targets == ("o/r",)
    assert row.given == (("name", "Ada"), (header, "LinkedIn"))


@pytest.mark.parametrize("cell", ["sent by mail", "octocat", "@octocat", "coming soon; later"])
def test_a_row_of_words_alone_names_no_repository(tmp_path, cell):
    (row,) = rows(tmp_path / "a.tsv", f"name\trepo\nAda\t{cell}\n")
    assert row.targets == ()
    assert row.problem.startswith("line 2 names no repository: '")
    assert "is neither OWNER/REPO nor an address" in row.problem


@pytest.mark.parametrize("cell", ["none", "N/A", "-", "nil", "null", "no", "na", " - "])
@pytest.mark.parametrize("header", ["github", "repo"])
def test_what_people_write_for_nothing_is_nothing(tmp_path, header, cell):
    (row,) = rows(tmp_path / "a.csv", f"name,{header}\nAda,{cell}\n")
    assert (row.targets, row.problem) == ((), "line 2 names no repository: its cell is empty")


def test_a_title_above_the_header_is_no_row(tmp_path):
    found = rows(
        tmp_path / "a.csv", "Applicants 2025,,\n,,\nName,Email,GitHub\nAda,a@example.org,https://github.com/o/r\n"
    )
    assert [(row.line, row.applicant) for row in found] == [(4, "Ada")]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"'])
def test_the_line_by_which_excel_knows_the_delimiter_is_no_row(tmp_path, first):
    found = rows(tmp_path / "a.csv", f"{first}\r\nname;repo\r\nA,d,a;o/r\r\n")
    assert [(row.line, row.applicant, row.targets) for row in found] == [(3, "A,d,a", ("o/r",))]


def test_the_first_line_of_a_list_is_no_header(tmp_path):
    found = rows(tmp_path / "a.txt", "octocat\no/r\no/s\n")
    assert [row.targets for row in found] == [("octocat",), ("o/r",), ("o/s",)]


def test_a_table_without_a_column_of_repositories_says_what_it_has(tmp_path):
    with pytest.raises(UsageError, match="its columns are 'Name', 'Final project'"):
        rows(tmp_path / "a.csv", "Name,Final project\nAda,adal\n")


def test_several_columns_may_name_repositories(tmp_path):
    (row,) = rows(tmp_path / "a.csv", "name,repo1,repo 2,repo_3\nAda,o/r,,o/s\n")
    assert row.targets == ("o/r", "o/s")


def test_a_path_with_spaces_is_one(tmp_path):
    (tmp_path / "my work").mkdir()
    (row,) = rows(tmp_path / "a.csv", f"name,repo\nAda,{tmp_path / 'my work'}\n")
    assert row.targets == (str(tmp_path / "my work"),)


@pytest.mark.parametrize("cell", ["./bikes", "my work/bikes", "../team/bikes"])
def test_a_relative_path_is_seen_from_the_folder_of_the_list(tmp_path, monkeypatch, cell):
    folder = tmp_path / "lists"
    beside = folder / cell
    beside.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    (row,) = rows(Path("lists/a.csv"), f"name,repo\nAda,{cell}\n")
    assert [Path(target).resolve() for target in row.targets] == [beside.resolve()]
    assert row.targets == named_in([str(_list_of(folder, cell))], DEFAULT_HOSTS)  # as a portfolio takes it


def _list_of(folder: Path, line: str) -> Path:
    path = (folder / "list.txt").relative_to(Path.cwd())
    path.write_text(f"{line}\n")
    return path


def test_a_relative_path_that_is_not_there_is_seen_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "lists").mkdir()
    (tmp_path / "bikes").mkdir()
    monkeypatch.chdir(tmp_path)
    (row,) = rows(Path("lists/a.csv"), "name,repo\nAda,./bikes\n")
    assert row.targets == ("./bikes",)


def test_a_list_has_one_a_line(tmp_path):
    found = rows(tmp_path / "a.txt", "# applicants\nhttps://github.com/o/r\n\no/s\noctocat\n")
    assert [(row.line, row.targets) for row in found] == [
        (2, ("https://github.com/o/r",)), (4, ("o/s",)), (5, ("octocat",)),
    ]  # fmt: skip


def test_a_csv_without_a_header(tmp_path):
    found = rows(tmp_path / "a.csv", "Ada,o/r\nBob,o/s\n")
    assert [row.targets for row in found] == [("o/r",), ("o/s",)]
    assert found[0].given == (("column 1", "Ada"),)


def test_json_lines(tmp_path):
    text = '{"name": "Ada", "repos": ["o/r", "o/s"], "year": 2026}\nnonsense\n{"name": "Bob"}\n[1]\n'
    found = rows(tmp_path / "a.jsonl", text)
    assert found[0].targets == ("o/r", "o/s")
    assert found[0].given == (("name", "Ada"), ("year", "2026"))
    assert [row.problem.partition(":")[0] for row in found[1:]] == [
        "line 2 is no JSON", "line 3 names no repository", "line 4 is neither an object nor a text",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "applicant", "targets"),
    [
        ({"name": "Ada", "github": {"url": "https://github.com/o/r"}}, "Ada", ("https://github.com/o/r",)),
        ({"applicant": {"full name": "Ada", "github": "octocat"}}, "Ada", ("octocat",)),
        ({"name": "Ada", "school": {"name": "MIT"}, "repos": [{"url": "o/r"}, {"url": "o/s"}]}, "Ada", ("o/r", "o/s")),
    ],
)
def test_nested_json(tmp_path, value, applicant, targets):
    (row,) = rows(tmp_path / "a.jsonl", json.dumps(value) + "\n")
    assert (row.applicant, row.targets) == (applicant, targets)


def test_a_json_list(tmp_path):
    found = rows(tmp_path / "a.json", json.dumps(["o/r", {"url": "o/s", "id": 7}]))
    assert [(row.applicant, row.targets) for row in found] == [("", ("o/r",)), ("7", ("o/s",))]


def test_an_excel_sheet(tmp_path):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for values in (
        ["Candidate", "Application ID", "Git URL"],
        ["Ada", 12.0, "o/r"],
        [None, None, None],
        ["Bob", 13, None],
    ):
        sheet.append(values)
    book.save(tmp_path / "a.xlsx")
    found = list(read_rows(tmp_path / "a.xlsx"))
    assert list(read_rows((tmp_path / "a.xlsx").rename(tmp_path / "a.csv"))) == found  # by its content, not its name
    assert found[0] == Row(1, 2, "Ada", ("o/r",), given=(("Candidate", "Ada"), ("Application ID", "12")))
    assert (found[1].line, found[1].problem) == (4, "line 4 names no repository: its cell is empty")


def test_a_row_without_a_repository_is_a_problem_of_its_own(tmp_path):
    found = rows(tmp_path / "a.csv", "name,repo\nAda,\nBob,o/r\n")
    assert (found[0].problem, found[1].problem) == ("line 2 names no repository: its cell is empty", "")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"name,color\nAda,blue\n", "no column that names repositories"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "old Excel file"),
        ("a.xlsx", b"PK\x03\x04rest", "cannot be read as an Excel file"),
        ("a.csv", b"\xff\xfe\xfd", "begins like utf-16"),
        ("a.json", b"[1,", "is no JSON"),
        ("a.csv", b"\0\0\1\0" * 100, "is no text"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_give(tmp_path, name, content, message):
    with pytest.raises(UsageError, match=message):
        rows(tmp_path / name, content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        list(read_rows(tmp_path / "none.csv"))
    with pytest.raises(UsageError, match="No such file"):
        digest_of(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("target", "account"),
    [
        ("octocat", True), ("@octocat", True), ("https://github.com/octocat", True), ("github.com/octocat/", True),
        ("https://github.com/octocat?tab=repositories", True), ("https://github.com/orgs/github", True),
        ("o/r", False), ("https://github.com/o/r", False), ("/a/path", False), ("git@github.com:o/r.git", False),
    ],
)  # fmt: skip
def test_accounts_and_repositories(target, account):
    assert is_account(target) is account
