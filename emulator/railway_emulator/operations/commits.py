"""The environment's configuration: patches committed at once, or staged and committed together."""

from typing import Any

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.changes import checked
from railway_emulator.commits import commit, new_patch, stage, staged
from railway_emulator.errors import InvalidInput
from railway_emulator.pagination import connection
from railway_emulator.rules import check_keys
from railway_emulator.state import Document

from .registry import mutation, query


def _document(value: Any) -> Document:
    if not isinstance(value, dict):
        raise InvalidInput("Expected an environment configuration object")
    return value


@mutation("environmentPatchCommit")
def environment_patch_commit(
    access: Access, environment_id: str, patch: Any = None, commit_message: str | None = None
) -> str:
    """Starts the workflow that applies a patch; answers its id."""
    environment = access.environment(environment_id)
    document = _document({} if patch is None else patch)
    record = new_patch(access.railway, environment, document, commit_message)
    return commit(access.railway, environment, record, fails_with=access.workflow_error()).id


@mutation("environmentStageChanges")
def environment_stage_changes(
    access: Access, environment_id: str, given: Any, merge: bool | None = None
) -> Document:
    """Sets the environment's staged patch, or merges into it."""
    environment = access.environment(environment_id)
    check_keys(_document(given))
    checked(access.railway, environment, given)
    return views.patch(access, stage(access.railway, environment, given, merge=bool(merge)))


@mutation("environmentPatchCommitStaged")
def environment_patch_commit_staged(
    access: Access, environment_id: str, commit_message: str | None = None, skip_deploys: bool | None = None
) -> str:
    """Commits everything that is staged, by whomever."""
    environment = access.environment(environment_id)
    record = staged(access.railway, environment)
    record.message = commit_message or record.message
    workflow = commit(
        access.railway,
        environment,
        record,
        skip_deploys=bool(skip_deploys),
        fails_with=access.workflow_error(),
    )
    environment.staged_patch_id = None
    return workflow.id


@query("environmentStagedChanges")
def environment_staged_changes(access: Access, environment_id: str) -> Document:
    """Answers the staged patch; an empty one where nothing is staged."""
    return views.patch(access, staged(access.railway, access.environment(environment_id)))


@query("environmentPatch")
def environment_patch(access: Access, identifier: str) -> Document:
    """Answers one patch."""
    record = access.railway.found(access.railway.state.patches, identifier, "EnvironmentPatch")
    access.environment(record.environment_id)
    return views.patch(access, record)


@query("environmentPatches")
def environment_patches(access: Access, environment_id: str, **page: Any) -> Document:
    """Answers an environment's patches, the newest first."""
    environment = access.environment(environment_id)
    found = [p for p in access.railway.state.patches.values() if p.environment_id == environment.id]
    found.sort(key=lambda p: p.created_at, reverse=True)
    return connection(found, lambda p: views.patch(access, p), **page)


@query("workflowStatus")
def workflow_status(access: Access, workflow_id: str) -> Document:
    """Answers NotFound, an answer and not an error, for a workflow it doesn't know yet."""
    workflow = access.railway.state.workflows.get(workflow_id)
    if workflow is None or workflow.visible_at > access.railway.now():
        return {"status": "NotFound", "error": None}
    access.environment(workflow.environment_id)
    return {"status": workflow.state, "error": workflow.error}
