"""The provider's own configuration: which Railway, and with which token."""

from __future__ import annotations

from typing import Literal

from pulumi_resource_railway.declaration import Model, field


class ProviderInputs(Model):
    """The properties of `railway:…` in a stack's configuration, and of an explicit provider."""

    token: str | None = field(
        doc="A token of an account or a workspace. Without it, `RAILWAY_API_TOKEN` or `RAILWAY_TOKEN` (a "
        "project's token) is taken from the environment, and sent to Railway's own hosts only.",
        default=None,
        secret=True,
    )
    project_token: str | None = field(
        doc="A token of one environment of one project; instead of `token`.", default=None, secret=True
    )
    endpoint: str | None = field(
        doc="The address of another Railway's GraphQL API, such as a local one. It needs a `token` or "
        "`projectToken` of its own. Without it, `RAILWAY_ENDPOINT` is taken from the environment.",
        default=None,
    )
    staged_changes: Literal["stop", "keep"] | None = field(
        doc="What happens in an environment in which somebody has staged changes, that is, prepared them in "
        "Railway's dashboard without deploying them. `stop`, which holds when this is absent: nothing is changed "
        "there, and the error names what is staged. `keep`: the run goes on, and what is staged stays staged, neither "
        "deployed nor discarded; it still stops where it would change the same object.",
        default=None,
        enum_name="StagedChanges",
    )
