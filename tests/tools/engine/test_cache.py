"""A pinned program is built once for all checkouts of a user, also when several ask for it at once."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.tools.engine.conftest import Machine


def leftovers(machine: Machine) -> list[str]:
    """What lies in the cache besides finished builds and their logs."""
    return sorted(
        path.name
        for path in machine.cache.glob("etally/*/*")
        if path.suffix not in {"", ".log"} and path.parent.name != "go"
    )


def wait_for(condition: Path) -> None:
    deadline = time.monotonic() + 20
    while not condition.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("program", ["pulumi", "actionlint"])
def test_what_is_in_the_cache_is_not_built_again(machine: Machine, program: str) -> None:
    machine.install_go()
    first = machine.run("one", program=program)
    assert (first.returncode, machine.builds) == (0, 1)
    assert "Building" in first.stderr

    calls = machine.calls
    second = machine.run("two", program=program)
    assert second.stdout.startswith("pinned two\n")
    assert second.stderr == ""
    assert machine.calls == calls


def test_a_second_checkout_builds_nothing(machine: Machine) -> None:
    machine.install_go()
    machine.run("up")
    assert machine.run("up", checkout=machine.clone("second")).returncode == 0
    assert machine.builds == 1


@pytest.mark.parametrize(
    "part", ["go.mod", "languagehost/host.go", "languagehost/required_packages.py", "build.sh"]
)
def test_a_change_of_what_it_is_made_from_builds_it_again(machine: Machine, part: str) -> None:
    machine.install_go()
    machine.run("up")
    changed = machine.checkout / "tools" / "engine" / part
    changed.write_text(changed.read_text() + "\n")
    machine.run("up")
    assert machine.builds == 2


def test_its_tests_are_no_part_of_it(machine: Machine) -> None:
    machine.install_go()
    machine.run("up")
    (machine.checkout / "tools" / "engine" / "languagehost" / "further_test.go").write_text(
        "package languagehost\n"
    )
    machine.run("up")
    assert machine.builds == 1


def test_two_at_once_build_once(machine: Machine) -> None:
    machine.install_go()
    environment = machine.environment(FAKE_GO_SECONDS="1")
    both = [
        subprocess.Popen(
            machine.command("up", checkout=checkout),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for checkout in (machine.checkout, machine.clone("second"))
    ]
    outputs = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert all(output.startswith("pinned up\n") for output, _ in outputs)
    assert machine.builds == 1
    assert sum("Waiting for the Pulumi engine" in messages for _, messages in outputs) == 1
    assert leftovers(machine) == []


def test_the_lock_of_a_killed_builder_is_taken_over(machine: Machine) -> None:
    machine.install_go()
    process = subprocess.Popen(
        machine.command("up"), env=machine.environment(FAKE_GO_SECONDS="2"), stderr=subprocess.DEVNULL
    )
    wait_for(machine.folder / "calls")
    process.kill()
    process.wait()
    assert [Path(name).suffix for name in leftovers(machine)] == [".lock", f".{process.pid}"]
    done = machine.run("up")
    assert done.stdout.startswith("pinned up\n")
    assert leftovers(machine) == []


def test_the_lock_of_a_number_that_belongs_to_somebody_else_by_now_is_taken_over(machine: Machine) -> None:
    machine.install_go()
    machine.run("up")
    (built,) = (path.parent for path in machine.cache.glob("etally/pulumi/*/pulumi"))
    for path in built.iterdir():
        path.unlink()
    built.rmdir()
    built.with_suffix(".lock").symlink_to(str(os.getpid()))
    os.utime(built.with_suffix(".log"), (0, 0))
    # This process stands for the one that has the number now. That nobody touches the log tells that it isn't
    # a builder.
    waiting = subprocess.Popen(
        machine.command("up"),
        env=machine.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 30
    while waiting.poll() is None and time.monotonic() < deadline:
        if built.with_suffix(".lock").is_symlink():
            os.utime(built.with_suffix(".log"), (0, 0))
        time.sleep(0.05)
    output, _ = waiting.communicate(timeout=10)
    assert output.startswith("pinned up\n")


@pytest.mark.parametrize(("interruption", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_build_leaves_nothing_behind(
    machine: Machine, interruption: signal.Signals, code: int
) -> None:
    machine.install_go()
    process = subprocess.Popen(
        machine.command("up"), env=machine.environment(FAKE_GO_SECONDS="30"), stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 20
    while machine.builds == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(interruption)
    assert process.wait(timeout=10) == code
    assert leftovers(machine) == []


def test_a_relative_cache_home_is_ignored_as_its_specification_says(machine: Machine) -> None:
    machine.install_go()
    machine.run("up", variables={"XDG_CACHE_HOME": "cache"})
    assert list((machine.folder / ".cache" / "etally" / "pulumi").glob("*/pulumi"))
