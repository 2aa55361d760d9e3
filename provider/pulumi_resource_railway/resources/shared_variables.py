"""Variables that all services of an environment may refer to."""

# ruff: noqa: A002, S105 - what Pulumi calls an id, and a token: a resource's type

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.railway.deployments import earlier_deployments
from pulumi_resource_railway.railway.documents.environments import COMMIT
from pulumi_resource_railway.railway.errors import (
    Conflict,
    DeploymentFailed,
    NotApplied,
    NotFound,
    RailwayError,
    WorkflowFailed,
)
from pulumi_resource_railway.railway.patches import difference
from pulumi_resource_railway.resource import Context, Created, Found, Resource
from pulumi_resource_railway.resources.common import import_parts, keeping_state, session_of, with_changes
from pulumi_resource_railway.resources.deploying import await_deployment_of, deadline_of, deploys
from pulumi_resource_railway.resources.parents import deletion
from pulumi_resource_railway.resources.secret_values import secrets_of
from pulumi_resource_railway.values import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.railway.commits import Applied
    from pulumi_resource_railway.railway.session import EnvironmentSession

_REFERENCE: Final = re.compile(r"\$\{\{\s*shared\.([^{}\s]+)\s*\}\}")
_TO_A_SERVICE: Final = re.compile(r"\$\{\{[^{}]*\}\}")
_SECTION: Final = "sharedVariables"


class SharedVariablesInputs(Model):
    """What a program says of shared variables."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The id of the environment that shares them.", immutable=True)
    variables: dict[str, str] = field(
        doc="The variables: values by names. Only these belong to the resource; others of the environment "
        "stay as they are. A value that looks like a secret becomes one.",
        secret_by_look=True,
    )
    await_deployments: bool = field(
        doc="Whether to wait for the deployments of the services that refer to a variable that changes.",
        default=True,
    )


class SharedVariablesOutputs(SharedVariablesInputs):
    """What is known of shared variables."""


class SharedVariables(Resource[SharedVariablesInputs, SharedVariablesOutputs]):
    """Commits variables to the environment's configuration, each under a name that is nobody else's."""

    token: ClassVar[str] = "railway:index:SharedVariables"
    inputs: ClassVar[type[Model]] = SharedVariablesInputs
    outputs: ClassVar[type[Model]] = SharedVariablesOutputs
    description: ClassVar[str] = (
        "Variables that an environment's services share: a service gets one by referring to it, "
        "`${{shared.NAME}}`. A change deploys each service that refers to what has changed, once. Several "
        "resources may share variables in one environment, under different names. An import takes over all "
        "that the environment has."
    )
    import_format: ClassVar[str] = "projectId/environmentId"

    def check(self, properties: Mapping[str, Any], old: Mapping[str, Any] | None) -> list[CheckFailure]:  # noqa: ARG002
        """Refuse names that can't be, and references, which Railway renders empty there."""
        variables = properties.get("variables")
        failures = []
        for name, value in variables.items() if isinstance(variables, dict) else ():
            path = f"variables.{name}"
            if not name or "=" in name or "\0" in name:
                failures.append(CheckFailure(path, "A variable's name must not be empty or contain '='."))
            if isinstance(value, str) and _TO_A_SERVICE.search(value):
                failures.append(
                    CheckFailure(
                        path,
                        "A shared variable can't refer to another variable: Railway renders the reference "
                        "as an empty text. Put the reference into the service's own variables.",
                    )
                )
        return failures

    async def create(
        self, context: Context, inputs: SharedVariablesInputs
    ) -> Created[SharedVariablesOutputs]:
        """Commit the variables, if nobody else has any of their names."""
        deadline = deadline_of(context)
        outputs = SharedVariablesOutputs(**with_changes(inputs))
        await self._bring(context, None, inputs, deadline)
        return Created(inputs.environment_id, outputs)

    async def _bring(
        self,
        context: Context,
        old: SharedVariablesOutputs | None,
        new: SharedVariablesInputs,
        deadline: float,
    ) -> None:
        session = session_of(context)
        session.redact.remember(secrets_of(new.variables))
        place = session.environment(new.project_id, new.environment_id)
        snapshot = await place.ready_for_changes(
            context.status, _own_names(new.variables, old.variables if old else None)
        )
        scope = _scope(new)
        held = (old.variables or {}) if old is not None else {}
        patch = difference(_entries(held), _entries(new.variables))
        if not patch:
            session.journal.close(context.urn, scope)
            return
        earlier = {
            service_id: earlier_deployments(instance, place.deployments.seen(service_id))
            for service_id, instance in snapshot.service_instances.items()
        }
        async with session.lock(scope):
            self._claim(context, new, held, place, snapshot.configuration.get(_SECTION) or {})
            try:
                applied = await place.commits.submit({_SECTION: patch}, context.name, context.status)
            except RailwayError as error:
                if not error.outcome_unknown and not isinstance(error, WorkflowFailed | NotApplied):
                    session.journal.close(context.urn, scope)
                raise
        outputs = SharedVariablesOutputs(**with_changes(new))
        async with keeping_state(context, new.environment_id, lambda: outputs, scope):
            if new.await_deployments:
                await _await_referrers(context, place, applied, patch.keys(), earlier, deadline)

    def _claim(
        self,
        context: Context,
        new: SharedVariablesInputs,
        held: Mapping[str, str],
        place: EnvironmentSession,
        existing: Mapping[str, Any],
    ) -> None:
        """Write down which names are new, so that they are known as ours should the answer get lost.

        Raises:
            Conflict: When one of them exists and isn't ours.
        """
        journal, scope = session_of(context).journal, _scope(new)
        entry = journal.find(context.urn, scope)
        foreign = existing.keys() - held.keys() if entry is None else {*entry.before} & existing.keys()
        if taken := sorted(new.variables.keys() & foreign):
            raise Conflict(
                f"The environment has a shared variable {taken[0]} already"
                + (f", and {len(taken) - 1} more of these names" if taken[1:] else ""),
                advice="It isn't taken over, because nothing says that this stack made it. Choose another "
                f"name, or import what the environment has: `pulumi import {self.token} <name> "
                f"{place.project_id}/{place.environment_id}`.",
            )
        if entry is None:
            before = existing.keys() - held.keys()
            journal.begin(context.urn, scope, COMMIT.name, context.name, before)

    async def read(
        self, context: Context, id: str, inputs: SharedVariablesInputs | None
    ) -> Found[SharedVariablesInputs, SharedVariablesOutputs] | None:
        """Read from the environment's shared snapshot."""
        if inputs is None:
            project_id, environment_id = import_parts(id, self.import_format)
        else:
            project_id, environment_id = inputs.project_id, inputs.environment_id
        place = session_of(context).environment(project_id, environment_id)
        try:
            snapshot = await place.snapshots.fresh(context.status)
        except NotFound:
            return None
        recorded = inputs.variables if inputs is not None else None
        variables = _observed(snapshot.configuration.get(_SECTION) or {}, recorded)
        if not variables and recorded != {}:
            return None
        found = SharedVariablesInputs(
            project_id=project_id,
            environment_id=environment_id,
            variables=variables,
            await_deployments=inputs.await_deployments if inputs is not None else True,
        )
        return Found(environment_id, found, SharedVariablesOutputs(**with_changes(found)))

    async def update(
        self, context: Context, id: str, old: SharedVariablesOutputs, new: SharedVariablesInputs
    ) -> SharedVariablesOutputs:
        """Commit one sparse patch."""
        del id
        await self._bring(context, old, new, deadline_of(context))
        return SharedVariablesOutputs(**with_changes(new))

    async def delete(self, context: Context, id: str, old: SharedVariablesOutputs) -> None:
        """Remove the variables, and no other ones."""
        del id
        session = session_of(context)
        place = session.environment(old.project_id, old.environment_id)

        async def exists() -> bool:
            place.snapshots.invalidate()
            snapshot = await place.snapshots.fresh(context.status)
            return bool((old.variables or {}).keys() & (snapshot.configuration.get(_SECTION) or {}).keys())

        async with deletion(context, old.project_id, old.environment_id, exists):
            snapshot = await place.ready_for_changes(context.status, _own_names(old.variables))
            session.journal.close(context.urn, _scope(old))
            existing = snapshot.configuration.get(_SECTION) or {}
            if gone := dict.fromkeys(sorted((old.variables or {}).keys() & existing.keys())):
                await place.commits.submit({_SECTION: gone}, f"delete {context.name}", context.status)


async def _await_referrers(
    context: Context,
    place: EnvironmentSession,
    applied: Applied,
    names: Any,
    earlier: Mapping[str, frozenset[str]],
    deadline: float,
) -> None:
    """Wait for the deployments of the services that refer to one of the names."""
    waiting = [
        await_deployment_of(
            context, place, service_id, applied.began, earlier.get(service_id, frozenset()), deadline
        )
        for service_id, service in (applied.configuration.get("services") or {}).items()
        if deploys(service) and names & _shared_names(service)
    ]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failures:
        if len(failures) == 1 or not isinstance(failure, RailwayError):
            raise failure
    if failures:
        raise DeploymentFailed("\n\n".join(str(failure) for failure in failures))


def _shared_names(service: Mapping[str, Any]) -> set[str]:
    """Return the shared variables that a service refers to."""
    found: set[str] = set()
    for entry in (service.get("variables") or {}).values():
        value = entry.get("value") if isinstance(entry, dict) else entry
        if isinstance(value, str):
            found |= set(_REFERENCE.findall(value))
    return found


def _own_names(*variables: Mapping[str, str] | None) -> set[str]:
    """Return the names as paths in the environment's configuration."""
    return {f"{_SECTION}.{name}" for each in variables for name in each or ()}


def _entries(variables: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in variables.items()}


def _observed(live: Mapping[str, Any], recorded: Mapping[str, str] | None) -> dict[str, str]:
    """Return the values of the recorded names, or of all of them at an import."""
    known: dict[str, str] = {}
    for name in live if recorded is None else recorded:
        entry = live.get(name)
        if entry is None:
            continue
        value = entry.get("value") if isinstance(entry, dict) else entry
        if value is None or value == MASK:
            # Sealed or masked: Railway says that it exists, not what it is.
            if recorded is not None:
                known[name] = recorded[name]
        else:
            known[name] = value
    return known


def _scope(inputs: SharedVariablesInputs) -> str:
    return f"{inputs.environment_id}/sharedVariables"
