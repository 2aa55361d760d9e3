"""Defects put into the emulator on purpose: each must turn the test that is named for it red."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from railway_emulator import (
    Emulator,
    ManualClock,
    access,
    changes,
    configuration,
    deployments,
    masking,
    references,
    rules,
    store,
    views,
)
from tests.emulator import test_commits as commits
from tests.emulator import test_control as control
from tests.emulator import test_deployments as deployment
from tests.emulator import test_projects as projects
from tests.emulator import test_transport as transport
from tests.emulator import test_variables as variables
from tests.emulator import test_volumes as volumes
from tests.emulator.client import World

Scenario = Callable[[World], Any]


def _nothing(*_arguments: Any, **_options: Any) -> None:
    """Does nothing where something should be done."""


def _itself(value: Any, *_arguments: Any, **_options: Any) -> Any:
    """Returns what it was given where something else should come back."""
    return value


def _absent_is_null(document: Any, patch: Any) -> Any:
    del document
    if not isinstance(patch, dict):
        return patch
    return {key: _absent_is_null(None, value) for key, value in patch.items() if value is not None}


def _null_is_absent(document: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    kept = dict(document) if isinstance(document, dict) else {}
    return {**kept, **{k: _null_is_absent(kept.get(k), v) for k, v in patch.items() if v is not None}}


def _everything_changed(before: Any, after: Any) -> list[str]:
    del before
    return [key for key, service in after["services"].items() if configuration.has_source(service)]


DEFECTS: list[tuple[object, str, Any, Scenario]] = [
    (configuration, "merged", _absent_is_null, commits.test_an_absent_key_keeps_and_null_clears),
    (configuration, "merged", _null_is_absent, commits.test_an_absent_key_keeps_and_null_clears),
    (
        configuration,
        "deepcopy",
        _itself,
        commits.test_a_refused_change_leaves_no_trace_in_what_it_only_passed_by,
    ),
    (
        configuration,
        "_service_with_defaults",
        lambda _before, service, _patch: service,
        commits.test_defaults_are_materialised_and_come_back_when_cleared,
    ),
    (views, "masked", _itself, commits.test_variables_are_masked_unless_asked_for),
    (configuration, "HIDDEN", "p", commits.test_registry_credentials_are_never_read_back),
    (
        changes,
        "changed_services",
        _everything_changed,
        deployment.test_one_commit_deploys_each_service_it_touches_once,
    ),
    (
        changes,
        "changed_services",
        _everything_changed,
        deployment.test_a_commit_that_changes_nothing_deploys_nothing,
    ),
    (
        configuration,
        "DEPLOYING_GROUPS",
        (*configuration.DEPLOYING_GROUPS, "networking"),
        deployment.test_domains_and_renames_of_volumes_do_not_deploy,
    ),
    (
        configuration,
        "changed_shared_variables",
        lambda _before, _after: set(),
        deployment.test_a_shared_variable_deploys_who_refers_to_it,
    ),
    (deployments, "_retire_older", _nothing, deployment.test_the_newest_success_removes_the_older_one),
    (
        references,
        "_REFERENCE",
        re.compile("(?!)"),
        variables.test_references_render_through_services_shared_variables_and_railway_s_own,
    ),
    (
        references,
        "system_variables",
        lambda *_arguments: {},
        variables.test_a_container_gets_railway_s_variables,
    ),
    (rules, "_check_volume", _nothing, volumes.test_a_volume_grows_and_never_shrinks),
    (rules, "_check_mounts", _nothing, volumes.test_a_service_has_one_volume),
    (rules, "_check_shared_mounts", _nothing, volumes.test_a_volume_has_one_service),
    (rules, "_known", _nothing, volumes.test_the_size_s_key_is_spelt_as_on_the_wire),
    (views, "mounted_by", _nothing, volumes.test_an_update_with_the_service_keeps_it_attached),
    (
        access.Caller,
        "reaches",
        lambda *_arguments: True,
        transport.test_a_project_token_reaches_its_environment_and_no_other,
    ),
    (
        access.Access,
        "target_environments",
        lambda caller, project, _id: caller.railway.environments(project),
        projects.test_an_absent_environment_means_all_and_null_means_none,
    ),
    (masking, "_MAPS_OF_VALUES", frozenset[str](), control.test_masking_keeps_names_and_structure),
]


@pytest.mark.parametrize(
    ("owner", "name", "defect", "scenario"),
    DEFECTS,
    ids=[
        f"{name}-{getattr(defect, '__name__', 'value')}-{test.__name__}" for _, name, defect, test in DEFECTS
    ],
)
def test_a_seeded_defect_turns_its_test_red(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, defect: Any, scenario: Scenario
) -> None:
    scenario(World(Emulator(clock=ManualClock())))
    monkeypatch.setattr(owner, name, defect)
    with pytest.raises((Exception, pytest.fail.Exception)):
        scenario(World(Emulator(clock=ManualClock())))


def test_a_state_that_is_not_kept_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(store.Store, "save", _nothing)
    with pytest.raises((AssertionError, FileNotFoundError)):
        control.test_state_survives_in_its_private_file(tmp_path)
