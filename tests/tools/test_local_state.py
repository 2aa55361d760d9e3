"""The state folder: private, one command at a time, and a sentence when it can't be used."""

import os
from pathlib import Path

import pytest

from tools.local.errors import LocalError
from tools.local.state import StateFolder, state_home, write_private


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folder_and_files_are_their_owners_alone(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path / "state").prepared()
    with folder.claimed():
        modes = {path.relative_to(folder.root).as_posix(): mode(path) for path in folder.root.rglob("*")}
    assert mode(folder.root) == 0o700
    assert modes == {"pulumi-home": 0o700, "backend": 0o700, "passphrase": 0o600, "claim": 0o600}


def test_a_passphrase_is_kept(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path).prepared()
    first = folder.passphrase.read_text()
    assert folder.prepared().passphrase.read_text() == first


def test_a_private_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text(), mode(path), list(tmp_path.iterdir())) == ("new", 0o600, [path])


def test_a_relative_state_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_home() == Path("/home/somebody/.local/state")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert state_home() == Path("/elsewhere")


def test_a_folder_that_cannot_be_used_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(LocalError, match=r"file/etally/.* can't be used \(.*set XDG_STATE_HOME"):
        StateFolder.of_checkout()


def test_one_command_at_a_time(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path).prepared()
    with folder.claimed(), pytest.raises(LocalError, match="at work: let it end"), folder.claimed():
        pytest.fail("two commands hold the folder")
    with folder.claimed():
        pass


def test_a_process_that_inherited_the_claim_goes_on_holding_it(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path).prepared()
    with folder.claimed() as claim:
        inherited = os.dup(claim)
    with pytest.raises(LocalError, match="at work"), folder.claimed():
        pytest.fail("the folder was free although a process held its claim")
    os.close(inherited)
    with folder.claimed():
        pass


def test_a_lost_passphrase_is_told_before_a_new_one_hides_it(tmp_path: Path) -> None:
    folder = StateFolder(tmp_path).prepared()
    folder.refuse_lost_passphrase()
    folder.passphrase.unlink()
    folder.refuse_lost_passphrase()
    stack = folder.backend / ".pulumi" / "stacks" / "etally" / "local.json"
    stack.parent.mkdir(parents=True)
    stack.touch()
    with pytest.raises(LocalError, match=r"passphrase is gone.*Put it back; or, to start anew"):
        folder.refuse_lost_passphrase()
