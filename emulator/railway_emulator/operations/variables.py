"""Variables, one by one or as a map; without a service they are the environment's shared ones."""

from railway_emulator import changes
from railway_emulator.access import Access
from railway_emulator.configuration import services
from railway_emulator.errors import InvalidInput
from railway_emulator.references import Renderer
from railway_emulator.state import Document, Environment

from .registry import mutation, query


def _kept(environment: Environment, service_id: str | None) -> dict[str, Document]:
    owner = environment.config if service_id is None else services(environment.config)[service_id]
    found: dict[str, Document] = owner.get("sharedVariables" if service_id is None else "variables") or {}
    return found


def _environment(access: Access, project_id: str, environment_id: str, service_id: str | None) -> Environment:
    environment = access.environment(environment_id, project_id)
    if service_id is not None:
        access.instance(service_id, environment_id)
    return environment


@query("variables")
def variables(
    access: Access,
    project_id: str,
    environment_id: str,
    service_id: str | None = None,
    unrendered: bool | None = None,
) -> dict[str, str | None]:
    """Answers a service's variables, or the shared ones; rendered unless asked otherwise."""
    environment = _environment(access, project_id, environment_id, service_id)
    kept = _kept(environment, service_id)
    if unrendered:
        values: dict[str, str | None] = {name: variable.get("value") for name, variable in kept.items()}
    else:
        renderer = Renderer(access.railway, environment)
        values = {**(renderer.shared() if service_id is None else renderer.service(service_id, system=False))}
    return {name: None if kept[name].get("isSealed") else value for name, value in values.items()}


@query("variablesForServiceDeployment")
def variables_for_service_deployment(
    access: Access, project_id: str, environment_id: str, service_id: str
) -> dict[str, str | None]:
    """Answers what a container would get now."""
    environment = _environment(access, project_id, environment_id, service_id)
    kept = _kept(environment, service_id)
    rendered = Renderer(access.railway, environment).service(service_id, system=True)
    return {name: None if kept.get(name, {}).get("isSealed") else value for name, value in rendered.items()}


def _patch(
    access: Access, given: Document, values: dict[str, Document | None], cause: str, skip: bool
) -> None:
    service_id = given.get("serviceId")
    environment = _environment(access, given["projectId"], given["environmentId"], service_id)
    patch = (
        {"sharedVariables": values}
        if service_id is None
        else {"services": {service_id: {"variables": values}}}
    )
    changes.change(access.railway, environment, patch, cause, deploys=not skip)


@mutation("variableUpsert")
def variable_upsert(access: Access, given: Document) -> bool:
    """Sets one variable, and deploys unless told not to."""
    _patch(
        access,
        given,
        {given["name"]: {"value": given["value"]}},
        "variableUpsert",
        bool(given["skipDeploys"]),
    )
    return True


@mutation("variableCollectionUpsert")
def variable_collection_upsert(access: Access, given: Document) -> bool:
    """Sets several variables; with `replace` the others go."""
    if not isinstance(given["variables"], dict):
        raise InvalidInput("variables must be an object")
    service_id = given.get("serviceId")
    environment = _environment(access, given["projectId"], given["environmentId"], service_id)
    gone = _kept(environment, service_id).keys() - given["variables"].keys() if given["replace"] else set()
    values: dict[str, Document | None] = {
        name: {"value": value} for name, value in given["variables"].items()
    }
    values.update(dict.fromkeys(gone))
    _patch(access, given, values, "variableCollectionUpsert", bool(given["skipDeploys"]))
    return True


@mutation("variableDelete")
def variable_delete(access: Access, given: Document) -> bool:
    """Removes a variable; it can't be told not to deploy."""
    _patch(access, given, {given["name"]: None}, "variableDelete", skip=False)
    return True
