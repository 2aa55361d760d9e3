"""The regions that services and volumes can be in."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.function import Function
from pulumi_resource_railway.functions.common import ask
from pulumi_resource_railway.railway import questions

if TYPE_CHECKING:
    from pulumi_resource_railway.resource import Context


class GetRegionsArguments(Model):
    """Whose regions are meant."""

    project_id: str | None = field(
        doc="The project whose regions are meant; its workspace may have some of its own.", default=None
    )
    include_deprecated: bool = field(doc="Whether to list regions that Railway gives up.", default=False)


class AvailableRegion(Model):
    """One region."""

    name: str = field(doc="The name that `multiRegionConfig` and a Volume's `region` take.")
    location: str = field(doc="Where it is, for people.")
    country: str = field(doc="The country that it is in.")
    code: str | None = field(doc="Its short code, such as an airport's.", default=None)
    is_private: bool = field(doc="Whether it belongs to a workspace.")
    is_deprecated: bool = field(doc="Whether Railway gives it up.")
    replaced_by: str | None = field(doc="The region that takes its place.", default=None)


class GetRegionsResult(Model):
    """The regions."""

    regions: list[AvailableRegion] = field(doc="The regions, by name.")
    names: list[str] = field(doc="Their names alone.")


class GetRegions(Function[GetRegionsArguments, GetRegionsResult]):
    """Asks for the regions."""

    token: ClassVar[str] = "railway:index:getRegions"
    arguments: ClassVar[type[Model]] = GetRegionsArguments
    result: ClassVar[type[Model]] = GetRegionsResult
    description: ClassVar[str] = "The regions that services and volumes can be in."
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

pulumi.export("regions", railway.get_regions_output().names)
"""
    calls: ClassVar[str] = "1."
    railway_page: ClassVar[str] = "https://docs.railway.com/reference/deployment-regions"

    async def call(self, context: Context, arguments: GetRegionsArguments) -> GetRegionsResult:
        """Read the regions."""
        answer = await ask(context, questions.REGIONS, projectId=arguments.project_id)
        regions = []
        for row in sorted(answer["regions"], key=lambda row: row["name"]):
            deprecation = (row["deploymentConstraints"] or {}).get("deprecationInfo") or {}
            deprecated = bool(deprecation.get("isDeprecated"))
            if deprecated and not arguments.include_deprecated:
                continue
            regions.append(
                AvailableRegion(
                    name=row["name"],
                    location=row["location"],
                    country=row["country"],
                    code=row["id"],
                    is_private=row["workspaceId"] is not None,
                    is_deprecated=deprecated,
                    replaced_by=deprecation.get("replacementRegion") or None if deprecated else None,
                )
            )
        return GetRegionsResult(regions=regions, names=[region.name for region in regions])
