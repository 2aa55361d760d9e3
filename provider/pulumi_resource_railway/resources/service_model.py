"""What a service's properties are."""

from __future__ import annotations

from typing import Literal

from pulumi_resource_railway.declaration import Model, field


class UpdateWindow(Model):
    """When Railway may deploy a newer image, in UTC."""

    day: int = field(doc="The day of the week; 0 is Sunday.", ge=0, le=6)
    start_hour: int = field(doc="The hour at which the window opens.", ge=0, le=23)
    end_hour: int = field(doc="The hour at which it closes.", ge=1, le=24)


class AutoUpdates(Model):
    """Whether Railway deploys newer versions of an image by itself."""

    type: Literal["disabled", "patch", "minor"] = field(
        doc="Which versions: none, those with a new patch number, or also those with a new minor number.",
        enum_name="AutoUpdateType",
    )
    schedule: list[UpdateWindow] | None = field(
        doc="When it may. Railway does so at any time when this is absent.", default=None
    )


class ServiceSource(Model):
    """Where a service's code comes from: an image or a repository."""

    image: str | None = field(
        doc="A container image, such as `redis:7.2.5` or `ghcr.io/owner/name@sha256:…`. Instead of `repo`.",
        default=None,
    )
    repo: str | None = field(
        doc="A GitHub repository as `owner/name`, instead of `image`. Railway's GitHub App must be installed "
        "on it, with the GitHub account of a member of the project; without it a public one is built, but no "
        "push to it is deployed. What can't be built is refused before anything is changed, where the token "
        "can ask.",
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
    auto_updates: AutoUpdates | None = field(
        doc="Whether newer versions of the image, which is from docker.io or ghcr.io and named by a tag, are "
        "deployed by Railway itself.",
        default=None,
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
    railpack_version: str | None = field(
        doc="The release of Railpack that builds, such as `0.7.0`, where Railpack does. Railway takes the newest "
        "when it is absent. An import doesn't have it.",
        default=None,
    )
    watch_patterns: list[str] | None = field(
        doc="Patterns like those of `.gitignore`: a push that touches none of them is not deployed.",
        default=None,
    )


class RegionReplicas(Model):
    """How often a service runs in one region."""

    num_replicas: int = field(
        doc="The number of replicas in this region; all regions together at most 50.", ge=1, le=50
    )


class RegistryCredentials(Model):
    """Who may pull an image from a private registry."""

    username: str = field(doc="The user's name.")
    password: str = field(doc="The password or token.", secret=True)


class ContainerLimits(Model):
    """What each replica of a service may use."""

    cpu: float | None = field(doc="Virtual processors, such as 0.5 or 2.", default=None)
    memory_bytes: int | None = field(doc="Memory in bytes, such as 512000000.", default=None, ge=1)
    disk_bytes: int | None = field(
        doc="Space in the container's own file system, in bytes; a volume's size is the volume's.",
        default=None,
        ge=1,
    )


class LimitOverride(Model):
    """Limits instead of the plan's."""

    containers: ContainerLimits = field(doc="The limits of each replica.")


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
    pre_deploy_timeout_seconds: int | None = field(
        doc="Seconds that `preDeployCommand` may take; a deployment whose command takes longer fails, and the "
        "previous one stays. Railway has a limit of its own when it is absent.",
        default=None,
        ge=1,
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
        "is absent, Railway runs one replica in the workspace's region; taken out, a single replica stays where it "
        "is.",
        default=None,
    )
    limit_override: LimitOverride | None = field(
        doc="What a replica may use at most. The plan's limits hold when it is absent, and always above it.",
        default=None,
    )
    registry_credentials: RegistryCredentials | None = field(
        doc="Credentials for the private registry that the image is in; a workspace on the Pro plan may have "
        "them. Railway never shows them again, so a change made elsewhere isn't noticed, and an import "
        "doesn't have them.",
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


class ServiceNetworking(Model):
    """How others reach a service within the environment's private network."""

    private_network_endpoint: str | None = field(
        doc="The label before `.railway.internal`. Railway makes one from the service's first name when it "
        "is absent. A change deploys nothing.",
        default=None,
    )


class ServiceTracing(Model):
    """Traces of what a service does, which Railway collects."""

    enabled: bool | None = field(doc="Whether traces are collected.", default=None)
    auto_instrumentation: bool | None = field(
        doc="Whether Railway instruments the application by itself.", default=None
    )


class ServiceTemplate(Model):
    """A service of a template of Railway's marketplace."""

    template_id: str = field(doc="The template's id: `id` of `getTemplate`.")
    service_id: str = field(doc="The service's id within the template: `services[].id` of `getTemplate`.")


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
    template: ServiceTemplate | None = field(
        doc="The template's service that this one is an instance of, for the dashboard, which shows a database "
        "of Railway's own templates as such. It binds and nothing else: source, variables and volume are what "
        "this resource says. Without it, the same image is a plain service.",
        default=None,
        immutable=True,
        left_to_railway=True,
    )
    source: ServiceSource | None = field(
        doc="Where the code comes from. A service without a source exists, but nothing of it runs.",
        default=None,
    )
    build: ServiceBuild | None = field(doc="How an image is built from a repository.", default=None)
    config_file: str | None = field(
        doc="The path, in the repository, of a `railway.json` or `railway.toml` whose settings go before those of "
        "`build` and `deploy`. Railway has deprecated such files: new services can't use one, and from 2026-12-01 "
        "on none is read (https://docs.railway.com/config-as-code).",
        default=None,
    )
    deploy: ServiceDeploy | None = field(doc="How the service runs.", default=None)
    variables: dict[str, str] | None = field(
        doc="The service's variables. A value may refer to others: `${{service.NAME}}`, `${{shared.NAME}}`. "
        "What looks "
        "like a secret becomes one.",
        default=None,
        secret_by_look=True,
    )
    networking: ServiceNetworking | None = field(
        doc="How others reach the service privately. Domains and TCP proxies are resources of their own.",
        default=None,
    )
    tracing: ServiceTracing | None = field(
        doc="Traces of what the service does. Not every Railway has this yet; one that doesn't refuses it.",
        default=None,
    )
    volume_mounts: list[VolumeMount] | None = field(
        doc="The volume that the service sees; Railway mounts at most one.", default=None
    )
    redeploy_triggers: dict[str, str] | None = field(
        doc="Anything whose change must redeploy the service although its own settings stay the same, such "
        "as a digest "
        "of a variable that it refers to. Not sent to Railway, so an import doesn't have them: the first update "
        "after it records them.",
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
