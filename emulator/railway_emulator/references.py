"""Variables as a container sees them: references resolved, Railway's own variables added.

`${{service.NAME}}`, `${{shared.NAME}}` and `${{NAME}}` are replaced, repeatedly; what doesn't exist renders
empty, as on Railway, and so does a reference that leads back to itself.
"""

import re

from .configuration import services
from .core import Railway
from .state import Document, Environment, ServiceInstance

_REFERENCE = re.compile(r"\$\{\{\s*([^{}]*?)\s*\}\}")
Trail = tuple[tuple[str, str], ...]


class Renderer:
    """Renders the variables of one environment, as they are now.

    `own` adds, by service, what only one deployment of it has: its id, its commit.
    """

    def __init__(
        self, railway: Railway, environment: Environment, own: dict[str, dict[str, str]] | None = None
    ) -> None:
        self._railway = railway
        self._environment = environment
        self._own_values = own or {}
        self._instances = railway.instances(environment.id)
        self._ids = {railway.state.services[service_id].name: service_id for service_id in self._instances}

    def service(self, service_id: str, *, system: bool) -> dict[str, str]:
        """Returns a service's rendered variables, with Railway's own ones when `system` is set."""
        names = list(self._own(service_id))
        result = {name: self._value(service_id, name, ()) for name in names}
        if system:
            result = {**self._system(service_id), **result}
        return result

    def shared(self) -> dict[str, str]:
        """Returns the shared variables, rendered."""
        return {name: self._shared(name) for name in self._environment.config.get("sharedVariables") or {}}

    def _own(self, service_id: str) -> dict[str, Document]:
        found: dict[str, Document] = (
            services(self._environment.config).get(service_id, {}).get("variables") or {}
        )
        return found

    def _value(self, service_id: str, name: str, trail: Trail) -> str:
        if (service_id, name) in trail:
            return ""
        variable = self._own(service_id).get(name)
        if variable is None:
            return self._system(service_id).get(name, "")
        deeper = (*trail, (service_id, name))
        return _REFERENCE.sub(lambda match: self._referred(service_id, match[1], deeper), _text(variable))

    def _referred(self, service_id: str, reference: str, trail: Trail) -> str:
        owner, dot, name = reference.rpartition(".")
        if not dot:
            return self._value(service_id, name, trail)
        if owner == "shared":
            return self._shared(name)
        target = self._ids.get(owner)
        return "" if target is None else self._value(target, name, trail)

    def _shared(self, name: str) -> str:
        variable = (self._environment.config.get("sharedVariables") or {}).get(name)
        return "" if variable is None else _REFERENCE.sub("", _text(variable))

    def _system(self, service_id: str) -> dict[str, str]:
        instance = self._instances.get(service_id)
        if instance is None:
            return {}
        values = system_variables(self._railway, self._environment, instance)
        return {**values, **self._own_values.get(service_id, {})}


def _text(variable: Document) -> str:
    value = variable.get("value")
    return str(variable.get("defaultValue") or "") if value is None else str(value)


def private_domain(environment: Environment, instance: ServiceInstance) -> str:
    """Returns the name by which other services reach this one."""
    networking = services(environment.config).get(instance.service_id, {}).get("networking") or {}
    return f"{networking.get('privateNetworkEndpoint') or instance.private_name}.railway.internal"


def system_variables(railway: Railway, environment: Environment, instance: ServiceInstance) -> dict[str, str]:
    """Returns the variables that Railway gives every container of a service."""
    project = railway.state.projects[environment.project_id]
    service = railway.state.services[instance.service_id]
    config = services(environment.config).get(service.id, {})
    values = {
        "RAILWAY_PROJECT_ID": project.id,
        "RAILWAY_PROJECT_NAME": project.name,
        "RAILWAY_ENVIRONMENT": environment.name,
        "RAILWAY_ENVIRONMENT_ID": environment.id,
        "RAILWAY_ENVIRONMENT_NAME": environment.name,
        "RAILWAY_SERVICE_ID": service.id,
        "RAILWAY_SERVICE_NAME": service.name,
        "RAILWAY_PRIVATE_DOMAIN": private_domain(environment, instance),
    }
    domains = railway.domains(environment.id, service.id)
    if domains:
        custom_first = sorted(domains, key=lambda domain: domain.kind != "custom")
        values["RAILWAY_PUBLIC_DOMAIN"] = values["RAILWAY_STATIC_URL"] = custom_first[0].domain
    for proxy in railway.tcp_proxies(environment.id, service.id):
        values["RAILWAY_TCP_PROXY_DOMAIN"] = proxy.domain
        values["RAILWAY_TCP_PROXY_PORT"] = str(proxy.proxy_port)
        values["RAILWAY_TCP_APPLICATION_PORT"] = str(proxy.application_port)
    for volume_id, mount in (config.get("volumeMounts") or {}).items():
        values["RAILWAY_VOLUME_ID"] = volume_id
        values["RAILWAY_VOLUME_NAME"] = railway.state.volumes[volume_id].name
        values["RAILWAY_VOLUME_MOUNT_PATH"] = mount["mountPath"]
    repository = (config.get("source") or {}).get("repo")
    if repository:
        owner, _, name = repository.partition("/")
        values["RAILWAY_GIT_REPO_OWNER"], values["RAILWAY_GIT_REPO_NAME"] = owner, name
        values["RAILWAY_GIT_BRANCH"] = (config["source"]).get("branch") or ""
    return values
