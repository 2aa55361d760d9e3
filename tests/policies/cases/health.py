"""Whether it keeps running."""

from tests.policies.cases.base import API, POSTGRES, UNKNOWN_IMAGE, built, case, public
from tests.policies.stacks import Declared, domain, service, unknown

CHECK = "railway-public-service-require-healthcheck"
RESTART = "railway-public-service-require-restart"
MIGRATION = "railway-database-client-require-migration"
OVERLAP = "railway-service-require-overlap"

HEALTHY = service("web", "nginx:1.27", deploy={"healthcheckPath": "/", "restartPolicyType": "ALWAYS"})
BARE = service("web", "nginx:1.27")
FRAIL = service("web", "nginx:1.27", deploy={"restartPolicyType": "NEVER"})
VAGUE = service("web", "nginx:1.27", deploy=unknown())
NOWHERE = Declared("ServiceDomain", "bare", {"serviceId": "1f0"})


def migrating(command: object = None, /, **properties: object) -> Declared:
    """A server with a database."""
    deploy = {} if command is None else {"preDeployCommand": command}
    return built("api", variables={"DATABASE_URL": "${{db.DATABASE_URL}}"}, deploy=deploy, **properties)


CASES = [
    case(CHECK, "passes", "a health check", HEALTHY, public(HEALTHY)),
    case(CHECK, "passes", "does not apply to what isn't public", BARE),
    case(CHECK, "passes", "a database is another rule's concern", POSTGRES, public(POSTGRES)),
    case(CHECK, "violates", "none", BARE, public(BARE)),
    case(CHECK, "violates", "none behind Railway's domain", FRAIL, domain("d", FRAIL)),
    case(CHECK, "unknown", "it is unknown", VAGUE, public(VAGUE)),
    case(CHECK, "unknown", "the image is unknown", UNKNOWN_IMAGE, public(UNKNOWN_IMAGE)),
    case(CHECK, "unknown", "a bare id", BARE, NOWHERE),
    case(RESTART, "passes", "it restarts", HEALTHY, public(HEALTHY)),
    case(RESTART, "passes", "does not apply to what isn't public", FRAIL),
    case(RESTART, "violates", "never", FRAIL, public(FRAIL)),
    case(RESTART, "violates", "nothing said", BARE, public(BARE)),
    case(RESTART, "unknown", "it is unknown", VAGUE, public(VAGUE)),
    case(RESTART, "unknown", "one of two", API, HEALTHY, domain("d", API, HEALTHY)),
    case(MIGRATION, "passes", "it migrates", migrating("npx prisma migrate deploy")),
    case(MIGRATION, "passes", "by a command of its own", migrating("bin/prepare"), commands=["bin/*"]),
    case(MIGRATION, "passes", "does not apply without a database", API),
    case(
        MIGRATION,
        "passes",
        "does not apply to an image",
        service("db", "postgres:16.4", variables={"DATABASE_URL": "x"}),
    ),
    case(
        MIGRATION,
        "passes",
        "does not apply to what runs by a schedule",
        built("job", variables={"DATABASE_URL": "x"}, deploy={"cronSchedule": "0 3 * * *"}),
    ),
    case(MIGRATION, "violates", "no command", migrating()),
    case(MIGRATION, "violates", "another command", migrating("echo hello")),
    case(MIGRATION, "unknown", "the command is unknown", migrating(unknown())),
    case(MIGRATION, "unknown", "the variables are unknown", built("api", variables=unknown(), deploy={})),
    case(
        OVERLAP, "passes", "it overlaps", built("api", deploy={"healthcheckPath": "/", "overlapSeconds": 5})
    ),
    case(
        OVERLAP, "passes", "it drains", built("api", deploy={"healthcheckPath": "/", "drainingSeconds": 30})
    ),
    case(OVERLAP, "passes", "does not apply to an image", HEALTHY),
    case(OVERLAP, "passes", "does not apply to what serves nobody", built("worker", deploy={})),
    case(
        OVERLAP,
        "passes",
        "does not apply with a volume",
        built("api", deploy={"healthcheckPath": "/"}, volumeMounts=[{"mountPath": "/d"}]),
    ),
    case(OVERLAP, "violates", "neither", built("api", deploy={"healthcheckPath": "/"})),
    case(
        OVERLAP, "violates", "too short", built("api", deploy={"healthcheckPath": "/", "overlapSeconds": 2})
    ),
    case(OVERLAP, "unknown", "it is unknown", built("api", deploy=unknown())),
    case(
        OVERLAP,
        "unknown",
        "the mounts are unknown",
        built("api", deploy={"healthcheckPath": "/"}, volumeMounts=unknown()),
    ),
]
