"""Policies for projects that run on Railway: what must not reach an account, whoever wrote the program.

Every rule judges each resource alone, by typed views that read one property at a time. What is unknown in a
preview is never taken for a pass: see `railway_policies.companions`.
"""

from railway_policies.pack import PACK_NAME, RULES, policies

__all__ = ["PACK_NAME", "RULES", "policies"]
