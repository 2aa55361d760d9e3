"""What a service's properties are."""

from __future__ import annotations

from typing import Literal

from pulumi_resource_railway.declaration import Model, field


class ServiceSource(Model):
    """Where a service's code comes from: an image or a repository."""

    image: str | None = field(
        doc="A container image, such as `redis:7.2.5` or `ghcr.io/owner/name@sha256:…`. Instead of `repo`.",
        default=None,
    )
    repo: str | None = field(
        doc="A GitHub repository as `owner/name`; Railway's GitHub App must be installed on it. Instead of "
        "`image`.",
        default=None,
    )
    branch: str | None = field(
        doc="The branch whose pushes are deployed. Railway takes `main` when it is absent.", default=None
    )
    root_directory: str | None = field(
        doc="The folder of the repository that the service is built from.", default=None
    )
    check_suites: bool | None = field(
        doc="Whether a push is deployed only after the repository's checks have passed.", default=None
    )


class ServiceBuild(Model):
    """How an image is built from a repository."""

    builder: Literal["RAILPACK", "NIXPACKS", "DOCKERFILE"] | None = field(
        doc="What builds the image. Railway finds a Dockerfile by itself and otherwise takes `RAILPACK`.",
        default=None,
        enum_name="Builder",
    )
    dockerfile_path: str | None = field(doc="The Dockerfile's path within the root directory.", default=None)
    build_command: str | None = field(doc="The command that builds the application.", default=None)
    watch_patterns: list[str] | None = field(
        doc="Patterns like those of `.gitignore`: a push that touches none of them is not deployed.",
        default=None,
    )


class RegionReplicas(Model):
    """How often a service runs in one region."""

    num_replicas: int = field(
        doc="The number of replicas in this region; all regions together at most 50.", ge=1, le=50
    )


class ServiceDeploy(Model):
    """How a service runs."""

    start_command: str | None = field(
        doc="The command that starts the service, instead of the image's.", default=None
    )
    pre_deploy_command: str | None = field(
        doc="A command that runs before each deployment, such as a migration; when it fails, the deployment "
        "does.",
        default=None,
    )
    healthcheck_path: str | None = field(
        doc="A path that must answer with status 200 before a deployment takes over; asked on the port in "
        "`PORT`.",
        default=None,
    )
    healthcheck_timeout: int | None = field(
        doc="Seconds that the health check may take. Railway takes 300 when it is absent.",
        default=None,
        ge=1,
        le=3600,
    )
    restart_policy_type: Literal["ALWAYS", "ON_FAILURE", "NEVER"] | None = field(
        doc="When a container that ended is started again. Railway takes `ON_FAILURE` when it is absent.",
        default=None,
        enum_name="RestartPolicy",
    )
    restart_policy_max_retries: int | None = field(
        doc="How often a failed container is started again with `ON_FAILURE`. Railway takes 10 when it is "
        "absent.",
        default=None,
        ge=0,
        le=100,
    )
    cron_schedule: str | None = field(
        doc="Run by a schedule instead of all the time: a cron expression of five fields, in UTC.",
        default=None,
    )
    sleep_application: bool | None = field(
        doc="Whether the service is put to sleep while nothing asks for it (serverless).", default=None
    )
    overlap_seconds: int | None = field(
        doc="Seconds that the previous deployment goes on beside a new one.", default=None, ge=0, le=3600
    )
    draining_seconds: int | None = field(
        doc="Seconds between SIGTERM and SIGKILL when a deployment is removed.", default=None, ge=0, le=3600
    )
    ipv6_egress_enabled: bool | None = field(
        doc="Whether the service reaches the Internet over IPv6, too.", default=None
    )
    multi_region_config: dict[str, RegionReplicas] | None = field(
        doc="The regions that the service runs in, such as `us-west2`, with the replicas in each. When it "
        "is absent, "
        "Railway runs one replica in the workspace's region.",
        default=None,
    )


class VolumeMount(Model):
    """A volume that a service sees in its file system."""

    volume_id: str = field(doc="The volume's id.")
    mount_path: str = field(doc="Where the service sees it: an absolute path.")
    backup_schedules: list[Literal["DAILY", "WEEKLY", "MONTHLY"]] | None = field(
        doc="How often Railway backs the volume up: DAILY (kept six days), WEEKLY (a month), MONTHLY (three "
        "months).",
        default=None,
        enum_name="BackupSchedule",
    )


class ServiceInputs(Model):
    """What a program says of a service."""

    project_id: str = field(doc="The project's id.", immutable=True)
    environment_id: str = field(doc="The id of the environment that the service runs in.", immutable=True)
    name: str = field(
        doc="The service's name, unique in its project; other services refer to its variables by it. "
        "Renamed in place.",
        auto_name=True,
    )
    icon: str | None = field(doc="The address of an icon for Railway's canvas.", default=None)
    source: ServiceSource | None = field(
        doc="Where the code comes from. A service without a source exists, but nothing of it runs.",
        default=None,
    )
    build: ServiceBuild | None = field(doc="How an image is built from a repository.", default=None)
    deploy: ServiceDeploy | None = field(doc="How the service runs.", default=None)
    variables: dict[str, str] | None = field(
        doc="The service's variables. A value may refer to others: `${{service.NAME}}`, `${{shared.NAME}}`. "
        "What looks "
        "like a secret becomes one.",
        default=None,
        secret_by_look=True,
    )
    volume_mounts: list[VolumeMount] | None = field(
        doc="The volume that the service sees; Railway mounts at most one.", default=None
    )
    redeploy_triggers: dict[str, str] | None = field(
        doc="Anything whose change must redeploy the service although its own settings stay the same, such "
        "as a digest "
        "of a variable that it refers to. Not sent to Railway.",
        default=None,
    )
    await_deployment: bool = field(
        doc="Whether to wait until the deployment that a change causes has succeeded, and to fail when it "
        "doesn't.",
        default=True,
    )
    allow_replace: bool = field(
        doc="Whether a service with a volume may be replaced by a new one.", default=False
    )


class ServiceOutputs(ServiceInputs):
    """What is known of a service: all that its configuration determines, and nothing that moves by itself."""
