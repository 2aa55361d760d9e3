"""Defects that the code doesn't have, each with the tests that would notice if it had.

`{name: Defect(places, faulty, noticed_by)}`: a place is where the sound original stands, `faulty` makes the
faulty variant of it. Defects of the local Railway's own rules are in `tests/emulator/test_seeded_defects.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from starlette.responses import Response

from pulumi_resource_railway.errors import UserError
from pulumi_resource_railway.railway.deployments import Kind, Settled
from pulumi_resource_railway.railway.errors import NotAuthorized
from pulumi_resource_railway.resources.common import with_changes
from pulumi_resource_railway.resources.service_model import ServiceOutputs
from pulumi_resource_railway.values import is_unknown
from railway_emulator.access import Caller

Faulty = Callable[[Any], Any]

PROVIDER: Final = "pulumi_resource_railway"
EMULATOR: Final = "railway_emulator"
LIFE: Final = "tests/provider/resources/test_lifecycle.py::test_life_of_a_resource"
COMMITS: Final = "tests/provider/resources/test_commits.py"
COUNTS: Final = "tests/provider/resources/test_counts.py"
DEPLOYMENTS: Final = "tests/provider/resources/test_deployments.py"
FAULTS: Final = "tests/provider/resources/test_faults.py"
LOST: Final = "tests/provider/resources/test_lost_answers.py"
ONE_RUN: Final = "tests/provider/resources/test_one_run.py"
OWNERSHIP: Final = "tests/provider/resources/test_ownership.py"
STAGED: Final = "tests/provider/resources/test_staged_changes.py"
GONE: Final = "tests/provider/resources/test_gone.py"
RULES: Final = "tests/provider/resources/test_rules.py"
CLIENT: Final = "tests/provider/railway/test_client.py"
SNAPSHOTS: Final = "tests/provider/railway/test_snapshots.py"
PROTOCOL: Final = "tests/provider/protocol"


@dataclass(frozen=True)
class Defect:
    """A defect.

    Attributes:
        places: The attributes that it replaces: `package.module.Class.attribute`.
        faulty: Makes the faulty variant of the original.
        noticed_by: The node ids of the tests that it turns red.
    """

    places: tuple[str, ...]
    faulty: Faulty
    noticed_by: tuple[str, ...]


def _at(place: str, faulty: Faulty, *noticed_by: str) -> Defect:
    return Defect((place,), faulty, noticed_by)


def _nothing(_original: Any) -> Any:
    return lambda *_arguments, **_options: None


def _as_given(_original: Any) -> Any:
    return lambda value, *_arguments, **_options: value


def _value_for(wrong: Any) -> Faulty:
    return lambda _original: wrong


def _answering(wrong: Any) -> Faulty:
    return lambda _original: lambda *_arguments, **_options: wrong


def _answering_later(wrong: Any) -> Faulty:
    async def answer(*_arguments: Any, **_options: Any) -> Any:
        return wrong

    return lambda _original: answer


def _detaching(change: Any) -> Any:
    def faulty(old: Any, new: Any, live: Any) -> Any:
        patch = change(old, new, live)
        mounts = patch.get("volumeMounts") or {}
        return {**patch, "volumeMounts": dict.fromkeys(mounts)} if mounts else patch

    return faulty


def _ending_everything_when_cancelled(submit: Any) -> Any:
    async def faulty(self: Any, *arguments: Any) -> Any:
        try:
            return await submit(self, *arguments)
        except asyncio.CancelledError:
            await self.close()
            raise

    return faulty


def _without_changed_triggers(finish: Any) -> Any:
    def faulty(self: Any, context: Any, place: Any, id_: str, old: Any, new: Any, *rest: Any) -> Any:
        same = ServiceOutputs(**with_changes(old, redeploy_triggers=new.redeploy_triggers))
        return finish(self, context, place, id_, same, new, *rest)

    return faulty


def _without_nulls(patch: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in patch.items()
        if value is not None
    }


async def _first_page(_self: Any, first: dict[str, Any], *_where: Any) -> list[Any]:
    return [edge["node"] for edge in first["edges"]]


def _twice(do: Any) -> Any:
    def faulty(*arguments: Any, **options: Any) -> Any:
        do(*arguments, **options)
        return do(*arguments, **options)

    return faulty


def _twice_later(do: Any) -> Any:
    async def faulty(*arguments: Any, **options: Any) -> Any:
        await do(*arguments, **options)
        return await do(*arguments, **options)

    return faulty


DEFECTS: Final[dict[str, Defect]] = {
    # What is sent.
    "what became absent is not cleared": _at(
        f"{PROVIDER}.resources.service_configuration.difference",
        lambda difference: lambda before, after: _without_nulls(difference(before, after)),
        f"{LIFE}[Service]",
    ),
    "what is absent is cleared": _at(
        f"{PROVIDER}.resources.service.change",
        lambda change: (
            lambda *documents: {"source": None, "build": None, "deploy": None, **change(*documents)}
        ),
        f"{COUNTS}::test_update_of_a_service",
    ),
    "an update sends everything": _at(
        f"{PROVIDER}.resources.service_configuration.difference",
        lambda _original: lambda _before, after: after,
        f"{COUNTS}::test_update_of_a_service",
    ),
    "an update of a mount detaches it": _at(
        f"{PROVIDER}.resources.service.change", _detaching, f"{LIFE}[Service]"
    ),
    "an empty variable is left out": _at(
        f"{PROVIDER}.resources.service.configured",
        lambda configured: (
            lambda service: configured(
                service.model_copy(
                    update={"variables": {k: v for k, v in (service.variables or {}).items() if v}}
                )
            )
        ),
        f"{LIFE}[Service]",
    ),
    "Railway's own region stays beside the chosen one": _at(
        f"{PROVIDER}.resources.service.change",
        lambda change: lambda old, new, _live: change(old, new, {}),
        f"{OWNERSHIP}::test_a_chosen_region_takes_the_place_of_railways_own",
    ),
    "a commit is sent twice": _at(
        f"{PROVIDER}.railway.commits.Commits.submit",
        _twice_later,
        f"{COUNTS}::test_update_of_a_service",
    ),
    "each change is a commit of its own": _at(
        f"{PROVIDER}.railway.commits.conflicting",
        lambda _original: lambda taken, _patch: bool(taken),
        f"{COMMITS}::test_all_in_one",
    ),
    "changed triggers redeploy nothing": _at(
        f"{PROVIDER}.resources.service.Service._without_commit",
        _without_changed_triggers,
        f"{COUNTS}::test_changed_triggers_redeploy_once",
    ),
    "changed triggers redeploy twice": _at(
        f"{PROVIDER}.resources.service.redeploy",
        _twice_later,
        f"{COUNTS}::test_changed_triggers_redeploy_once",
    ),
    # What goes wrong on the way.
    "a creation of unknown outcome is repeated": _at(
        f"{PROVIDER}.railway.documents.Document.repeatable",
        lambda _original: property(lambda _self: True, lambda _self, _value: None),
        f"{CLIENT}::test_a_creation_of_unknown_outcome_is_not_repeated[answer0]",
        f"{FAULTS}::test_a_fault_at_each_request[Volume-create]",
        f"{LOST}::test_what_was_created_is_found[Service-serviceCreate]",
    ),
    "a lost answer is not looked up": _at(
        f"{PROVIDER}.railway.creation.look_up",
        _answering_later(None),
        f"{LOST}::test_what_was_created_is_found[Service-serviceCreate]",
    ),
    "the journal is ignored": _at(
        f"{PROVIDER}.railway.journal.Journal.find",
        _nothing,
        f"{FAULTS}::test_a_fault_at_each_request[Volume-create]",
        f"{FAULTS}::test_a_fault_at_each_request[Project-create]",
    ),
    "one refused member fails all": _at(
        f"{PROVIDER}.railway.commits.Refused",
        _value_for(ZeroDivisionError),
        f"{COMMITS}::test_only_the_refused_member_fails",
    ),
    "a cancelled member ends the others": _at(
        f"{PROVIDER}.railway.commits.Commits.submit",
        _ending_everything_when_cancelled,
        f"{COMMITS}::test_cancelling_one_leaves_the_others",
    ),
    "a workflow's error is overlooked": _at(
        f"{PROVIDER}.railway.commits.Commits._watch",
        _answering_later(None),
        f"{COMMITS}::test_a_workflow_that_ends_in_an_error_for_one",
    ),
    "somebody's staged changes are no obstacle": _at(
        f"{PROVIDER}.railway.session.EnvironmentSession.ready_for_changes",
        lambda _original: lambda self, status, _touched=None: self.snapshots.known(status),
        f"{STAGED}::test_nothing_is_changed_beside_them[Service]",
    ),
    "state is lost after the first change": _at(
        f"{PROVIDER}.resources.common.PartialFailure",
        lambda _original: lambda _id, _outputs, reasons: UserError("; ".join(reasons)),
        f"{OWNERSHIP}::test_a_service_whose_row_was_made_but_not_configured_goes_on",
    ),
    "what was committed is believed": _at(
        f"{PROVIDER}.railway.commits.missing",
        _answering([]),
        f"{COMMITS}::test_what_didnt_arrive_is_sent_again",
    ),
    # What is read.
    "not authorized means gone": _at(
        f"{PROVIDER}.resources.service.NotFound",
        lambda not_found: (not_found, NotAuthorized),
        f"{GONE}::test_only_not_found_means_gone[denied-Service]",
    ),
    "Railway's defaults are drift": _at(
        f"{PROVIDER}.resources.service_configuration.is_default", _answering(False), f"{LIFE}[Service]"
    ),
    "drift is not seen": _at(
        f"{PROVIDER}.resources.service_configuration.same",
        _answering(True),
        f"{OWNERSHIP}::test_what_was_changed_behind_pulumis_back[change6-expected6]",
    ),
    "what was read once is read for ever": _at(
        f"{PROVIDER}.railway.snapshots.Snapshots.invalidate",
        _nothing,
        f"{ONE_RUN}::test_what_was_changed_is_read_anew[Environment]",
    ),
    "only the first page is read": _at(
        f"{PROVIDER}.railway.snapshots.Snapshots._all",
        lambda _original: _first_page,
        f"{SNAPSHOTS}::test_every_page_is_read",
    ),
    "what is deleted is still there": _at(
        f"{PROVIDER}.railway.snapshots._is_gone",
        _answering(False),
        f"{SNAPSHOTS}::test_what_is_deleted_is_left_out[sign0]",
        f"{SNAPSHOTS}::test_a_deleted_domain_is_left_out[sign0]",
    ),
    "a volume leaves every environment": _at(
        f"{PROVIDER}.resources.volume.Volume._is_elsewhere",
        _answering_later(False),
        f"{OWNERSHIP}::test_two_stacks_share_a_project_and_leave_each_other_alone",
    ),
    # Deployments.
    "a failed deployment is done": _at(
        f"{PROVIDER}.railway.deployments.judge",
        lambda judge: lambda row, kind: judge(row, kind) and Settled(row["id"]),
        f"{DEPLOYMENTS}::test_a_failed_deployment_ends_with_its_log[FAILED]",
        f"{DEPLOYMENTS}::test_the_table[Kind.LONG_RUNNING-FAILED-False-failed]",
    ),
    "an earlier deployment is the own": _at(
        f"{PROVIDER}.resources.deploying.Expected",
        lambda expected: lambda *arguments: expected(*arguments[:4]),
        f"{DEPLOYMENTS}::test_an_earlier_deployment_isnt_taken_for_the_own",
    ),
    "a job is done when it has begun": _at(
        f"{PROVIDER}.railway.deployments.judge",
        lambda judge: lambda row, _kind: judge(row, Kind.CRON),
        f"{DEPLOYMENTS}::test_the_table[Kind.ONE_OFF-SUCCESS-False-going on]",
    ),
    "a deployment's log shows secrets": _at(
        f"{PROVIDER}.railway.redaction.Redactor.__call__",
        lambda _original: lambda _self, text: text,
        f"{DEPLOYMENTS}::test_the_log_shows_no_secret",
    ),
    # Secrets and unknowns.
    "a drifted secret is none": _at(
        f"{PROVIDER}.servicer.keep_secrets",
        _as_given,
        f"{PROTOCOL}/test_lifecycle.py::test_a_drifted_secret_stays_one",
    ),
    "a secret output is none": _at(
        f"{PROVIDER}.outputs.keep_secrets",
        _as_given,
        f"{PROTOCOL}/test_lifecycle.py::test_a_whole_life",
    ),
    "what looks secret is none": _at(
        f"{PROVIDER}.secretness.looks_secret",
        _answering(False),
        f"{PROTOCOL}/test_check.py::test_marks_secrets_by_declaration_and_by_look",
        f"{PROTOCOL}/test_lifecycle.py::test_an_import_marks_secrets_and_takes_the_plain_id",
    ),
    "Railway's words are shown as they are": _at(
        f"{PROVIDER}.railway.client.Client._masked",
        lambda _original: lambda _self, error, _variables: error,
        f"{CLIENT}::test_no_message_holds_a_secret",
    ),
    "an unknown value is a text": _at(
        f"{PROVIDER}.values.UNKNOWN_SENTINELS",
        _value_for(frozenset()),
        f"{PROTOCOL}/test_check.py::test_never_judges_what_is_unknown",
    ),
    "an unknown value is no change": _at(
        f"{PROVIDER}.diff._value",
        lambda compared: (
            lambda declared, old, new, *path, **options: (
                () if is_unknown(new) else compared(declared, old, new, *path, **options)
            )
        ),
        f"{PROTOCOL}/test_diff.py::test_an_unknown_that_cannot_change_in_place_replaces",
    ),
    "a volume may shrink": _at(
        f"{PROVIDER}.resources.volume.Volume.check",
        _answering([]),
        f"{RULES}::test_the_others[resource0-properties0-old0-sizeMb-smaller]",
    ),
    "a policy passes on what is unknown": _at(
        "railway_policies.properties.Properties._read",
        lambda read: lambda self, path: None if isinstance(found := read(self, path), Enum) else found,
        "tests/policies/test_rules.py::test_a_rule_answers"
        "[railway-image-require-version: unknown: the image is unknown]",
        "tests/policies/test_rules.py::test_an_unknown_in_one_resource_hides_no_violation_in_another",
    ),
    # The local Railway.
    "any token is accepted": _at(
        f"{EMULATOR}.endpoint.caller",
        _answering(Caller()),
        "tests/emulator/test_transport.py::test_without_the_account_s_token_nothing_is_authorized[headers1]",
        f"{OWNERSHIP}::test_a_wrong_token_is_said_before_anything_is_changed",
    ),
    "the control API shows secrets": _at(
        f"{EMULATOR}.masking.masked",
        _as_given,
        "tests/emulator/test_control.py::test_no_secret_is_shown[/_local/state]",
    ),
    "anybody may see secrets": _at(
        f"{EMULATOR}.control.Control._reveals",
        lambda _original: lambda _self, request: "reveal" in request.query_params,
        "tests/emulator/test_control.py::test_nothing_else_reveals[wrong-/_local/state]",
    ),
    "a reference is rendered with the wrong service's value": _at(
        f"{EMULATOR}.references.Renderer._referred",
        lambda referred: lambda self, id_, name, trail: referred(self, id_, name.rpartition(".")[2], trail),
        "tests/emulator/test_variables.py"
        "::test_references_render_through_services_shared_variables_and_railway_s_own",
    ),
    "a commit deploys twice": _at(
        f"{EMULATOR}.changes.deploy",
        _twice,
        "tests/emulator/test_deployments.py::test_one_commit_deploys_each_service_it_touches_once",
        f"{COUNTS}::test_create_of_a_service",
    ),
    "no answer is ever lost": _at(
        f"{EMULATOR}.endpoint.TruncatedResponse",
        _value_for(Response),
        "tests/emulator/test_faults.py::test_a_lost_answer_comes_after_the_change",
    ),
}
