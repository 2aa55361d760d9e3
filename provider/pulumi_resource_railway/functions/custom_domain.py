"""The state of a domain of one's own: its DNS records and its certificate."""

# ruff: noqa: S105 - a token: a function's name

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from pulumi_resource_railway.declaration import Model, field
from pulumi_resource_railway.errors import CheckFailure
from pulumi_resource_railway.function import Function, exactly_one
from pulumi_resource_railway.functions.common import ask, is_gone, missing, only, without_prefix
from pulumi_resource_railway.railway import questions
from pulumi_resource_railway.resources.dns_records import DnsRecord, required_records
from pulumi_resource_railway.values import is_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_resource_railway.functions.common import Row
    from pulumi_resource_railway.resource import Context

_CERTIFICATE: Final = "CERTIFICATE_STATUS_TYPE_"
_CERTIFICATE_DETAILED: Final = "CERTIFICATE_STATUS_TYPE_DETAILED_"
_RECORD: Final = "DNS_RECORD_STATUS_"


class GetCustomDomainArguments(Model):
    """Which domain is meant."""

    project_id: str = field(doc="The id of the project.")
    id: str | None = field(
        doc="The custom domain's id; or give the domain, with its environment and service.", default=None
    )
    domain: str | None = field(doc="The domain, such as `dashboard.example.com`.", default=None)
    environment_id: str | None = field(doc="With `domain`: the id of the environment.", default=None)
    service_id: str | None = field(doc="With `domain`: the service that it leads to.", default=None)


class DnsRecordState(DnsRecord):
    """One record to set at the domain's DNS provider, and what Railway sees of it."""

    current_value: str | None = field(
        doc="What Railway found there; nothing for the record that proves the ownership.", default=None
    )
    status: str | None = field(
        doc="`PROPAGATED` or `REQUIRES_UPDATE`; nothing for the record that proves the ownership.",
        default=None,
    )


class GetCustomDomainResult(Model):
    """A custom domain as it is now."""

    id: str = field(doc="The custom domain's id.")
    project_id: str = field(doc="The id of the project.")
    environment_id: str = field(doc="The id of the environment.")
    service_id: str = field(doc="The id of the service that it leads to.")
    domain: str = field(doc="The domain.")
    target_port: int | None = field(
        doc="The service's port that it leads to; absent, Railway finds it out.", default=None
    )
    verified: bool = field(doc="Whether Railway has seen who owns the domain.")
    certificate_status: str = field(doc="`VALIDATING_OWNERSHIP`, `ISSUING`, `VALID` or `ISSUE_FAILED`.")
    certificate_step: str | None = field(
        doc="What Railway is doing about the certificate, such as `POLLING_AUTHORIZATIONS`.", default=None
    )
    certificate_error: str | None = field(doc="Why there is no certificate.", default=None)
    certificate_retryable: bool = field(doc="Whether another try may help.")
    dns_records: list[DnsRecordState] = field(
        doc="The records to set, in the order of the resource's `dnsRecords`, with what Railway sees of them."
    )
    ready: bool = field(
        doc="Whether the domain can be used: every record is seen and the certificate is valid."
    )


class GetCustomDomain(Function[GetCustomDomainArguments, GetCustomDomainResult]):
    """Asks for a custom domain by id, or for all of the service's and picks it out."""

    token: ClassVar[str] = "railway:index:getCustomDomain"
    arguments: ClassVar[type[Model]] = GetCustomDomainArguments
    result: ClassVar[type[Model]] = GetCustomDomainResult
    description: ClassVar[str] = (
        "How far a domain of one's own is: which DNS records Railway sees, whether it knows who owns the "
        "domain, and what its certificate does."
    )
    example: ClassVar[str] = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
web = railway.Service("web", source={"image": "nginx:1.27.4"}, **place)
domain = railway.CustomDomain("shop", service_id=web.id, domain="shop.example.com", **place)
state = railway.get_custom_domain_output(project_id=project.id, id=domain.id)
pulumi.export("records", domain.dns_records)
pulumi.export("certificate", state.certificate_status)
"""
    calls: ClassVar[str] = "1."
    railway_page: ClassVar[str] = "https://docs.railway.com/guides/public-networking"

    def check(self, properties: Mapping[str, Any]) -> list[CheckFailure]:
        """Ask for an id, or a domain with its environment and service."""
        failures = exactly_one(properties, "id", "domain")
        if not failures and properties.get("id") is None:
            failures += [
                CheckFailure(name, "is required with a domain's name; or give the custom domain's id.")
                for name in ("environmentId", "serviceId")
                if not is_unknown(properties.get(name)) and properties.get(name) is None
            ]
        return failures

    async def call(self, context: Context, arguments: GetCustomDomainArguments) -> GetCustomDomainResult:
        """Read the domain."""
        if arguments.id is not None:
            variables = {"id": arguments.id, "projectId": arguments.project_id}
            row = (await ask(context, questions.CUSTOM_DOMAIN, **variables))["customDomain"]
            if is_gone(row):
                raise missing(f"custom domain {arguments.id}")
        else:
            row = await _named(context, arguments)
        status = row["status"]
        records = [_with_state(record, status["dnsRecords"]) for record in required_records(row)]
        certificate = without_prefix(status["certificateStatus"], _CERTIFICATE)
        return GetCustomDomainResult(
            id=row["id"],
            project_id=arguments.project_id,
            environment_id=row["environmentId"],
            service_id=row["serviceId"],
            domain=row["domain"],
            target_port=row["targetPort"],
            verified=status["verified"],
            certificate_status=certificate or "UNSPECIFIED",
            certificate_step=without_prefix(status["certificateStatusDetailed"], _CERTIFICATE_DETAILED),
            certificate_error=status["certificateErrorMessage"] or None,
            certificate_retryable=bool(status["certificateRetryable"]),
            dns_records=records,
            ready=certificate == "VALID"
            and status["verified"]
            and all(record.status in {None, "PROPAGATED"} for record in records),
        )


async def _named(context: Context, arguments: GetCustomDomainArguments) -> Row:
    answer = await ask(
        context,
        questions.CUSTOM_DOMAINS,
        projectId=arguments.project_id,
        environmentId=arguments.environment_id,
        serviceId=arguments.service_id,
    )
    rows = answer["domains"]["customDomains"]
    found = [row for row in rows if row["domain"] == arguments.domain and not is_gone(row)]
    return only(found, f"custom domain {arguments.domain} of service {arguments.service_id}", "id")


def _with_state(record: DnsRecord, rows: list[Row]) -> DnsRecordState:
    seen = next(
        (row for row in rows if (row["fqdn"], row["requiredValue"]) == (record.fqdn, record.required_value)),
        {},
    )
    return DnsRecordState(
        **record.model_dump(),
        current_value=seen.get("currentValue") or None,
        status=without_prefix(seen.get("status"), _RECORD),
    )
