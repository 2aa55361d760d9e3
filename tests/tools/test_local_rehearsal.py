"""What a rehearsal takes for a failure."""

import pytest

from tools.local.rehearsal import Deployed, deployed_services


@pytest.mark.parametrize(
    ("statuses", "empty", "problem"),
    [
        (("SUCCESS",), (), ""),
        ((), (), "deployments: none, expected exactly one, SUCCESS"),
        (("SUCCESS", "SUCCESS"), (), "deployments: SUCCESS, SUCCESS, expected exactly one, SUCCESS"),
        (("CRASHED",), (), "deployments: CRASHED, expected exactly one, SUCCESS"),
        (("SUCCESS",), ("A", "B"), "variables that render empty: A, B"),
    ],
)
def test_problems(statuses: tuple[str, ...], empty: tuple[str, ...], problem: str) -> None:
    assert Deployed("api", statuses, empty, ()).problem == problem


def test_services_are_read_from_every_environment_by_name() -> None:
    def instance(name: str, *domains: str) -> dict[str, object]:
        return {"serviceId": name, "serviceName": name, "domains": [{"domain": domain} for domain in domains]}

    deployment = {"serviceId": "a", "status": "SUCCESS", "snapshot": {"variables": {"SET": "x", "EMPTY": ""}}}
    contents = {
        "projects": [
            {
                "environments": [
                    {"serviceInstances": [instance("b")], "deployments": []},
                    {"serviceInstances": [instance("a", "a.example.org")], "deployments": [deployment]},
                ]
            }
        ]
    }
    assert deployed_services(contents) == [
        Deployed("a", ("SUCCESS",), ("EMPTY",), ("a.example.org",)),
        Deployed("b", (), (), ()),
    ]
