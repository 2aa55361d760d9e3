"""The simulated Railway itself: its state, its time, and how to find things in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from .clock import Clock
from .errors import NotAuthorized, NotFound, Refusal
from .faults import Faults
from .profiles import Profile
from .recorder import Recorder
from .state import (
    Bucket,
    BucketInstance,
    Domain,
    EgressAssociation,
    Environment,
    Project,
    Record,
    Service,
    ServiceInstance,
    TcpProxy,
    Volume,
    VolumeInstance,
)
from .store import Store

WORKSPACE_ID = "5a2c9d0e-7b1f-4e43-9c55-0d1e6f1a2b3c"
WORKSPACE_NAME = "Local Railway"
SERVICE_DOMAIN_SUFFIX = "up.railway.app"

RecordT = TypeVar("RecordT", bound=Record)


class Railway:
    """Everything the modules around it work on. `changed` says whether the state has to be kept."""

    def __init__(self, store: Store, profile: Profile, clock: Clock) -> None:
        self.store = store
        self.profile = profile
        self.clock = clock
        self.state = store.load()
        self.faults = Faults()
        self.recorder = Recorder()
        self._moment: datetime | None = None

    def now(self) -> datetime:
        """Returns the time: the clock's, or that of the event which is being acted out."""
        if self._moment is None:
            return self.clock.now()
        self._moment += timedelta(microseconds=1)
        return self._moment

    @contextmanager
    def as_of(self, moment: datetime) -> Iterator[None]:
        """Lets something happen at the time when it was due, however much later anybody looks."""
        self._moment = moment
        try:
            yield
        finally:
            self._moment = None

    def after(self, seconds: float) -> datetime:
        """Returns the time so many seconds from now."""
        return self.now() + timedelta(seconds=seconds)

    def new_id(self) -> str:
        """Returns a fresh id."""
        return str(uuid4())

    def save(self) -> None:
        """Keeps the state."""
        self.store.save(self.state)

    def missing(self, kind: str, identifier: str) -> Refusal:
        """What Railway answers for an id it doesn't have (any more)."""
        if self.profile.deleted_reads_not_authorized and identifier in self.state.deleted:
            return NotAuthorized()
        return NotFound(kind)

    def found(self, records: dict[str, RecordT], identifier: str | None, kind: str) -> RecordT:
        """Returns a record, or raises Railway's refusal for an unknown id."""
        record = records.get(identifier or "")
        if record is None:
            raise self.missing(kind, identifier or "")
        return record

    def forget(self, records: dict[str, RecordT], identifier: str) -> None:
        """Removes a record, and remembers that it existed."""
        if records.pop(identifier, None) is not None:
            self.state.deleted.append(identifier)

    def listed(self, records: Iterable[RecordT]) -> list[RecordT]:
        """Returns what a list shows: new objects come into lists late in a realistic profile."""
        visible = self.after(-self.profile.list_lag_seconds)
        return sorted((r for r in records if r.created_at <= visible), key=lambda record: record.created_at)

    def cool_down(self, key: str, seconds: float, message: str) -> None:
        """Raises a `Refusal` when the same thing was done less than `seconds` ago, else remembers it."""
        now = self.now()
        until = self.state.cooldowns.get(key)
        if until is not None and now < until:
            raise Refusal(message)
        if seconds:
            self.state.cooldowns[key] = now + timedelta(seconds=seconds)

    def project(self, identifier: str) -> Project:
        """Returns a project by its id."""
        return self.found(self.state.projects, identifier, "Project")

    def environment(self, identifier: str) -> Environment:
        """Returns an environment by its id."""
        return self.found(self.state.environments, identifier, "Environment")

    def environments(self, project_id: str) -> list[Environment]:
        """Returns a project's environments."""
        return [e for e in self.state.environments.values() if e.project_id == project_id]

    def project_services(self, project_id: str) -> list[Service]:
        """Returns a project's services."""
        return [s for s in self.state.services.values() if s.project_id == project_id]

    def project_volumes(self, project_id: str) -> list[Volume]:
        """Returns a project's volumes."""
        return [v for v in self.state.volumes.values() if v.project_id == project_id]

    def instances(self, environment_id: str) -> dict[str, ServiceInstance]:
        """Returns an environment's service instances by service id."""
        found = self.state.service_instances.values()
        return {i.service_id: i for i in found if i.environment_id == environment_id}

    def instances_of(self, service_id: str) -> list[ServiceInstance]:
        """Returns a service's instances in all environments."""
        return [i for i in self.state.service_instances.values() if i.service_id == service_id]

    def volume_instances(self, environment_id: str) -> dict[str, VolumeInstance]:
        """Returns an environment's volume instances by volume id."""
        found = self.state.volume_instances.values()
        return {i.volume_id: i for i in found if i.environment_id == environment_id}

    def project_buckets(self, project_id: str) -> list[Bucket]:
        """Returns a project's buckets."""
        return [b for b in self.state.buckets.values() if b.project_id == project_id]

    def bucket_instances(self, environment_id: str) -> dict[str, BucketInstance]:
        """Returns an environment's bucket instances by bucket id."""
        found = self.state.bucket_instances.values()
        return {i.bucket_id: i for i in found if i.environment_id == environment_id}

    def egress_associations(self, environment_id: str, service_id: str) -> list[EgressAssociation]:
        """Returns a service's static outbound addresses in one environment."""
        found = self.state.egress_associations.values()
        return [a for a in found if a.environment_id == environment_id and a.service_id == service_id]

    def domains(self, environment_id: str, service_id: str) -> list[Domain]:
        """Returns a service's domains in one environment, of both kinds."""
        found = self.state.domains.values()
        return [d for d in found if d.environment_id == environment_id and d.service_id == service_id]

    def tcp_proxies(self, environment_id: str, service_id: str) -> list[TcpProxy]:
        """Returns a service's TCP proxies in one environment."""
        found = self.state.tcp_proxies.values()
        return [p for p in found if p.environment_id == environment_id and p.service_id == service_id]
