"""Domains and TCP proxies (railway-api §10, §11), and regions (§20)."""

from typing import Any

import pytest

from railway_emulator import Emulator, ManualClock, Profile
from tests.emulator.client import Json, RefusedError, World


def _rename(world: World, service: str, existing: Json, **given: Any) -> Any:
    return world.ask(
        "mutation($input: ServiceDomainUpdateInput!) { serviceDomainUpdate(input: $input) }",
        input={
            "serviceDomainId": existing["id"],
            "environmentId": world.environment,
            "serviceId": service,
            "domain": existing["domain"],
            **given,
        },
    )


def test_railway_chooses_a_domain_and_the_label_is_changed_afterwards(world: World) -> None:
    service = world.service()
    domain = world.service_domain(service, targetPort=8080)
    assert domain["domain"].startswith("web-production-")
    assert domain["suffix"] == "up.railway.app"
    assert _rename(world, service, domain, domain="etally.up.railway.app") is True
    assert world.domains(service)["serviceDomains"] == [
        {
            "id": domain["id"],
            "domain": "etally.up.railway.app",
            "targetPort": 8080,
            "suffix": "up.railway.app",
            "syncStatus": "ACTIVE",
        }
    ]
    assert world.config()["services"][service]["networking"] == {
        "serviceDomains": {"etally.up.railway.app": {"port": 8080}}
    }


def test_an_absent_port_stays_and_null_clears_it(world: World) -> None:
    service = world.service()
    domain = world.service_domain(service, targetPort=8080)
    _rename(world, service, domain)
    assert world.domains(service)["serviceDomains"][0]["targetPort"] == 8080
    _rename(world, service, domain, targetPort=None)
    assert world.domains(service)["serviceDomains"][0]["targetPort"] is None


@pytest.mark.parametrize("name", ["etally", "etally.example.com", "a.b.up.railway.app", "-.up.railway.app"])
def test_a_service_domain_is_one_label_under_the_suffix(world: World, name: str) -> None:
    service = world.service()
    with pytest.raises(RefusedError, match="Invalid input"):
        _rename(world, service, world.service_domain(service), domain=name)


def test_a_taken_domain_is_refused_and_can_be_asked_about(world: World) -> None:
    web, api = world.service("web"), world.service("api")
    _rename(world, web, world.service_domain(web), domain="etally.up.railway.app")
    world.custom_domain(web, "a.example.com")
    with pytest.raises(RefusedError, match="already exists"):
        _rename(world, api, world.service_domain(api), domain="etally.up.railway.app")
    with pytest.raises(RefusedError, match="already exists"):
        world.custom_domain(api, "a.example.com")
    ask = "query($d: String!) { serviceDomainAvailable(domain: $d) { available } }"
    assert world.ask(ask, d="etally.up.railway.app") == {"available": False}
    assert world.ask(ask, d="free.up.railway.app") == {"available": True}


def test_a_domain_is_free_again_once_it_is_deleted(world: World) -> None:
    service = world.service()
    identifier = world.custom_domain(service, "a.example.com")
    world.ask("mutation($id: String!) { customDomainDelete(id: $id) }", id=identifier)
    assert world.domains(service) == {"serviceDomains": [], "customDomains": []}
    world.custom_domain(service, "a.example.com")


def test_a_custom_domain_says_what_dns_must_have(world: World) -> None:
    service = world.service()
    world.custom_domain(service, "dashboard.etally.example", targetPort=80)
    domain = world.domains(service)["customDomains"][0]
    status, record = domain["status"], domain["status"]["dnsRecords"][0]
    assert domain["targetPort"] == 80
    assert record["requiredValue"].endswith(".up.railway.app")
    assert (
        record.items()
        >= {
            "purpose": "DNS_RECORD_PURPOSE_TRAFFIC_ROUTE",
            "recordType": "DNS_RECORD_TYPE_CNAME",
            "hostlabel": "dashboard",
            "fqdn": "dashboard.etally.example",
            "zone": "etally.example",
            "status": "DNS_RECORD_STATUS_REQUIRES_UPDATE",
        }.items()
    )
    assert status["verificationDnsHost"] == "_railway-verify.dashboard"
    assert status["verificationToken"]
    assert status["verified"] is False
    assert status["certificateStatus"] == "CERTIFICATE_STATUS_TYPE_VALIDATING_OWNERSHIP"


def test_a_certificate_comes_by_itself_and_the_required_records_stay(world: World) -> None:
    service = world.service()
    world.custom_domain(service, "a.example.com")
    before = world.domains(service)["customDomains"][0]["status"]["dnsRecords"][0]["requiredValue"]
    world.control("certificates", {"domain": "a.example.com", "status": "VALID"})
    status = world.domains(service)["customDomains"][0]["status"]
    assert (status["certificateStatus"], status["verified"]) == ("CERTIFICATE_STATUS_TYPE_VALID", True)
    assert status["dnsRecords"][0]["requiredValue"] == before
    assert len(world.deployments(service)) == 1


def test_a_profile_can_issue_certificates_by_time(clock: ManualClock) -> None:
    world = World(Emulator(profile=Profile("timed", certificate_seconds=30), clock=clock))
    service = world.service()
    world.custom_domain(service, "a.example.com")
    clock.advance(29)
    assert world.domains(service)["customDomains"][0]["status"]["verified"] is False
    clock.advance(2)
    assert world.domains(service)["customDomains"][0]["status"]["verified"] is True


def test_a_custom_domain_s_port_is_cleared_when_absent(world: World) -> None:
    service = world.service()
    identifier = world.custom_domain(service, "a.example.com", targetPort=80)
    update = (
        "mutation($id: String!, $e: String!, $port: Int) {"
        " customDomainUpdate(id: $id, environmentId: $e, targetPort: $port) }"
    )
    world.ask(update, id=identifier, e=world.environment, port=81)
    assert world.domains(service)["customDomains"][0]["targetPort"] == 81
    world.ask(update, id=identifier, e=world.environment)
    assert world.domains(service)["customDomains"][0]["targetPort"] is None


@pytest.mark.parametrize(
    "name", ["localhost", "a_b.example.com", "x.up.railway.app", "https://a.example.com"]
)
def test_a_custom_domain_must_be_one(world: World, name: str) -> None:
    with pytest.raises(RefusedError, match="Invalid input"):
        world.custom_domain(world.service(), name)


def test_a_proxy_is_made_by_a_commit_and_gone_by_null_only(world: World) -> None:
    service = world.service()
    world.configure(service, networking={"tcpProxies": {"5432": {}}})
    read = (
        "query($s: String!, $e: String!) { tcpProxies(serviceId: $s,"
        " environmentId: $e) { id applicationPort proxyPort } }"
    )
    proxy = world.ask(read, s=service, e=world.environment)[0]
    assert proxy["applicationPort"] == 5432
    assert proxy["proxyPort"] != 5432
    world.configure(service, networking={"tcpProxies": {}})
    assert world.ask(read, s=service, e=world.environment) == [proxy]
    with pytest.raises(RefusedError, match="only one TCP proxy"):
        world.configure(service, networking={"tcpProxies": {"6379": {}}})
    world.configure(service, networking={"tcpProxies": {"5432": None}})
    assert world.ask(read, s=service, e=world.environment) == []


def test_the_older_way_to_a_proxy_does_not_deploy(world: World) -> None:
    service = world.service()
    proxy = world.ask(
        "mutation($input: TCPProxyCreateInput!) { tcpProxyCreate(input: $input) { id } }",
        input={"serviceId": service, "environmentId": world.environment, "applicationPort": 6379},
    )
    world.ask("mutation($id: String!) { tcpProxyDelete(id: $id) }", id=proxy["id"])
    assert len(world.deployments(service)) == 1


def test_deprecated_regions_are_marked(world: World) -> None:
    found = world.ask(
        "{ regions { name deploymentConstraints { deprecationInfo { isDeprecated replacementRegion } } } }"
    )
    deprecated = {r["name"]: r["deploymentConstraints"]["deprecationInfo"] for r in found}
    assert deprecated["us-west2"] is None
    assert deprecated["us-west1"] == {"isDeprecated": True, "replacementRegion": "us-west2"}
