"""Variables, one by one or as a map; without a service they are the environment's shared ones."""

from .. import changes
from ..access import Access
from ..configuration import services
from ..errors import InvalidInput
from ..references import Renderer
from ..state import Document, Environment
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
    environment = _environment(access, project_id, environment_id, service_id)
    kept = _kept(environment, service_id)
    rendered = Renderer(access.railway, environment).service(service_id, system=True)
    return {name: None if kept.get(name, {}).get("isSealed") else value for name, value in rendered.items()}


def _patch(access: Access, input: Document, values: dict[str, Document | None], cause: str, skip: bool) -> None:
    service_id = input.get("serviceId")
    environment = _environment(access, input["projectId"], input["environmentId"], service_id)
    patch = {"sharedVariables": values} if service_id is None else {"services": {service_id: {"variables": values}}}
    changes.change(access.railway, environment, patch, cause, deploys=not skip)


@mutation("variableUpsert")
def variable_upsert(access: Access, input: Document) -> bool:
    _patch(access, input, {input["name"]: {"value": input["value"]}}, "variableUpsert", bool(input["skipDeploys"]))
    return True


@mutation("variableCollectionUpsert")
def variable_collection_upsert(access: Access, input: Document) -> bool:
    if not isinstance(input["variables"], dict):
        raise InvalidInput("variables must be an object")
    service_id = input.get("serviceId")
    environment = _environment(access, input["projectId"], input["environmentId"], service_id)
    gone = _kept(environment, service_id).keys() - input["variables"].keys() if input["replace"] else set()
    values: dict[str, Document | None] = {name: {"value": value} for name, value in input["variables"].items()}
    values.update({name: None for name in gone})
    _patch(access, input, values, "variableCollectionUpsert", bool(input["skipDeploys"]))
    return True


@mutation("variableDelete")
def variable_delete(access: Access, input: Document) -> bool:
    _patch(access, input, {input["name"]: None}, "variableDelete", skip=False)
    return True
