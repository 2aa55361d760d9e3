"""What is secret, and how well."""

from tests.policies.cases.base import API, VOLUME_ALONE, case, shared
from tests.policies.stacks import Declared, secret, service, unknown

SECRET = "railway-variable-require-secret"
WEAK = "railway-secret-disallow-weak-value"
SHARED = "railway-secret-disallow-sharing"
SOON = "railway-secret-suggest-rotation"
OLD = "railway-secret-require-rotation"
COMMAND = "railway-command-disallow-secret"

GOOD = "hW3n7Kq9Zt5Rb2Xc8Vm4"
OTHER = "p6Ys1Jd0Gf7Lk3Qz9Nw5"
URL = "postgres://app:hW3n7Kq9Zt5R@db.example.org/shop"


def using(name: str = "api", /, **variables: object) -> Declared:
    """A service with some variables."""
    return service(name, variables=variables)


CASES = [
    case(SECRET, "passes", "a secret", using(PASSWORD=secret(GOOD), PORT="80")),
    case(SECRET, "passes", "references", using(PASSWORD="${{db.PASSWORD}}", TOKEN="${{shared.TOKEN}}")),
    case(SECRET, "passes", "a URL made of references", using(URL="redis://:${{db.PASSWORD}}@${{db.HOST}}")),
    case(SECRET, "passes", "what speaks about a secret", using(TOKEN_TTL="600", PASSWORD_FILE="/run/p")),
    case(SECRET, "passes", "a commit", using(GIT_SHA="3f2a9c1d" * 5)),
    case(SECRET, "passes", "what is public by configuration", using(PASSWORD="guest"), public=["PASSW*"]),
    case(SECRET, "passes", "does not apply to volumes", VOLUME_ALONE),
    case(SECRET, "violates", "a password in the clear", using(PASSWORD=GOOD)),
    case(SECRET, "violates", "a URL with a password", using(DATABASE_URL=URL)),
    case(SECRET, "violates", "a key", using(SIGNING_KEY=GOOD)),
    case(SECRET, "violates", "something long and random", using(X="0123456789abcdef" * 2)),
    case(SECRET, "violates", "a name that is configured", using(DSN="a"), names=["DSN"]),
    case(SECRET, "violates", "a shared password", shared(PASSWORD=GOOD)),
    case(WEAK, "violates", "a shared one", shared(PASSWORD=secret("changeme"))),
    case(SHARED, "violates", "a shared variable and a service", shared(TOKEN=GOOD), using(PASSWORD=GOOD)),
    case(SOON, "violates", "a shared one", shared(PASSWORD=GOOD), setOn={"PASS*": "2026-08-26"}),
    case(SECRET, "unknown", "the variables are unknown", service("api", variables=unknown())),
    case(SECRET, "unknown", "a value is unknown", using(X=unknown())),
    case(WEAK, "passes", "a random one", using(PASSWORD=secret(GOOD))),
    case(WEAK, "passes", "a reference", using(PASSWORD="${{db.PASSWORD}}")),
    case(WEAK, "passes", "a user's name", using(MINIO_ROOT_USER="admin")),
    case(WEAK, "passes", "does not apply to volumes", VOLUME_ALONE),
    case(WEAK, "violates", "a known one", using(JWT_SECRET=secret("your-secret-key"))),
    case(WEAK, "violates", "a known one with an end", using(PASSWORD=secret("minioadmin-2025-11-25"))),
    case(WEAK, "violates", "a short one", using(PASSWORD=secret("x7Qp2"))),
    case(WEAK, "violates", "shorter than configured", using(PASSWORD=secret(GOOD)), minimumLength=32),
    case(WEAK, "violates", "a monotonous one", using(TOKEN=secret("ab" * 20))),
    case(WEAK, "unknown", "it is unknown", using(PASSWORD=secret(unknown()))),
    case(WEAK, "unknown", "the variables are unknown", service("api", variables=unknown())),
    case(SHARED, "passes", "two secrets", using("a", PASSWORD=GOOD), using("b", PASSWORD=OTHER)),
    case(SHARED, "passes", "a reference", using("a", PASSWORD=GOOD), using("b", PASSWORD="${{a.PASSWORD}}")),
    case(SHARED, "passes", "the same port", using("a", PORT="80"), using("b", PORT="80")),
    case(SHARED, "passes", "does not apply to volumes", VOLUME_ALONE),
    case(
        SHARED,
        "violates",
        "in two services",
        using("a", PASSWORD=secret(GOOD), TOKEN=unknown()),
        using("b", TOKEN=GOOD),
    ),
    case(SHARED, "violates", "in one service", using(JWT_SECRET=GOOD, REFRESH_SECRET=GOOD)),
    case(SHARED, "unknown", "one is unknown", using("a", PASSWORD=GOOD), using("b", PASSWORD=unknown())),
    case(SOON, "passes", "a young one", using(PASSWORD=GOOD), setOn={"PASSWORD": "2026-11-01"}),
    case(SOON, "passes", "on its last day", using(PASSWORD=GOOD), setOn={"PASS*": "2026-08-27"}),
    case(SOON, "passes", "does not apply without secrets", API),
    case(SOON, "violates", "one day later", using(PASSWORD=GOOD), setOn={"PASS*": "2026-08-26"}),
    case(SOON, "unknown", "no day", using(PASSWORD=GOOD, TOKEN=OTHER), setOn={"TOKEN": "2026-11-01"}),
    case(SOON, "unknown", "the variables are unknown", service("api", variables=unknown())),
    case(OLD, "passes", "after 100 days", using(PASSWORD=GOOD), setOn={"PASSWORD": "2026-08-17"}),
    case(OLD, "passes", "does not apply without secrets", API),
    case(OLD, "violates", "after 181 days", using(PASSWORD=GOOD), setOn={"PASSWORD": "2026-05-28"}),
    case(OLD, "violates", "after its bound", using(PASSWORD=GOOD), setOn={"PASSWORD": "2026-11-01"}, days=7),
    case(OLD, "unknown", "no day", using(PASSWORD=GOOD)),
    case(OLD, "unknown", "the variables are unknown", service("api", variables=unknown())),
    *(
        case(COMMAND, "passes", command, service("api", deploy={"startCommand": command}))
        for command in (
            "redis-server --requirepass $REDIS_PASSWORD",
            'echo "requirepass $REDIS_PASSWORD" > $configuration',
            "PASSWORD=${PASSWORD} node server.js",
            "node server.js --token-ttl 600",
        )
    ),
    case(COMMAND, "passes", "does not apply without commands", API),
    *(
        case(COMMAND, "violates", command, service("api", deploy={"startCommand": command}))
        for command in (
            "redis-server --requirepass hunter22",
            "PASSWORD=hunter22 node server.js",
            "app --api-key=abcd1234",
            "app --db-password 'abcd1234'",
            f"psql {URL}",
        )
    ),
    case(
        COMMAND,
        "violates",
        "its own secret before a deployment",
        service("api", variables={"TOKEN": secret(GOOD)}, deploy={"preDeployCommand": f"migrate {GOOD}"}),
    ),
    case(COMMAND, "violates", "in a build", service("api", build={"buildCommand": "TOKEN=abcd1234 make"})),
    case(COMMAND, "unknown", "it is unknown", service("api", deploy={"startCommand": unknown()})),
    case(
        COMMAND,
        "unknown",
        "its secrets are unknown",
        service("api", variables={"TOKEN": unknown()}, deploy={"startCommand": "migrate abc"}),
    ),
]
