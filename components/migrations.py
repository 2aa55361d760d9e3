"""How the application's database is migrated before a deployment."""

import shlex
from typing import Literal

# The image has no package.json: npx finds Prisma, and no npm script would run.
_MIGRATE = "npx prisma migrate deploy"


def pre_deploy_command(migrations: Literal["auto", "manual"], approved: str | None) -> str:
    """What runs before a deployment gets any request; when it fails, the one that runs stays.

    With manual migrations, a deployment whose migrations are not all applied fails with the command that
    approves them: it names the newest, so what comes after it needs an approval of its own.
    """
    if migrations == "auto":
        return _MIGRATE
    script = "; ".join(
        (
            "if npx prisma migrate status",
            "then exit 0",
            "fi",
            # The order of Prisma: by name, byte by byte.
            "newest=$(cd prisma/migrations && ls -d */ | LC_ALL=C sort | tail -n 1 | tr -d /)",
            f'if [ "$newest" = "{approved or ""}" ]',
            f"then exec {_MIGRATE}",
            "fi",
            'echo "The database is not as this commit wants it: see above." >&2',
            'echo "Where migrations are pending, this approves them, and deploys:" >&2',
            'echo "  pulumi config set --path api.approvedMigration $newest && pulumi up" >&2',
            "exit 1",
        )
    )
    return f"/bin/sh -c {shlex.quote(script)}"
