"""The lives of what exists elsewhere in its project already, and is only added to another environment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_resource_railway.resources.environment import Environment, EnvironmentInputs
from pulumi_resource_railway.resources.service import Service
from pulumi_resource_railway.resources.service_model import ServiceInputs, ServiceSource
from tests.provider.resources.cases import CASES, Case, Place, project

if TYPE_CHECKING:
    from tests.provider.resources.harness import World


def _elsewhere(case: Case) -> Case:
    async def prepare(world: World) -> Place:
        here = await project(world)
        kind = type(case.resource).__name__
        first = case.first(here)
        if kind == "Service":
            first = first.model_copy(update={"icon": None})
        await case.resource.create(world.context("production", kind), first)
        inputs = EnvironmentInputs(project_id=here.project_id, name="staging")
        staging = await Environment().create(world.context("staging", "Environment"), inputs)
        if kind == "Bucket":
            # Whether Railway keeps buckets' names unique isn't known; where it does, the record is taken.
            words = "A bucket of this name already exists"
            taken = {"matching": f'"{first.model_dump()["name"]}"', "error": words, "times": 1_000_000}
            await world.faults({"operation": "bucketCreate", **taken})
        return Place(here.project_id, staging.id)

    return replace(case, prepare=prepare)


CASES_ELSEWHERE = {
    "Service that exists elsewhere": _elsewhere(
        Case(
            Service(),
            project,
            lambda place: ServiceInputs(
                **place.environment,
                name="web",
                icon="https://etally.example/web.svg",
                source=ServiceSource(image="nginx:1"),
                variables={"A": "1"},
            ),
            lambda place: ServiceInputs(
                **place.environment,
                name="web",
                icon="https://etally.example/web.svg",
                source=ServiceSource(image="nginx:2"),
            ),
            CASES["Service"].import_id,
        )
    ),
    "Volume that exists elsewhere": _elsewhere(
        replace(
            CASES["Volume"],
            second=lambda place: CASES["Volume"].first(place).model_copy(update={"size_mb": 10_000}),
        )
    ),
    "Bucket that exists elsewhere": _elsewhere(replace(CASES["Bucket"], second=CASES["Bucket"].first)),
}
