"""How lively the local Railway is.

`calm` answers at once and always the same way. `realistic` has the delays, lags, cooldowns and limits that
clients of the real service have reported; each is a number here, so that a test can choose its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """Delays, lags and limits, in seconds unless named otherwise."""

    name: str
    workflow_seconds: float = 0
    """From a commit to the end of its workflow, when the configuration changes."""
    workflow_lag_seconds: float = 0
    """For so long `workflowStatus` answers NotFound."""
    deployment_seconds_per_state: float = 0
    list_lag_seconds: float = 0
    """For so long a new object is missing from lists; reading it by its id works at once."""
    certificate_seconds: float | None = None
    """From a custom domain's creation to its certificate; None: only when told to."""
    creation_cooldown_seconds: float = 0
    """Between two projects, and between two environments."""
    volume_cooldown_seconds: float = 0
    requests_per_second: int | None = None
    deleted_reads_not_authorized: bool = False
    """What was deleted answers "Not Authorized" instead of "not found"."""
    instance_update_deploys: bool = False
    """Whether `serviceInstanceUpdate` deploys by itself: sources disagree, so the profiles differ."""
    healthcheck_needs_deployment: bool = False
    """`serviceInstanceUpdate` refuses health check settings before the first deployment."""


CALM = Profile("calm")
REALISTIC = Profile(
    "realistic",
    workflow_seconds=1.5,
    workflow_lag_seconds=0.5,
    deployment_seconds_per_state=1.5,
    list_lag_seconds=3,
    certificate_seconds=30,
    creation_cooldown_seconds=30,
    volume_cooldown_seconds=1,
    requests_per_second=50,
    deleted_reads_not_authorized=True,
    instance_update_deploys=True,
    healthcheck_needs_deployment=True,
)
PROFILES = {profile.name: profile for profile in (CALM, REALISTIC)}
