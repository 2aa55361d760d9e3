"""Patches and the workflows that apply them; and the passing of time, which moves both and deployments."""

from datetime import datetime, timedelta
from operator import itemgetter

from .changes import change, checked
from .core import Railway
from .deployments import settle as settle_deployment
from .errors import Refusal
from .state import Deployment, Document, Domain, Environment, Patch, Workflow

PENDING = ("VALIDATING_OWNERSHIP", "ISSUING")


def commit(
    railway: Railway,
    environment: Environment,
    patch: Patch,
    *,
    skip_deploys: bool = False,
    fails_with: str | None = None,
) -> Workflow:
    """Starts the workflow that applies a patch. Raises a `Refusal` at once for a patch Railway refuses."""
    checked(railway, environment, patch.document)
    now = railway.now()
    patch.status = "APPLYING"
    railway.state.patches[patch.id] = patch
    identifier = f"commitPatchToEnvironment/{railway.new_id()}"
    workflow = Workflow(
        id=identifier,
        created_at=now,
        updated_at=now,
        environment_id=environment.id,
        patch_id=patch.id,
        visible_at=railway.after(railway.profile.workflow_lag_seconds),
        due_at=railway.after(railway.profile.workflow_seconds),
        skip_deploys=skip_deploys,
        fails_with=fails_with,
    )
    railway.state.workflows[identifier] = workflow
    railway.recorder.began_workflow(identifier)
    return workflow


def new_patch(
    railway: Railway, environment: Environment, document: Document, message: str | None = None
) -> Patch:
    """Returns a patch that isn't kept yet."""
    now = railway.now()
    return Patch(
        id=railway.new_id(),
        created_at=now,
        updated_at=now,
        environment_id=environment.id,
        document=document,
        message=message,
    )


def staged(railway: Railway, environment: Environment) -> Patch:
    """Returns what is staged in an environment: an empty patch where nothing is."""
    patch = railway.state.patches.get(environment.staged_patch_id or "")
    return patch or new_patch(railway, environment, {})


def stage(railway: Railway, environment: Environment, document: Document, *, merge: bool) -> Patch:
    """Sets the staged patch, or merges into it; an empty one stages nothing any more."""
    existing = staged(railway, environment)
    # Nulls must survive a merge of patches: they are what a later commit clears.
    wanted = merged_patches(existing.document, document) if merge else document
    railway.state.patches.pop(existing.id, None)
    patch = existing.model_copy(update={"document": wanted, "updated_at": railway.now()})
    environment.staged_patch_id = patch.id if wanted else None
    if wanted:
        railway.state.patches[patch.id] = patch
    return patch


def merged_patches(first: Document, second: Document) -> Document:
    """Returns one patch that does what both do, one after the other."""
    result = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged_patches(result[key], value) if both else value
    return result


def settle_workflow(railway: Railway, workflow: Workflow) -> None:
    """Applies a workflow's patch now, or ends it with the error that keeps it from applying."""
    patch = railway.state.patches[workflow.patch_id]
    interrupted, railway.recorder.current = (
        railway.recorder.current,
        railway.recorder.of_workflow(workflow.id),
    )
    try:
        environment = _target(railway, workflow)
        change(
            railway, environment, patch.document, "environmentPatchCommit", deploys=not workflow.skip_deploys
        )
    except Refusal as refusal:
        workflow.state, workflow.error = "Error", refusal.message
        patch.error = refusal.message
    else:
        workflow.state = "Complete"
        patch.status, patch.applied_at = "COMMITTED", railway.now()
    finally:
        railway.recorder.current = interrupted
    workflow.updated_at = railway.now()


def _target(railway: Railway, workflow: Workflow) -> Environment:
    """Returns the environment to change; raises a `Refusal` where the workflow can't."""
    if workflow.fails_with:
        raise Refusal(workflow.fails_with)
    environment = railway.state.environments.get(workflow.environment_id)
    if environment is None:
        raise Refusal('NotFoundError("Environment")')
    return environment


def settle(railway: Railway) -> bool:
    """Makes everything happen that is due by now, in its order; says whether anything did."""
    now, happened = railway.now(), False
    while (due := _next_due(railway, now)) is not None:
        happened = True
        moment, record = due
        with railway.as_of(moment):
            if isinstance(record, Workflow):
                settle_workflow(railway, record)
            elif isinstance(record, Domain):
                record.certificate_status, record.updated_at = "VALID", moment
            else:
                settle_deployment(railway, record)
    return happened


def _next_due(railway: Railway, now: datetime) -> tuple[datetime, Workflow | Domain | Deployment] | None:
    state = railway.state
    due: list[tuple[datetime, Workflow | Domain | Deployment]] = [
        (w.due_at, w) for w in state.workflows.values() if w.state == "Running" and w.due_at <= now
    ]
    due += [(d.planned[0].at, d) for d in state.deployments.values() if d.planned and d.planned[0].at <= now]
    seconds = railway.profile.certificate_seconds
    if seconds is not None:
        issued = timedelta(seconds=seconds)
        waiting = (
            d for d in state.domains.values() if d.kind == "custom" and d.certificate_status in PENDING
        )
        due += [(d.created_at + issued, d) for d in waiting if d.created_at + issued <= now]
    return min(due, key=itemgetter(0), default=None)
