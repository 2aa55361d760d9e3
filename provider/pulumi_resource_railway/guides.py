"""What a reader wants to know of a resource beyond its properties: an example, its cost, Railway's own page.

The tests run every example, and count every call, against a local Railway.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Calls:
    """How many HTTP requests one resource costs, alone in its run, without those that only look at progress.

    Attributes:
        create: To make it.
        read: To refresh it.
        update: To change it.
        delete: To delete it.
    """

    create: int
    read: int
    update: int
    delete: int


@dataclass(frozen=True)
class Guide:
    """What a page says of a resource.

    Attributes:
        example: A program in Python.
        calls: What it costs.
        railway_page: Railway's own documentation.
        shared_calls: What it may ask besides, once in a run for all who ask the same.
    """

    example: str
    calls: Calls
    railway_page: str
    shared_calls: str = ""


_PROJECT: Final = """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
place = {"project_id": project.id, "environment_id": project.default_environment_id}
"""

_WEB: Final = (
    _PROJECT
    + """
web = railway.Service("web", source={"image": "nginx:1.27.4"}, **place)
"""
)

GUIDES: Final[Mapping[str, Guide]] = MappingProxyType(
    {
        "railway:index:Project": Guide(
            """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop", description="What we sell", default_environment_name="production")
pulumi.export("environment", project.default_environment_id)
""",
            Calls(create=4, read=1, update=2, delete=2),
            "https://docs.railway.com/reference/projects",
        ),
        "railway:index:Environment": Guide(
            """
import pulumi
import pulumiverse_railway as railway

project = railway.Project("shop")
staging = railway.Environment("staging", project_id=project.id)
pulumi.export("staging", staging.id)
""",
            Calls(create=2, read=1, update=2, delete=2),
            "https://docs.railway.com/reference/environments",
        ),
        "railway:index:Service": Guide(
            _PROJECT
            + """
data = railway.Volume("data", size_mb=5000, **place)
database = railway.Service(
    "database",
    source={"image": "redis:7.2.11"},
    variables={"URL": "redis://${{RAILWAY_PRIVATE_DOMAIN}}:6379"},
    volume_mounts=[{"volume_id": data.id, "mount_path": "/data", "backup_schedules": ["DAILY"]}],
    **place,
)
wired = railway.variables_with_references({"CACHE": railway.reference(database, "URL"), "PORT": "8080"})
web = railway.Service(
    "web",
    source={"repo": "example/shop", "branch": "main"},
    deploy={"healthcheck_path": "/health", "restart_policy_type": "ALWAYS"},
    variables=wired.variables,
    redeploy_triggers=wired.redeploy_triggers,
    **place,
)
""",
            Calls(create=3, read=1, update=3, delete=3),
            "https://docs.railway.com/reference/services",
            "A service from a repository that is new to it asks once more whether Railway reaches that: one call for "
            "each repository in a run, however many services are built from it. Where Railway doesn't, the members of "
            "the project are asked for, too.",
        ),
        "railway:index:Volume": Guide(
            _PROJECT
            + """
data = railway.Volume("data", size_mb=5000, region="us-west2", **place)
database = railway.Service(
    "database",
    source={"image": "redis:7.2.11"},
    volume_mounts=[{"volume_id": data.id, "mount_path": "/data"}],
    **place,
)
""",
            Calls(create=4, read=1, update=3, delete=3),
            "https://docs.railway.com/reference/volumes",
        ),
        "railway:index:ServiceDomain": Guide(
            _WEB
            + """
domain = railway.ServiceDomain("shop", service_id=web.id, subdomain="example-shop", target_port=80, **place)
pulumi.export("address", pulumi.Output.concat("https://", domain.domain))
""",
            Calls(create=5, read=1, update=2, delete=2),
            "https://docs.railway.com/guides/public-networking",
        ),
        "railway:index:CustomDomain": Guide(
            _WEB
            + """
domain = railway.CustomDomain("shop", service_id=web.id, domain="shop.example.com", target_port=80, **place)
pulumi.export("records", domain.dns_records)
""",
            Calls(create=3, read=1, update=2, delete=2),
            "https://docs.railway.com/guides/public-networking",
        ),
        "railway:index:TcpProxy": Guide(
            _PROJECT
            + """
database = railway.Service("database", source={"image": "redis:7.2.11"}, **place)
proxy = railway.TcpProxy("database", service_id=database.id, application_port=6379, **place)
pulumi.export("address", pulumi.Output.format("{0}:{1}", proxy.domain, proxy.proxy_port))
""",
            Calls(create=5, read=2, update=0, delete=2),
            "https://docs.railway.com/reference/tcp-proxy",
        ),
        "railway:index:SharedVariables": Guide(
            _PROJECT
            + """
shared = railway.SharedVariables("shared", variables={"CURRENCY": "EUR"}, **place)
web = railway.Service(
    "web",
    source={"image": "nginx:1.27.4"},
    variables={"CURRENCY": "${{shared.CURRENCY}}"},
    **place,
    opts=pulumi.ResourceOptions(depends_on=[shared]),
)
""",
            Calls(create=2, read=1, update=2, delete=2),
            "https://docs.railway.com/reference/variables",
        ),
        "railway:index:Bucket": Guide(
            _PROJECT
            + """
bucket = railway.Bucket("pictures", region="ams", **place)
web = railway.Service(
    "web",
    source={"image": "nginx:1.27.4"},
    variables={
        "AWS_ENDPOINT_URL": bucket.endpoint,
        "AWS_S3_BUCKET_NAME": bucket.bucket_name,
        "AWS_ACCESS_KEY_ID": bucket.access_key_id,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_access_key,
    },
    **place,
)
""",
            Calls(create=5, read=3, update=3, delete=2),
            "https://docs.railway.com/reference/storage-buckets",
        ),
        "railway:index:ProjectToken": Guide(
            _PROJECT
            + """
token = railway.ProjectToken("deployments", **place)
pulumi.export("token", token.token)
""",
            Calls(create=4, read=1, update=0, delete=2),
            "https://docs.railway.com/reference/public-api",
        ),
        "railway:index:EgressGateway": Guide(
            _WEB
            + """
gateway = railway.EgressGateway("web", service_id=web.id, **place)
pulumi.export("addresses", gateway.addresses)
""",
            Calls(create=5, read=1, update=0, delete=2),
            "https://docs.railway.com/reference/static-outbound-ips",
        ),
    }
)
