"""What settings name and Railway has to be asked for."""

import pulumi
import pulumiverse_railway as railway


def environment_named(name: str, project_id: str) -> str:
    """The id of a project's environment. Asks Railway, in a preview too.

    Raises:
        pulumi.RunError: There is none of that name, or the project can't be read; the message says what to set.
    """
    try:
        found = railway.get_project(id=project_id).environments
    except Exception as error:  # noqa: BLE001  # the SDK has no kind of its own for what a provider refuses
        raise pulumi.RunError(
            f"railway.environment {name!r} can't be looked up in railway.project {project_id!r}: {error}\n"
            "  An environment that is named by railway.environmentId is not looked up."
        ) from None
    ids = {environment.name: environment.id for environment in found}
    if name not in ids:
        raise pulumi.RunError(
            f"railway.environment {name!r} is not an environment of railway.project {project_id!r}, "
            f"which has {', '.join(sorted(ids)) or 'none'}. Set one of these, or have it made:\n"
            "  pulumi config set --path 'railway.environmentId' create"
        )
    return ids[name]
