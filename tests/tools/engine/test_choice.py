"""bin/pulumi runs the installed engine when it is new enough, and the pinned one otherwise."""

import subprocess

import pytest

from tests.tools.engine.conftest import Machine


@pytest.mark.parametrize("version", ["v3.258.0", "3.258.1", "v3.259.0", "v3.300.2+dirty", "v3.259.0-alpha.1"])
def test_an_installed_engine_that_is_new_enough_is_used(machine: Machine, version: str) -> None:
    installed = machine.install_pulumi(version)
    done = machine.run("up", "--yes", path=(installed,))
    assert (done.stdout, done.returncode) == ("installed up --yes\n", 7)
    assert not machine.cache.exists()


@pytest.mark.parametrize(
    "version", ["v3.257.9", "v3.99.0", "v2.999.0", "v3.258.0-alpha.1", "v4.0.0", "unknown", "''"]
)
def test_an_installed_engine_that_does_not_fit_is_not_used(machine: Machine, version: str) -> None:
    machine.install_go()
    installed = machine.install_pulumi(version)
    done = machine.run("up", path=(installed,))
    assert done.stdout.startswith("pinned up\n")


def test_a_newer_engine_further_back_on_the_path_is_found(machine: Machine) -> None:
    old = machine.install_pulumi("v3.1.0", folder="old")
    new = machine.install_pulumi("v3.258.0", folder="new")
    assert machine.run("up", path=(old, new)).stdout == "installed up\n"


def test_an_installed_engine_without_its_language_host_is_not_used(machine: Machine) -> None:
    machine.install_go()
    installed = machine.install_pulumi("v3.258.0", host=False)
    assert machine.run("up", path=(installed,)).stdout.startswith("pinned up\n")


def test_the_pinned_engine_can_be_insisted_on(machine: Machine) -> None:
    machine.install_go()
    installed = machine.install_pulumi("v3.258.0")
    done = machine.run("up", path=(installed,), variables={"BIN_PULUMI": "pinned"})
    assert done.stdout.startswith("pinned up\n")


def test_the_installed_engine_can_be_insisted_on(machine: Machine) -> None:
    machine.install_go()
    insisting = {"BIN_PULUMI": "installed"}
    done = machine.run("up", variables=insisting)
    assert done.returncode == 1
    assert done.stderr.startswith("No pulumi is installed. Install pulumi 3.258.0 or newer")

    old = machine.install_pulumi("v3.100.0")
    done = machine.run("up", path=(old,), variables=insisting)
    assert done.returncode == 1
    assert f"The installed pulumi (3.100.0, {old}/pulumi) is not 3.258.0 or a newer 3.x." in done.stderr
    assert machine.builds == 0


def test_an_unknown_choice_is_refused(machine: Machine) -> None:
    done = machine.run("up", variables={"BIN_PULUMI": "newest"})
    assert done.returncode == 1
    assert done.stderr == ('BIN_PULUMI is "newest": set it to "pinned" or "installed", or leave it out.\n')


def test_checkouts_on_the_path_are_not_taken_for_an_installation(machine: Machine) -> None:
    machine.install_go()
    other = machine.clone("other")
    links = machine.folder / "links"
    links.mkdir()
    (links / "pulumi").symlink_to(machine.checkout / "bin" / "pulumi")
    path = (machine.checkout / "bin", other / "bin", links)
    assert machine.run("up", path=path).stdout.startswith("pinned up\n")


def test_a_link_to_the_script_finds_its_checkout(machine: Machine) -> None:
    machine.install_go()
    link = machine.folder / "pulumi"
    link.symlink_to("checkout/bin/pulumi")
    done = subprocess.run(
        [str(link), "up"], env=machine.environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("pinned up\n")


def test_only_the_pinned_engine_gets_the_pinned_language_host_on_its_path(machine: Machine) -> None:
    machine.install_go()
    process = subprocess.Popen(
        machine.command("up"),
        env=machine.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    output, _ = process.communicate(timeout=60)
    number, path = output.splitlines()[1].split(" ", 1)
    # The script has become the engine, so that signals reach it.
    assert int(number) == process.pid
    (built,) = (machine.cache / "etally" / "pulumi").glob("*/pulumi")
    assert path.split(":")[0] == str(built.parent)
    assert (built.parent / "pulumi-language-python-exec").exists()
