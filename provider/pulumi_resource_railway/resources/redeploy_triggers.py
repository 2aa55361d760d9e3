"""When a change of a service's redeploy triggers is a reason to redeploy it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pulumi_resource_railway.resources.service_model import ServiceInputs

_REFERENCE: Final = "${{"


def asks_for_redeployment(old: ServiceInputs, new: ServiceInputs, *, others_changed: bool) -> bool:
    """Say whether the triggers ask for a redeployment of a service of which nothing else has changed.

    A trigger with another value does, and so does one more or less that somebody made up to have the service
    redeployed. A reference's trigger is named after its variable: when it comes to a variable that was there before,
    as in the first update after an import, it only becomes known what the variable's value is, and the service runs
    with that value already. Unless something was changed in this run: then nobody knows whether that was it.

    Args:
        old: The service as it was recorded.
        new: The service as it shall be.
        others_changed: Whether this run has changed anything before.
    """
    before, after = old.redeploy_triggers or {}, new.redeploy_triggers or {}
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    reasons = {name for name in changed if name in before and name in after}
    reasons |= {name for name in changed if _REFERENCE not in (new.variables or {}).get(name, "")}
    return bool(reasons or (changed and others_changed))
