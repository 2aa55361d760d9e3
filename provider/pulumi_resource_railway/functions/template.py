"""A template of Railway's marketplace: the services that it is made of."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function
from pulumi_resource_railway.functions.common import ask
from pulumi_resource_railway.railway import questions

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Context


class GetTemplateArguments(Model):
    """Which template is meant."""

    code: str = field(doc="The template's code, such as `postgres`, `redis`, `mysql` or `mongo`.")


class TemplateService(Model):
    """One service of a template."""

    id: str = field(doc="The service's id within the template.")
    name: str = field(doc="The name that it gets.")
    icon: str | None = field(doc="The address of its icon.", default=None)
    image: str | None = field(doc="The image that it runs, if it runs one.", default=None)
    repo: str | None = field(doc="The repository that it is built from, if it is.", default=None)
    start_command: str | None = field(
        doc="The command that starts it, when it isn't the image's.", default=None
    )
    mount_paths: list[str] = field(doc="Where it has volumes mounted.")
    variables: dict[str, str] = field(
        doc="Its variables with their defaults: texts, references and generators of secrets (`${{secret(…)}}`); "
        "empty where a person fills them in.",
        secret=True,
    )


class GetTemplateResult(Model):
    """A template."""

    id: str = field(doc="The template's id.")
    code: str = field(doc="Its code.")
    name: str = field(doc="Its name.")
    description: str | None = field(doc="What it is for.", default=None)
    status: str = field(doc="`PUBLISHED`, `UNPUBLISHED` or `HIDDEN`.")
    verified: bool = field(doc="Whether Railway vouches for it.")
    services: list[TemplateService] = field(doc="Its services, by name.")
    serialized_config: str = field(doc="All of it as Railway keeps it, in JSON.", secret=True)


class GetTemplate(Function[GetTemplateArguments, GetTemplateResult]):
    """Asks for a template and lays its configuration out."""

    token: ClassVar[str] = "railway:index:getTemplate"
    arguments: ClassVar[type[Model]] = GetTemplateArguments
    result: ClassVar[type[Model]] = GetTemplateResult
    description: ClassVar[str] = (
        "A template of Railway's marketplace, such as Railway's own of PostgreSQL, with the services that it is "
        "made of."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

postgres = railway.get_template_output(code="postgres")
pulumi.export("images", postgres.services.apply(lambda services: [one.image for one in services]))
"""
    calls: ClassVar[str] = "1."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/templates"

    async def call(self, context: Context, arguments: GetTemplateArguments) -> GetTemplateResult:
        """Read the template."""
        row = (await ask(context, questions.TEMPLATE, code=arguments.code))["template"]
        config = _object(row["serializedConfig"])
        services = [_service(id_, _object(entry)) for id_, entry in _object(config.get("services")).items()]
        return GetTemplateResult(
            id=row["id"],
            code=row["code"],
            name=row["name"],
            description=row["description"] or None,
            status=row["status"],
            verified=row["isVerified"],
            services=sorted(services, key=lambda service: (service.name, service.id)),
            serialized_config=json.dumps(config, sort_keys=True),
        )


def _service(id_: str, entry: Mapping[str, Any]) -> TemplateService:
    source, deploy = _object(entry.get("source")), _object(entry.get("deploy"))
    mounts = [_object(mount).get("mountPath") for mount in _object(entry.get("volumeMounts")).values()]
    variables = {
        name: _default(_object(variable)) for name, variable in _object(entry.get("variables")).items()
    }
    return TemplateService(
        id=id_,
        name=entry.get("name") or id_,
        icon=entry.get("icon") or None,
        image=source.get("image"),
        repo=source.get("repo"),
        start_command=deploy.get("startCommand") or None,
        mount_paths=sorted(path for path in mounts if path),
        variables=dict(sorted(variables.items())),
    )


def _default(variable: Mapping[str, Any]) -> str:
    for key in ("value", "defaultValue"):
        if isinstance(variable.get(key), str) and variable[key]:
            return str(variable[key])
    generator = variable.get("generator")
    return f"${{{{{generator}}}}}" if isinstance(generator, str) and generator else ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
