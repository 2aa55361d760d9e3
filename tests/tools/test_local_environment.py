"""What the local commands take over from whoever calls them."""

import pytest

from tools.local.environment import harmless, is_on_this_machine, port, refuse_foreign_environment
from tools.local.errors import LocalError


def test_nothing_of_a_real_account_reaches_a_child() -> None:
    kept = {"PATH": "/bin", "ETALLY_POSTGRES__VOLUME_GB": "7", "BIN_PULUMI": "pinned"}
    removed = {
        "RAILWAY_TOKEN": "t",
        "RAILWAY_API_TOKEN": "t",
        "RAILWAY_ENDPOINT": "https://backboard.railway.com/graphql/v2",
        "PULUMI_ACCESS_TOKEN": "t",
        "PULUMI_BACKEND_URL": "s3://bucket",
        "ETALLY_SECRETS": "{}",
        "ETALLY_SECRETS__JWT_SECRET": "t",
        "ETALLY_RAILWAY__PROJECT": "an id",
    }
    assert harmless(kept | removed) == kept


@pytest.mark.parametrize(("text", "expected"), [("", 8790), ("1", 1), ("65535", 65535)])
def test_port(monkeypatch: pytest.MonkeyPatch, text: str, expected: int) -> None:
    monkeypatch.setenv("RAILWAY_LOCAL_PORT", text)
    assert port() == expected


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80 ", "٣", "1.5"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("RAILWAY_LOCAL_PORT", text)
    with pytest.raises(LocalError, match=r"RAILWAY_LOCAL_PORT is .* between 1 and 65535"):
        port()


@pytest.mark.parametrize(
    ("endpoint", "here"),
    [
        ("http://127.0.0.1:8790/graphql/v2", True),
        ("http://localhost/graphql/v2", True),
        ("http://[::1]:1/", True),
        ("https://backboard.railway.com/graphql/v2", False),
        ("http://127.0.0.1.example.org/", False),
        ("http://localhost@example.org/", False),
        ("127.0.0.1:8790", False),
        ("http://[", False),
    ],
)
def test_endpoints_on_this_machine(endpoint: str, here: bool) -> None:
    assert is_on_this_machine(endpoint) is here


def test_an_environment_that_means_a_real_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILWAY_ENDPOINT", "https://backboard.railway.com/graphql/v2")
    with pytest.raises(LocalError, match=r"RAILWAY_ENDPOINT .* unset it, or use `bin/pulumi up`"):
        refuse_foreign_environment()
