"""What a stack's file says, as it lies there: nothing is decrypted to read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from operations.engine import PROJECT
from operations.errors import OperationError
from settings import secret_keys
from settings.groups import Backup, Monitoring, Storage

SECRETS_SET_ON = "railway-policies:secretsSetOn"
"""Where the policies on the age of secrets look for the day of each: by the variable that holds it."""
ROTATING = "operations:rotating"
"""A rotation that was begun and hasn't ended: the secret's name, and the step that comes next."""

Presence = Literal["set", "missing", "in the clear"]


@dataclass(frozen=True)
class Configuration:
    """The configuration in a `Pulumi.<stack>.yaml`."""

    values: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path, stack: str) -> "Configuration":
        """The configuration of a stack of the project in a folder; empty where there is no file yet.

        Raises:
            OperationError: The file isn't one of a stack's.
        """
        # A stack may be named with its organisation in front.
        path = folder / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            raise OperationError(f"{path.name} can't be read: correct it, then try again.") from None
        document = {} if document is None else document
        values = document.get("config") if isinstance(document, Mapping) else document
        if values is not None and not isinstance(values, Mapping):
            raise OperationError(f"{path.name} is not a stack's file: it has to have `config:` with keys.")
        return cls(values or {})

    def value(self, group: str, name: str) -> Any:
        """A setting as it is written, or None."""
        return self._object(f"{PROJECT}:{group}", group).get(name)

    def is_on(self, model: type[BaseModel], group: str, field: str) -> bool:
        """Whether a flag is true, by the file or by default; what is malformed is left to the settings to judge."""
        declared = model.model_fields[field]
        value = self.value(group, declared.alias or field)
        try:
            return TypeAdapter(bool).validate_python(declared.default if value is None else value)
        except ValidationError:
            return False

    def needed_secrets(self) -> frozenset[str]:
        """The names of the secrets that the stack's own choices ask for."""
        replication = self.value("storage", "replication")
        keys = secret_keys(
            monitoring_enabled=self.is_on(Monitoring, "monitoring", "enabled"),
            backup_enabled=self.is_on(Backup, "backup", "enabled"),
            scoped_user=self.is_on(Storage, "storage", "scoped_user"),
            replicated=isinstance(replication, Mapping) and bool(replication.get("endpoint")),
            notified=bool(self.value("monitoring", "notify")),
        )
        names = {key.rpartition(".")[2] for key in keys}
        if not self.value("backup", "bucket"):
            names -= {"backupAccessKeyId", "backupSecretAccessKey"}
        return frozenset(names)

    def presence(self, secret: str) -> Presence:
        """Whether a secret is in the file.

        Raises:
            OperationError: The secrets are one encrypted value, whose members nothing can see.
        """
        secrets = self._object(f"{PROJECT}:secrets", "secrets")
        if isinstance(secrets.get("secure"), str):
            raise OperationError(
                "etally:secrets is encrypted as a whole: set each secret by itself, with --path."
            )
        value = secrets.get(secret)
        if value is None:
            return "missing"
        return "set" if isinstance(value, Mapping) and set(value) == {"secure"} else "in the clear"

    def set_on(self, variable: str) -> date | None:
        """The day on which the secret in a variable was set last, found as the policies find it."""
        days = [
            day
            for pattern, written in self._object(SECRETS_SET_ON).items()
            if fnmatchcase(variable, str(pattern)) and (day := _day(written))
        ]
        return max(days, default=None)

    @property
    def rotating(self) -> Mapping[str, str]:
        """The rotation in progress: the secret's name and the step that comes next; nothing where there is none."""
        return {str(name): str(step) for name, step in self._object(ROTATING).items()}

    def _object(self, *keys: str) -> Mapping[str, Any]:
        found = next((self.values[key] for key in keys if key in self.values), None)
        return found if isinstance(found, Mapping) else {}


def _day(written: Any) -> date | None:
    if isinstance(written, datetime):
        return written.date()
    if isinstance(written, date):
        return written
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None
