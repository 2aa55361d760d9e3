"""What it costs, and whether it runs as production does."""

from tests.policies.cases.base import API, VOLUME_ALONE, built, case, shared
from tests.policies.stacks import Declared, secret, service, unknown

BUDGET = "railway-stack-require-budget"
MANY = "railway-service-disallow-many-replicas"
LARGE = "railway-service-disallow-large-limits"
NODE_ENV = "railway-node-env-require-production"
LOG_LEVEL = "railway-log-level-disallow-debug"
STAND_IN = "railway-secret-disallow-stand-in"

STRONG = "hW3n7Kq9Zt5Rb2Xc8Vm4"


def scaled(replicas: object) -> Declared:
    """A server in some replicas."""
    return built("api", deploy={"multiRegionConfig": {"eu": {"numReplicas": replicas}}})


def limited(replicas: object = 1, **containers: object) -> Declared:
    """A server whose replicas have limits."""
    deploy = {
        "multiRegionConfig": {"eu": {"numReplicas": replicas}},
        "limitOverride": {"containers": containers},
    }
    return built("api", deploy=deploy)


def disk(size: object) -> Declared:
    """A volume."""
    return Declared("Volume", "disk", {"sizeMb": size})


CASES = [
    # One replica of the assumed size costs $7.
    case(BUDGET, "passes", "within", scaled(14)),
    case(BUDGET, "passes", "to the cent", scaled(1), disk(20_000), dollarsPerMonth=10),
    case(BUDGET, "passes", "does not apply to an empty stack"),
    case(BUDGET, "violates", "beyond", scaled(15)),
    case(BUDGET, "violates", "a GB too much", scaled(1), disk(21_000), dollarsPerMonth=10),
    case(BUDGET, "violates", "other assumptions", scaled(1), memoryGb={"api": 12}),
    case(BUDGET, "passes", "limits below what is assumed", limited(20, cpu=0.05, memoryBytes=400_000_000)),
    case(BUDGET, "passes", "limits above what is assumed", limited(14, cpu=4, memoryBytes=4_000_000_000)),
    case(BUDGET, "violates", "beyond, with limits", limited(21, cpu=0.05, memoryBytes=400_000_000)),
    case(BUDGET, "violates", "a limit of one alone", limited(17, cpu=0.05)),
    case(BUDGET, "passes", "the most", limited(cpu=2, memoryBytes=6_000_000_000), atLimits=True),
    case(BUDGET, "violates", "beyond at most", limited(cpu=2, memoryBytes=6_100_000_000), atLimits=True),
    case(BUDGET, "violates", "the most without limits", scaled(15), atLimits=True),
    case(BUDGET, "unknown", "a limit is unknown", limited(15, cpu=unknown())),
    case(BUDGET, "violates", "another one is beyond", limited(cpu=unknown()), disk(700_000)),
    case(BUDGET, "unknown", "replicas are unknown", scaled(unknown())),
    case(BUDGET, "unknown", "a size is unknown", disk(unknown())),
    case(MANY, "passes", "five", scaled(5)),
    case(MANY, "passes", "does not apply to volumes", VOLUME_ALONE),
    case(MANY, "violates", "six", scaled(6)),
    case(MANY, "violates", "more than configured", scaled(2), maximum=1),
    case(MANY, "unknown", "it is unknown", scaled(unknown())),
    case(LARGE, "passes", "eight", limited(cpu=8, memoryBytes=8_000_000_000)),
    case(LARGE, "passes", "the plan's", scaled(1)),
    case(LARGE, "passes", "another space", limited(diskBytes=100_000_000_000)),
    case(LARGE, "passes", "others need them", scaled(1), services=["other"]),
    case(LARGE, "passes", "does not apply to volumes", VOLUME_ALONE),
    case(LARGE, "violates", "too many processors", limited(cpu=8.5)),
    case(LARGE, "violates", "too much memory", limited(memoryBytes=8_000_000_001)),
    case(LARGE, "violates", "more processors than configured", limited(cpu=1), vcpu=0.5),
    case(LARGE, "violates", "more memory than configured", limited(memoryBytes=1_000_000_000), memoryGb=0.5),
    case(LARGE, "violates", "none where they are needed", scaled(1), services=["a*"]),
    case(LARGE, "violates", "one where both are needed", limited(cpu=1), services=["api"]),
    case(LARGE, "violates", "one, the other is unknown", limited(cpu=9, memoryBytes=unknown())),
    case(LARGE, "unknown", "the processors are unknown", limited(cpu=unknown())),
    case(LARGE, "unknown", "the memory is unknown", limited(cpu=1, memoryBytes=unknown())),
    case(LARGE, "unknown", "all limits are unknown", built("api", deploy={"limitOverride": unknown()})),
    case(NODE_ENV, "passes", "production", built("api", variables={"NODE_ENV": "production"})),
    case(NODE_ENV, "passes", "does not apply to other programs", API),
    case(NODE_ENV, "violates", "development", built("api", variables={"NODE_ENV": "development"})),
    case(NODE_ENV, "violates", "missing where it is needed", built("api", variables={}), services=["a*"]),
    case(NODE_ENV, "unknown", "it is unknown", built("api", variables={"NODE_ENV": unknown()})),
    case(LOG_LEVEL, "passes", "info", built("api", variables={"LOG_LEVEL": "info", "DEBUG": "false"})),
    case(LOG_LEVEL, "passes", "does not apply to other variables", built("api", variables={"MODE": "debug"})),
    case(LOG_LEVEL, "violates", "debug", built("api", variables={"LOG_LEVEL": "Debug"})),
    case(LOG_LEVEL, "violates", "a shared level", shared(LOG_LEVEL="trace")),
    case(LOG_LEVEL, "violates", "everything", built("api", variables={"DEBUG": "*"})),
    case(LOG_LEVEL, "unknown", "it is unknown", built("api", variables={"LOG_LEVEL": unknown()})),
    case(LOG_LEVEL, "unknown", "the variables are unknown", service("api", variables=unknown())),
    case(STAND_IN, "passes", "a secret of its own", built("api", variables={"PASSWORD": secret(STRONG)})),
    case(
        STAND_IN, "passes", "does not apply to other variables", built("api", variables={"NAME": "example"})
    ),
    case(STAND_IN, "violates", "a stand-in", built("api", variables={"TOKEN": secret(f"stand-in-{STRONG}")})),
    case(STAND_IN, "violates", "as configured", built("api", variables={"TOKEN": "t0-x"}), standIns=["t0-*"]),
    case(STAND_IN, "unknown", "it is unknown", built("api", variables={"TOKEN": unknown()})),
    case(STAND_IN, "unknown", "the variables are unknown", service("api", variables=unknown())),
]
