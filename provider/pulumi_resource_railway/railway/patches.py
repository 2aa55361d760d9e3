"""Sparse patches of an environment's configuration.

Railway merges a patch deeply into the configuration: an absent key keeps, `null` clears, a list replaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_resource_railway.railway.configuration import Comparison

Document = dict[str, Any]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
    """Return the patch that turns `before` into `after`."""
    patch: Document = dict.fromkeys(before.keys() - after.keys())
    for key, wanted in after.items():
        if key not in before:
            patch[key] = wanted
            continue
        present = before[key]
        if isinstance(present, dict) and isinstance(wanted, dict):
            if deeper := difference(present, wanted):
                patch[key] = deeper
        elif present != wanted or type(present) is not type(wanted):
            patch[key] = wanted
    return patch


def applied(document: Mapping[str, Any], patch: Mapping[str, Any]) -> Document:
    """Return the document as Railway leaves it after the patch."""
    result = dict(document)
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        elif isinstance(change, dict):
            present = result.get(key)
            result[key] = applied(present if isinstance(present, dict) else {}, change)
        else:
            result[key] = change
    return result


def conflicting(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether the two patches want different things in the same place."""
    for key in one.keys() & other.keys():
        mine, theirs = one[key], other[key]
        if isinstance(mine, dict) and isinstance(theirs, dict):
            if conflicting(mine, theirs):
                return True
        elif mine != theirs:
            return True
    return False


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> Document:
    """Return one patch that does what both do; they must not conflict."""
    result = dict(one)
    for key, change in other.items():
        present = result.get(key)
        result[key] = (
            merged(present, change) if isinstance(present, dict) and isinstance(change, dict) else change
        )
    return result


def missing(patch: Mapping[str, Any], document: Mapping[str, Any], same: Comparison) -> list[str]:
    """Return the paths of the patch that the document doesn't show; values stay out, they may be secrets."""
    return sorted(_missing(patch, document, same, ()))


def _missing(
    patch: Mapping[str, Any], document: Mapping[str, Any], same: Comparison, path: tuple[str, ...]
) -> Iterator[str]:
    if patch.get("isDeleted") is True:
        if document and document.get("isDeleted") is not True:
            yield ".".join(path)
        return
    for key, change in patch.items():
        here = (*path, key)
        if key == "isCreated":
            # Existence is what it means; whether Railway keeps the flag in the document isn't known.
            continue
        present = document.get(key)
        if isinstance(change, dict):
            created = change.get("isCreated") is True
            # An empty entry, such as a TCP proxy's, says nothing but that it shall exist; and a variable that
            # isn't there isn't a sealed one, whose value is hidden.
            exists = created or not change or change.get("value") is not None
            if exists and not isinstance(present, dict):
                yield ".".join(here)
            else:
                yield from _missing(change, present if isinstance(present, dict) else {}, same, here)
        elif not same(here, change, present):
            yield ".".join(here)
