"""Who asks, and what they may reach. Every resolver finds its objects through here."""

from dataclasses import dataclass

from .core import Railway
from .errors import InvalidInput, NotAuthorized, NotFound
from .faults import OperationFault
from .state import (
    Deployment,
    Domain,
    Environment,
    Project,
    Service,
    ServiceInstance,
    Token,
    Volume,
    VolumeInstance,
)

LONGEST_NAME = 200


@dataclass(frozen=True)
class Caller:
    """A user's account, a workspace's token, or a project token, which reaches one environment of one project."""

    project_token: Token | None = None
    workspace_token: Token | None = None

    def reaches(self, project_id: str, environment_id: str | None = None) -> bool:
        """Whether something of a project, or of one of its environments, is within reach."""
        token = self.project_token
        if token is None:
            return True
        return token.project_id == project_id and environment_id in (None, token.environment_id)


class Access:
    """The simulated Railway as one caller may use it during one request."""

    def __init__(self, railway: Railway, caller: Caller, faults: list[OperationFault] | None = None) -> None:
        self.railway = railway
        self.caller = caller
        self.faults = faults or []

    def workflow_error(self) -> str | None:
        """Returns the error that a declared fault ends this request's workflow with, if any."""
        return next((fault.workflow_error for fault in self.faults if fault.workflow_error), None)

    def require_account(self) -> None:
        """Raises `NotAuthorized` for a project token: what is above an environment isn't for it."""
        if self.caller.project_token is not None:
            raise NotAuthorized

    def require_user(self) -> None:
        """Raises `NotAuthorized` for a token that isn't a user's own: what is a person's isn't for it."""
        self.require_account()
        if self.caller.workspace_token is not None:
            raise NotAuthorized

    def project(self, identifier: str) -> Project:
        """Returns a project in reach."""
        project = self.railway.project(identifier)
        self._require(project.id)
        return project

    def environment(self, identifier: str, project_id: str | None = None) -> Environment:
        """Returns an environment in reach; with a project's id, only one of that project."""
        environment = self.railway.environment(identifier)
        self._require(environment.project_id, environment.id)
        if project_id is not None and environment.project_id != project_id:
            raise NotFound("Environment")
        return environment

    def service(self, identifier: str) -> Service:
        """Returns a service of a project in reach."""
        service = self.railway.found(self.railway.state.services, identifier, "Service")
        self._require(service.project_id)
        return service

    def instance(self, service_id: str, environment_id: str) -> tuple[Environment, ServiceInstance]:
        """Returns a service's instance in an environment; raises `NotFound` where it has none."""
        environment = self.environment(environment_id)
        service = self.service(service_id)
        instance = self.railway.instances(environment.id).get(service.id)
        if instance is None:
            raise NotFound("ServiceInstance")
        return environment, instance

    def target_environments(self, project_id: str, environment_id: str | None) -> list[Environment]:
        """Returns the environment named, or, for none, all that aren't forks."""
        if environment_id is not None:
            return [self.environment(environment_id, project_id)]
        found = [e for e in self.railway.environments(project_id) if not e.is_fork]
        return [e for e in found if self.caller.reaches(project_id, e.id)]

    def volume(self, identifier: str) -> Volume:
        """Returns a volume of a project in reach."""
        volume = self.railway.found(self.railway.state.volumes, identifier, "Volume")
        self._require(volume.project_id)
        return volume

    def volume_instance(self, identifier: str) -> VolumeInstance:
        """Takes an instance's id; a volume's id is answered "Not Authorized", as on Railway."""
        if identifier in self.railway.state.volumes:
            raise NotAuthorized
        instance = self.railway.found(self.railway.state.volume_instances, identifier, "VolumeInstance")
        self.environment(instance.environment_id)
        return instance

    def domain(self, identifier: str, kind: str) -> Domain:
        """Returns a domain of one kind in an environment in reach."""
        domain = self.railway.state.domains.get(identifier)
        if domain is None or domain.kind != kind:
            raise self.railway.missing("Domain", identifier)
        self.environment(domain.environment_id)
        return domain

    def deployment(self, identifier: str) -> Deployment:
        """Returns a deployment in an environment in reach."""
        deployment = self.railway.found(self.railway.state.deployments, identifier, "Deployment")
        self._require(deployment.project_id, deployment.environment_id)
        return deployment

    def _require(self, project_id: str, environment_id: str | None = None) -> None:
        if not self.caller.reaches(project_id, environment_id):
            raise NotAuthorized


def required_name(name: str | None, kind: str) -> str:
    """Returns a trimmed name; raises `InvalidInput` for an empty or far too long one."""
    trimmed = (name or "").strip()
    if not trimmed or len(trimmed) > LONGEST_NAME:
        raise InvalidInput(f"{kind} name must be between 1 and {LONGEST_NAME} characters")
    return trimmed
