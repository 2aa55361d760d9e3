from __future__ import annotations

import pytest

from pulumi_resource_railway.configuration import ProviderInputs
from pulumi_resource_railway.errors import UserError
from pulumi_resource_railway.railway.credentials import RAILWAY_ENDPOINT, is_railways_own, resolve

LOCAL = "http://127.0.0.1:8790/graphql/v2"


@pytest.mark.parametrize(
    ("configuration", "environment", "header", "value", "source"),
    [
        (ProviderInputs(token="t"), {}, "Authorization", "Bearer t", "railway:token"),
        (ProviderInputs(project_token="p"), {}, "Project-Access-Token", "p", "railway:projectToken"),
        (ProviderInputs(), {"RAILWAY_API_TOKEN": "a"}, "Authorization", "Bearer a", "RAILWAY_API_TOKEN"),
        (ProviderInputs(), {"RAILWAY_TOKEN": "p"}, "Project-Access-Token", "p", "RAILWAY_TOKEN"),
        (
            ProviderInputs(),
            {"RAILWAY_TOKEN": "p", "RAILWAY_API_TOKEN": "a"},
            "Project-Access-Token",
            "p",
            "RAILWAY_TOKEN",
        ),
        (ProviderInputs(token=" t\n"), {"RAILWAY_TOKEN": "p"}, "Authorization", "Bearer t", "railway:token"),
    ],
)
def test_which_token_in_which_header(
    configuration: ProviderInputs, environment: dict[str, str], header: str, value: str, source: str
) -> None:
    credentials = resolve(configuration, environment)
    assert (credentials.header, credentials.value, credentials.source) == (header, value, source)
    assert credentials.endpoint == RAILWAY_ENDPOINT
    assert credentials.dashboard == "https://railway.com"
    assert "value" not in repr(credentials)


@pytest.mark.parametrize(
    "endpoint",
    [
        LOCAL,
        "https://railway.example/graphql/v2",
        "https://railway.com.evil.example/graphql/v2",
        "https://evilrailway.com/graphql/v2",
        "https://railway.com@evil.example/graphql/v2",
    ],
)
@pytest.mark.parametrize("variable", ["RAILWAY_API_TOKEN", "RAILWAY_TOKEN"])
def test_a_token_from_the_environment_never_leaves_for_another_endpoint(endpoint: str, variable: str) -> None:
    for configuration, environment in [
        (ProviderInputs(endpoint=endpoint), {variable: "mine-alone"}),
        (ProviderInputs(), {variable: "mine-alone", "RAILWAY_ENDPOINT": endpoint}),
    ]:
        with pytest.raises(UserError) as failure:
            resolve(configuration, environment)
        assert "mine-alone" not in str(failure.value)


def test_a_token_of_the_stack_goes_to_its_endpoint() -> None:
    credentials = resolve(ProviderInputs(token="t", endpoint=LOCAL), {"RAILWAY_API_TOKEN": "a"})
    assert (credentials.endpoint, credentials.value) == (LOCAL, "Bearer t")
    assert credentials.dashboard == "http://127.0.0.1:8790"


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (ProviderInputs(), "No token for Railway"),
        (ProviderInputs(token="t", project_token="p"), "remove one"),
        (ProviderInputs(token="t", endpoint="ftp://railway.com"), "http or https"),
        (ProviderInputs(token="t", endpoint="http://example.com/graphql"), "unencrypted"),
        (ProviderInputs(token="t", endpoint="https://user:word@example.com/"), "user or password"),
        (ProviderInputs(token="two words"), "characters that no token has"),
        (ProviderInputs(token="  "), "railway:token holds nothing but spaces"),
    ],
)
def test_what_cant_be_used_is_explained(configuration: ProviderInputs, words: str) -> None:
    with pytest.raises(UserError, match=words):
        resolve(configuration, {})


@pytest.mark.parametrize(
    ("endpoint", "own"),
    [
        (RAILWAY_ENDPOINT, True),
        ("https://backboard.railway.app/graphql/v2", True),
        ("http://backboard.railway.com/graphql/v2", False),
        ("https://railway.com.example/", False),
    ],
)
def test_railways_own_hosts(endpoint: str, own: bool) -> None:
    assert is_railways_own(endpoint) is own
