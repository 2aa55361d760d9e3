"""What the settings make of the program, beyond the default topology."""

import json
import re
from typing import Any, get_args

import pulumi
import pytest

from components.api import BUCKETS
from components.preload import START_COMMAND
from settings.types import Bucket
from tests.program.conftest import COMPLETE, SECRETS, Configure
from tests.program.graph import ENVIRONMENTS, EXISTING_PROJECT, Secret, run_program

EUROPE, AMERICA = "europe-west4-drams3a", "us-west2"


def test_an_environment_of_an_existing_project_can_belong_to_the_stack(configure: Configure) -> None:
    configure(railway={"project": EXISTING_PROJECT, "environmentId": "create", "environment": "staging"})
    graph = run_program()
    assert not graph.of_type("Project")
    (environment,) = graph.of_type("Environment").values()
    assert (environment.inputs["projectId"], environment.inputs["name"]) == (EXISTING_PROJECT, "staging")
    assert environment.protect
    assert {(each["projectId"], each["environmentId"]) for each in graph.services().values()} == {
        (EXISTING_PROJECT, "etally-id")
    }


@pytest.mark.parametrize("preview", [False, True])
def test_an_environment_of_an_existing_project_is_found_by_its_name(
    configure: Configure, preview: bool
) -> None:
    configure(railway={"project": EXISTING_PROJECT, "environment": "staging"})
    graph = run_program(preview=preview)
    assert not graph.of_type("Project")
    assert not graph.of_type("Environment")
    assert {(each["projectId"], each["environmentId"]) for each in graph.services().values()} == {
        (EXISTING_PROJECT, ENVIRONMENTS["staging"])
    }


def test_an_environment_that_is_not_there_is_told_with_those_that_are(configure: Configure) -> None:
    configure(railway={"project": EXISTING_PROJECT, "environment": "stagin"})
    with pytest.raises(pulumi.RunError) as caught:
        run_program()
    assert str(caught.value) == (
        f"railway.environment 'stagin' is not an environment of railway.project '{EXISTING_PROJECT}', "
        "which has production, staging. Set one of these, or have it made:\n"
        "  pulumi config set --path 'railway.environmentId' create"
    )


def test_a_region_holds_services_and_volumes(configure: Configure) -> None:
    configure(
        railway={"region": EUROPE}, postgres={"region": AMERICA}, api={"replicas": {EUROPE: 1, AMERICA: 1}}
    )
    graph = run_program()
    regions = {
        name: {region: each["numReplicas"] for region, each in inputs["deploy"]["multiRegionConfig"].items()}
        for name, inputs in graph.services().items()
    }
    assert regions == {
        "etally-postgres": {AMERICA: 1},
        "etally-redis": {EUROPE: 1},
        "etally-minio": {EUROPE: 1},
        "etally-buckets": {EUROPE: 1},
        "etally-api": {EUROPE: 1, AMERICA: 1},
        "etally-frontend": {EUROPE: 1},
    }
    volumes = {name: each.inputs["region"] for name, each in graph.of_type("Volume").items()}
    assert volumes == {"etally-postgres-volume": AMERICA, "etally-minio-volume": EUROPE}


def test_volumes_are_backed_up_when_the_settings_say(configure: Configure) -> None:
    def schedules() -> dict[str, Any]:
        services = run_program().services()
        return {
            name: services[name]["volumeMounts"][0].get("backupSchedules")
            for name in ("etally-postgres", "etally-minio")
        }

    configure()
    everything = ["DAILY", "WEEKLY", "MONTHLY"]
    assert schedules() == {"etally-postgres": everything, "etally-minio": everything}
    configure(postgres={"backups": ["weekly"]}, storage={"backups": []})
    assert schedules() == {"etally-postgres": ["WEEKLY"], "etally-minio": None}


def test_the_database_accepts_as_many_connections_as_it_is_told(configure: Configure) -> None:
    configure(postgres={"maxConnections": 200}, api={"replicas": {EUROPE: 4}})
    command = run_program().services()["etally-postgres"]["deploy"]["startCommand"]
    assert command == "wrapper.sh postgres --port=5432 -c max_connections=200"


def test_a_cache_with_snapshots_has_a_volume(configure: Configure) -> None:
    configure(redis={"snapshots": True, "memoryMb": 500, "volumeGb": 2})
    graph = run_program()
    redis = graph.services()["etally-redis"]
    assert redis["volumeMounts"][0]["mountPath"] == "/data"
    assert graph.of_type("Volume")["etally-redis-volume"].inputs["sizeMb"] == 2000
    assert '--dir /data --save "3600 1 300 100 60 10000"' in redis["deploy"]["startCommand"]


def test_a_server_may_be_held_to_limits(configure: Configure) -> None:
    configure()
    assert "limitOverride" not in run_program().services()["etally-api"]["deploy"]
    configure(api={"memoryMb": 512})
    assert run_program().services()["etally-api"]["deploy"]["limitOverride"] == {
        "containers": {"memoryBytes": 512_000_000}
    }
    configure(api={"processors": 0.5})
    assert run_program().services()["etally-api"]["deploy"]["limitOverride"] == {"containers": {"cpu": 0.5}}


def test_private_storage_has_no_address_and_is_reached_by_its_private_name(configure: Configure) -> None:
    configure(domains={"frontend": "dashboard.etally.example"}, storage={"access": "private"})
    graph = run_program()
    assert set(graph.of_type("CustomDomain")) == {"etally-frontend-domain"}
    variables = graph.services()["etally-api"]["variables"]
    assert {name: value for name, value in variables.items() if name.startswith("MINIO_")} == {
        "MINIO_ENDPOINT": "${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}",
        "MINIO_PRESIGNED_ENDPOINT": "${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}",
        "MINIO_PORT": "9000",
        "MINIO_USE_SSL": "false",
        "MINIO_ACCESS_KEY": "${{etally-buckets.STORE_USER}}",
        "MINIO_SECRET_KEY": "${{etally-buckets.STORE_PASSWORD}}",
    }


def test_without_a_user_of_its_own_the_api_is_the_root_user(configure: Configure) -> None:
    configure(storage={"scopedUser": False}, secrets=without("minioApplicationPassword"))
    services = run_program().services()
    assert "etally-buckets" not in services
    api = services["etally-api"]["variables"]
    assert api["MINIO_ACCESS_KEY"] == "${{etally-minio.MINIO_ROOT_USER}}"
    assert api["MINIO_SECRET_KEY"] == "${{etally-minio.MINIO_ROOT_PASSWORD}}"


def without(secret: str) -> dict[str, Any]:
    return {name: value for name, value in COMPLETE["secrets"].items() if name != secret}


def test_images_are_deployed_as_they_are(configure: Configure) -> None:
    images = {name: {"image": f"ghcr.io/organisation/etally-{name}:1.2"} for name in ("api", "frontend")}
    configure(api=images["api"], frontend=images["frontend"], source=None)
    services = run_program().services()
    for name, settings in images.items():
        service = services[f"etally-{name}"]
        assert service["source"] == settings
        assert "build" not in service


def test_one_service_may_come_from_an_image_and_the_other_from_the_repository(configure: Configure) -> None:
    configure(frontend={"image": "frontend:1.2"})
    services = run_program().services()
    assert services["etally-api"]["source"]["repo"] == "organisation/etally"
    assert services["etally-frontend"]["source"] == {"image": "frontend:1.2"}


def test_pages_may_call_the_api_at_its_own_address(configure: Configure) -> None:
    addresses = {**COMPLETE["domains"], "api": "api.etally.example"}
    configure(domains=addresses)
    services = run_program().services()
    assert "VITE_API_URL" not in services["etally-frontend"]["variables"]
    assert services["etally-api"]["variables"]["PROXY_HOPS"] == "2"
    configure(domains=addresses, frontend={"crossOrigin": True})
    services = run_program().services()
    assert services["etally-frontend"]["variables"]["VITE_API_URL"] == "https://api.etally.example/api/v1"
    api = services["etally-api"]["variables"]
    assert (api["CORS_ORIGIN"], api["PROXY_HOPS"]) == ("https://dashboard.etally.example", "1")


def test_cors_follows_the_pages_address(configure: Configure) -> None:
    configure(domains={"frontend": "somewhere-else", "storage": "etally-storage"})
    variables = run_program().services()["etally-api"]["variables"]
    origin = "https://somewhere-else.up.railway.app"
    assert (variables["CORS_ORIGIN"], variables["APP_URL"]) == (origin, origin)


def test_what_a_server_may_be_told_besides(configure: Configure) -> None:
    configure(api={"preload": False, "minPasswordLength": 12, "logLevel": "warn", "nodeOptions": "--x"})
    api = run_program().services()["etally-api"]
    assert {"MIN_PASSWORD_LENGTH": "12", "LOG_LEVEL": "warn", "NODE_OPTIONS": "--x"}.items() <= api[
        "variables"
    ].items()
    assert not {"PRELOAD", "PROXY_HOPS"} & set(api["variables"])
    assert "startCommand" not in api["deploy"]


def test_the_measured_number_of_proxies_wins(configure: Configure) -> None:
    configure(api={"proxyHops": 3})
    api = run_program().services()["etally-api"]
    assert api["variables"]["PROXY_HOPS"] == "3"
    assert api["deploy"]["startCommand"] == START_COMMAND


def test_manual_migrations_change_the_pre_deploy_command_alone(configure: Configure) -> None:
    configure()
    before = run_program().services()
    configure(api={"migrations": "manual", "approvedMigration": "20251107142048_election_geography"})
    after = run_program().services()
    command = after["etally-api"]["deploy"].pop("preDeployCommand")
    assert before["etally-api"]["deploy"].pop("preDeployCommand") == "npx prisma migrate deploy"
    assert "20251107142048_election_geography" in command
    assert after == before


def test_a_reference_to_nothing_stops_the_program(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure()
    monkeypatch.setattr("components.database.Redis.url_variable", "REDIS_URI")
    with pytest.raises(pulumi.RunError) as caught:
        run_program()
    assert "REDIS_URL of etally-api has ${{etally-redis.REDIS_URI}}: " in str(caught.value)
    assert "etally-redis has no variable REDIS_URI; did you mean REDIS_URL?" in str(caught.value)


def test_a_job_gives_the_api_a_user_of_its_buckets_alone(configure: Configure) -> None:
    configure()
    graph = run_program()
    job = graph.services()["etally-buckets"]
    assert job["deploy"]["restartPolicyType"] == "NEVER"
    assert job["source"] == graph.services()["etally-minio"]["source"]
    assert job["variables"]["BUCKETS"] == "party-logos observer-documents form-34a-photos"
    assert job["variables"]["STORE"] == "${{etally-minio.RAILWAY_PRIVATE_DOMAIN}}:9000"
    assert job["variables"]["STORE_PASSWORD"] == Secret(SECRETS["minioApplicationPassword"])
    api = graph.services()["etally-api"]["variables"]
    assert api["MINIO_ACCESS_KEY"] == "${{etally-buckets.STORE_USER}}"
    assert api["MINIO_SECRET_KEY"] == "${{etally-buckets.STORE_PASSWORD}}"
    services = graph.of_type("Service")
    assert "etally-minio-service" in services["etally-buckets-service"].dependencies
    assert "etally-buckets-service" in services["etally-api-service"].dependencies
    # Neither the job nor the API waits for anybody's DNS: the job takes the private name.
    assert not any("domain" in name for name in services["etally-buckets-service"].dependencies)


def test_the_apis_user_in_minio_changes_its_name_while_the_old_one_works(configure: Configure) -> None:
    def job(**names: str) -> tuple[str, str | None]:
        configure(storage=names)
        variables = run_program().services()["etally-buckets"]["variables"]
        return variables["STORE_USER"], variables.get("FORMER_USERS")

    assert job() == ("etally-api", "etally-api-b")
    assert job(applicationUser="etally-api-b", retiringUser="etally-api") == ("etally-api-b", None)
    assert job(applicationUser="etally-api-b") == ("etally-api-b", "etally-api")


OFF_SITE: dict[str, Any] = {
    "versioning": True,
    "replication": {"endpoint": "https://minio.example.org", "bucketPrefix": "etally-"},
}
OFF_SITE_SECRETS = {
    **COMPLETE["secrets"],
    **{
        name: SECRETS[name]
        for name in (
            "storageReplicationAccessKeyId",
            "storageReplicationSecretAccessKey",
        )
    },
}


def test_objects_are_replicated_by_a_rule_that_is_named_after_what_it_does(configure: Configure) -> None:
    def job(**replication: Any) -> Any:
        configure(
            storage={**OFF_SITE, "replication": {**OFF_SITE["replication"], **replication}},
            secrets=OFF_SITE_SECRETS,
        )
        graph = run_program()
        assert not any(
            "domain" in name for name in graph.of_type("Service")["etally-buckets-service"].dependencies
        )
        return graph.services()["etally-buckets"]["variables"]

    first = job()
    assert {name: value for name, value in first.items() if name.startswith(("TARGET", "REPLICATE"))} == {
        "TARGET": "https://minio.example.org",
        "TARGET_BUCKET_PREFIX": "etally-",
        "TARGET_ACCESS_KEY_ID": Secret(SECRETS["storageReplicationAccessKeyId"]),
        "TARGET_SECRET_ACCESS_KEY": Secret(SECRETS["storageReplicationSecretAccessKey"]),
        "REPLICATE": "existing-objects",
    }
    assert first["VERSIONS"] == "kept"
    changed = [job(endpoint="https://another.example.org"), job(bucketPrefix="b-"), job(deletions=True)]
    assert changed[-1]["REPLICATE"] == "existing-objects,delete,delete-marker"
    assert len({each["REPLICATION_RULE"] for each in (first, job(), *changed)}) == 4


def test_no_object_expires_unless_a_setting_says_so(configure: Configure) -> None:
    def rules(**lifecycle: Any) -> dict[str, Any]:
        configure(storage={"lifecycle": lifecycle})
        job = run_program().services()["etally-buckets"]
        written = {
            path: json.loads(job["variables"][variable])["Rules"]
            for variable, path in re.findall(
                r'"\$(\w+)" > /tmp/job/lifecycle/([\w-]+)\.json', job["deploy"]["startCommand"]
            )
        }
        assert len(written) == sum(name.startswith("LIFECYCLE_") for name in job["variables"]) - 1
        return written

    assert rules() == {}
    expired = {"ID": "objects", "Status": "Enabled", "Expiration": {"Days": 3650}}
    assert rules(deleteAfterDays={"party-logos": 3650}) == {"party-logos": [expired]}
    both = rules(deleteAfterDays={"party-logos": 3650}, deleteOldVersionsAfterDays=30)
    assert {bucket: [rule["ID"] for rule in each] for bucket, each in both.items()} == {
        "party-logos": ["objects", "old-versions"],
        "observer-documents": ["old-versions"],
        "form-34a-photos": ["old-versions"],
    }


def test_unfinished_uploads_go_when_the_settings_say(configure: Configure) -> None:
    configure(storage={"lifecycle": {"deleteUnfinishedUploadsAfterHours": 72}})
    variables = run_program().services()["etally-minio"]["variables"]
    assert variables["MINIO_API_STALE_UPLOADS_EXPIRY"] == "72h"


def test_the_settings_know_the_applications_buckets() -> None:
    assert set(get_args(Bucket)) == set(BUCKETS)
