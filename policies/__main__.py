"""Serves the policies to the engine, which starts this folder with `--policy-pack policies`."""

from pulumi_policy import EnforcementLevel, PolicyPack

from railway_policies import PACK_NAME, policies

PolicyPack(
    name=PACK_NAME,
    policies=policies(),
    enforcement_level=EnforcementLevel.MANDATORY,
    display_name="Railway",
    provider="railway",
)
