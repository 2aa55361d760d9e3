"""An engine that keeps a stack's file as the real one does, and a person with answers."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from operations.__main__ import main
from operations.engine import Answer
from operations.secrets.commands import Surroundings
from operations.stack import Person

TODAY = date(2026, 11, 25)
STACK = "production"


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@dataclass
class FileEngine:
    """Writes values into `Pulumi.<stack>.yaml`, secrets unreadable at a glance; an `up` is a call of `applied`."""

    folder: Path
    applied: Callable[[dict[str, Any]], int] = lambda _: 0
    calls: list[tuple[str, ...]] = field(default_factory=list)
    stdin: list[str] = field(default_factory=list)
    killed_at: int | None = None
    """The number of the call after whose work everything ends."""
    stack: str = STACK

    @property
    def file(self) -> Path:
        return self.folder / f"Pulumi.{self.stack}.yaml"

    def configuration(self) -> dict[str, Any]:
        """As it lies in the file."""
        return dict(yaml.safe_load(self.file.read_text())["config"])

    def settings(self) -> dict[str, Any]:
        """Decrypted, as a program sees it."""
        return dict(_decrypted(self.configuration()))

    def write(self, **groups: Any) -> None:
        config = {name.replace("__", ":").replace("_", "-"): value for name, value in groups.items()}
        self.file.write_text(yaml.safe_dump({"config": config}))

    def ask(self, arguments: Sequence[str], value: str) -> Answer:
        self.calls.append(tuple(arguments))
        self.stdin.append(value)
        answer = self._answer(list(arguments), value)
        self._maybe_die()
        return answer

    def show(self, arguments: Sequence[str]) -> int:
        self.calls.append(tuple(arguments))
        assert arguments[0] == "up"
        code = self.applied(self.settings())
        self._maybe_die()
        return code

    def _maybe_die(self) -> None:
        if self.killed_at is not None and len(self.calls) == self.killed_at:
            raise Killed

    def _answer(self, arguments: list[str], value: str) -> Answer:
        if arguments[0] == "stack":
            return Answer(0, f"{self.stack}\n", "")
        assert arguments[-2:] == ["--stack", self.stack]
        arguments = arguments[:-2]
        document = yaml.safe_load(self.file.read_text())
        config = document["config"]
        match arguments:
            case ["config", "set", "--secret", "--path", path]:
                _put(config, path, {"secure": "v1:" + base64.b64encode(value.encode()).decode()})
            case ["config", "get", "--path", path]:
                found = _decrypted(_find(config, path))
                return Answer(0, f"{found}\n", "") if found else Answer(255, "", "error: not found")
            case ["config", "rm", "--path", path]:
                group, _, name = path.partition(".")
                if name:
                    config.get(group, {}).pop(name, None)
                else:
                    config.pop(group, None)
            case ["config", "set-all", "--path", *pairs]:
                for pair in pairs[1::2]:
                    _put(config, *pair.split("=", 1))
            case _:
                raise AssertionError(arguments)
        self.file.write_text(yaml.safe_dump(document))
        return Answer(0, "", "")


def _put(config: dict[str, Any], path: str, value: Any) -> None:
    group, name = path.split(".")
    config.setdefault(group, {})[name] = value


def _find(config: dict[str, Any], path: str) -> Any:
    group, name = path.split(".")
    return config.get(group, {}).get(name)


def _decrypted(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return base64.b64decode(value["secure"].removeprefix("v1:")).decode()
        return {key: _decrypted(member) for key, member in value.items()}
    return value


class Scripted(Person):
    """Says what a test has it say."""

    def __init__(
        self, *, there: bool = False, agrees: bool = True, word: str = "", secrets: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.there, self.agreeing, self.word, self.secrets = there, agrees, word, list(secrets)

    @property
    def is_there(self) -> bool:
        return self.there

    def agrees(self, question: str) -> bool:
        return self.agreeing if self.there else super().agrees(question)

    def types(self, word: str, question: str) -> bool:
        return word == self.word

    def tells_secret(self, question: str) -> str:
        return self.secrets.pop(0)


def run(engine: FileEngine, *arguments: str, person: Person | None = None, today: date = TODAY) -> int:
    """Run a command; the result is its exit code."""
    surroundings = Surroundings(lambda _: engine, person or Scripted(), lambda: today)
    return main(["secrets", *arguments, "--cwd", str(engine.folder)], surroundings)
