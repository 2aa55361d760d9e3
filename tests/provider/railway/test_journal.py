from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from pulumi_resource_railway.errors import UserError
from pulumi_resource_railway.railway.journal import Journal, default_directory

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:test::etally::railway:index:Volume::data"


def test_an_entry_is_private_and_survives_the_process(tmp_path: Path) -> None:
    Journal(tmp_path / "journal", "https://a").begin(URN, "project", "volumeCreate", "data", ["b", "a"])
    entry = Journal(tmp_path / "journal", "https://a").find(URN, "project")
    assert entry is not None
    assert (entry.before, entry.id, entry.name) == (("a", "b"), None, "data")
    files = [path for path in (tmp_path / "journal").rglob("*") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600]
    assert all(
        stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        for path in (tmp_path / "journal").rglob("*")
        if path.is_dir()
    )


def test_entries_are_kept_apart(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "https://a")
    journal.begin(URN, "project", "volumeCreate", "data", [])
    assert journal.find(URN, "another project") is None
    assert journal.find(f"{URN}2", "project") is None
    assert Journal(tmp_path, "https://b").find(URN, "project") is None


def test_what_one_creation_made_is_no_candidate_of_another(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "https://a")
    journal.begin(URN, "project", "volumeCreate", "data", ["old"])
    other = journal.begin(f"{URN}2", "project", "volumeCreate", "more", ["old"])
    journal.answered(other, "new")
    entry = journal.find(URN, "project")
    assert entry is not None
    assert entry.before == ("old", "new")


def test_it_says_whether_a_creation_was_sent(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "https://a")
    assert journal.begin(URN, "project", "volumeCreate", "data", ["old"]).sent is None
    journal.sending(URN, "project")
    entry = journal.find(URN, "project")
    assert entry is not None
    assert entry.sent is not None
    assert entry.begun <= entry.sent
    assert entry.before == ("old",)


def test_an_entry_of_the_first_version_may_have_been_sent(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "https://a")
    journal.begin(URN, "project", "volumeCreate", "data", ["old"])
    (file,) = tmp_path.rglob("*.json")
    content = json.loads(file.read_text())
    del content["sent"]
    file.write_text(json.dumps(content))
    entry = journal.find(URN, "project")
    assert entry is not None
    assert entry.sent == entry.begun


def test_closing_forgets(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "https://a")
    journal.begin(URN, "project", "volumeCreate", "data", [])
    journal.close(URN, "project")
    journal.close(URN, "project")
    assert journal.find(URN, "project") is None


def test_a_journal_that_cant_be_written_stops_the_creation(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="PULUMI_HOME"):
        Journal(tmp_path / "file", "https://a").begin(URN, "project", "volumeCreate", "data", [])


def test_where_it_lies(tmp_path: Path) -> None:
    assert default_directory({"PULUMI_HOME": "/p", "XDG_STATE_HOME": "/x"}).parts[:2] == ("/", "p")
    assert default_directory({"XDG_STATE_HOME": "/x"}).parts[:2] == ("/", "x")
