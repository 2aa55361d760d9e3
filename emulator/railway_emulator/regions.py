"""The regions services and volumes can be in, by the names that configuration uses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A region, its airport code and, for a deprecated one, what replaces it."""

    name: str
    airport: str
    country: str
    location: str
    replaced_by: str | None = None


REGIONS = (
    Region("us-west2", "sfo", "US", "US West (California, USA)"),
    Region("us-east4-eqdc4a", "iad", "US", "US East (Virginia, USA)"),
    Region("europe-west4-drams3a", "ams", "NL", "EU West (Amsterdam, Netherlands)"),
    Region("asia-southeast1-eqsg3a", "sin", "SG", "Southeast Asia (Singapore)"),
    Region("us-west1", "pdx", "US", "US West (Oregon, USA)", replaced_by="us-west2"),
)
DEFAULT_REGION = REGIONS[0].name
REGION_NAMES = frozenset(region.name for region in REGIONS)
