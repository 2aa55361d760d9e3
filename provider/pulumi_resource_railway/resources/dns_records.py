"""The DNS records that a custom domain needs, in an order that stays the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pulumi_resource_railway.declaration import Model, field

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRAFFIC_ROUTE: Final = "TRAFFIC_ROUTE"
_OWNERSHIP: Final = "OWNERSHIP"
_OWNERSHIP_PREFIX: Final = "railway-verify="


class DnsRecord(Model):
    """One record to set at the domain's DNS provider."""

    purpose: str = field(
        doc="What the record is for: `TRAFFIC_ROUTE`, `OWNERSHIP` or `ACME_DNS01_CHALLENGE` (a wildcard's "
        "certificate)."
    )
    record_type: str = field(doc="`CNAME`, `TXT`, `A` or `NS`.")
    hostlabel: str = field(
        doc="The record's name within the zone, as most DNS providers ask for it; empty for the zone itself."
    )
    fqdn: str = field(doc="The record's whole name.")
    zone: str = field(doc="The zone that the record belongs to.")
    required_value: str = field(doc="The value to set.")


def required_records(domain: Mapping[str, Any]) -> list[DnsRecord]:
    """Return what a custom domain needs: the record that routes traffic first, the others sorted.

    Railway answers in an order of its own, and gives the ownership's record apart from the others.
    """
    status = domain["status"]
    records = [
        DnsRecord(
            purpose=row["purpose"].removeprefix("DNS_RECORD_PURPOSE_"),
            record_type=row["recordType"].removeprefix("DNS_RECORD_TYPE_"),
            hostlabel=row["hostlabel"],
            fqdn=row["fqdn"],
            zone=row["zone"],
            required_value=row["requiredValue"],
        )
        for row in status["dnsRecords"]
    ]
    ownership = _ownership(status, records)
    if ownership is not None and all(
        (row.fqdn, row.required_value) != (ownership.fqdn, ownership.required_value) for row in records
    ):
        records.append(ownership)
    return sorted(
        records,
        key=lambda row: (
            row.purpose != _TRAFFIC_ROUTE,
            row.purpose,
            row.record_type,
            row.fqdn,
            row.required_value,
        ),
    )


def _ownership(status: Mapping[str, Any], records: list[DnsRecord]) -> DnsRecord | None:
    host, token = status.get("verificationDnsHost"), status.get("verificationToken")
    if not host or not token:
        return None
    zone = records[0].zone if records else ""
    name = host if not zone or host == zone or host.endswith(f".{zone}") else f"{host}.{zone}"
    return DnsRecord(
        purpose=_OWNERSHIP,
        record_type="TXT",
        hostlabel=name.removesuffix(zone).rstrip(".") if zone else host,
        fqdn=name,
        zone=zone,
        required_value=token if token.startswith(_OWNERSHIP_PREFIX) else f"{_OWNERSHIP_PREFIX}{token}",
    )
