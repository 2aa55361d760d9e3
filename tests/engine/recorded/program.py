"""A stack with one of each resource, whose recorded state every later provider has to understand."""

from typing import Any

import pulumi
import pulumiverse_railway as railway

project = railway.Project("recorded", description="Kept to be read by later versions")
place: dict[str, Any] = {"project_id": project.id, "environment_id": project.default_environment_id}
railway.Environment("testing", project_id=project.id)
data = railway.Volume("data", size_mb=5000, region="us-west2", **place)
shared = railway.SharedVariables("shared", variables={"CURRENCY": "EUR"}, **place)
database = railway.Service(
    "database",
    source={"image": "redis:7.2.11"},
    deploy=railway.ServiceDeployArgs(
        restart_policy_type=railway.RestartPolicy.ALWAYS,
        multi_region_config={"us-west2": railway.RegionReplicasArgs(num_replicas=1)},
    ),
    variables={
        "REDIS_PASSWORD": pulumi.Output.secret("recorded-password"),
        "URL": "redis://default:${{REDIS_PASSWORD}}@${{RAILWAY_PRIVATE_DOMAIN}}:6379",
    },
    volume_mounts=[
        railway.VolumeMountArgs(
            volume_id=data.id,
            mount_path="/data",
            backup_schedules=[railway.BackupSchedule.DAILY],
        )
    ],
    **place,
)
wired = railway.variables_with_references({"CACHE": railway.reference(database, "URL")})
web = railway.Service(
    "web",
    source={"repo": "example/shop", "branch": "main"},
    build=railway.ServiceBuildArgs(
        builder=railway.Builder.DOCKERFILE,
        dockerfile_path="Dockerfile",
        watch_patterns=["web/**"],
    ),
    deploy={"healthcheck_path": "/health", "healthcheck_timeout": 120},
    variables=wired.variables,
    redeploy_triggers=wired.redeploy_triggers,
    **place,
)
railway.ServiceDomain("web", service_id=web.id, subdomain="recorded-web", target_port=80, **place)
railway.CustomDomain("shop", service_id=web.id, domain="shop.etally.example", **place)
railway.TcpProxy("database", service_id=database.id, application_port=6379, **place)
railway.Bucket("pictures", region="ams", **place)
railway.ProjectToken("deployments", **place)
railway.EgressGateway("web", service_id=web.id, **place)
