"""Serves the policies to the engine, which starts this folder with `--policy-pack policies`."""

import sys

from pulumi.runtime import get_config_env
from pulumi_policy import EnforcementLevel, PolicyPack

from railway_policies import PACK_NAME, policies
from railway_policies.pack import ABOUTS
from railway_policies.stack_configuration import ConfigurationError, initial_configuration
from railway_policies.surroundings import Surroundings

configuration = get_config_env()
try:
    initial = initial_configuration(configuration, ABOUTS)
except ConfigurationError as problem:
    sys.exit(f"The stack's configuration of the policies can't be used. {problem}")

PolicyPack(
    name=PACK_NAME,
    policies=policies(Surroundings(configuration=configuration)),
    enforcement_level=EnforcementLevel.MANDATORY,
    initial_config=initial,
    display_name="Railway",
    provider="railway",
)
