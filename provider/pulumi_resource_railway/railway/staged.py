"""What somebody has staged in an environment: prepared in Railway's dashboard, and not deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pulumi_resource_railway.railway.snapshots import Snapshot

_MOST_SHOWN: Final = 12
_WHOLE: Final = frozenset({"isCreated", "isDeleted"})


def described(patch: Mapping[str, Any], snapshot: Snapshot) -> str:
    """Return what a patch changes: paths in the environment's configuration, services and volumes by their names.

    Values stay out: they may be secrets.
    """
    names = {id_: row["name"] for rows in (snapshot.services, snapshot.volumes) for id_, row in rows.items()}
    paths = [".".join(names.get(key) or key for key in path) for path in _paths(patch, ())]
    more = f" and {len(paths) - _MOST_SHOWN} more" if len(paths) > _MOST_SHOWN else ""
    return ", ".join(sorted(paths)[:_MOST_SHOWN]) + more


def touches(patch: Mapping[str, Any], touched: Collection[str]) -> bool:
    """Say whether a patch changes, or refers to, one of these objects.

    Args:
        patch: The patch.
        touched: The objects' ids; a shared variable by `sharedVariables.` and its name.
    """
    shared = {f"sharedVariables.{name}" for name in patch.get("sharedVariables") or {}}
    return bool(shared & set(touched)) or any(key in touched for path in _paths(patch, ()) for key in path)


def _paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Return the path of each setting; of a variable and of what is made or deleted, its own."""
    if not isinstance(value, dict) or not value or "value" in value:
        yield path
    elif _WHOLE & value.keys():
        yield (*path, "(new)" if value.get("isCreated") else "(deleted)")
    else:
        for key, child in value.items():
            yield from _paths(child, (*path, key))
