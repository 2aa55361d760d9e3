"""The API's user in MinIO gives way to another one, on the real engine and a local Railway."""

import pytest

from tests.engine.stage import Stage

pytestmark = [pytest.mark.xdist_group("storage-user"), pytest.mark.timeout(300)]


def test_the_api_is_deployed_with_the_new_user_and_not_when_the_old_one_goes(etally: Stage) -> None:
    def users() -> tuple[str, str | None, str]:
        job, api = (
            etally.deployments(service)[-1]["snapshot"]["variables"]
            for service in ("etally-buckets", "etally-api")
        )
        return job["STORE_USER"], job.get("FORMER_USERS"), api["MINIO_ACCESS_KEY"]

    def deployed(**names: str) -> dict[str, int]:
        etally.configure({"etally:storage": names})
        services = ("etally-minio", "etally-buckets", "etally-api", "etally-frontend")
        before = {service: len(etally.deployments(service)) for service in services}
        etally.run("up").succeeded()
        return {service: len(etally.deployments(service)) - before[service] for service in services}

    first, second = "etally-api", "etally-api-b"
    etally.run("up").succeeded()
    assert users() == (first, second, first)
    both = deployed(applicationUser=second, retiringUser=first)
    assert both == {"etally-minio": 0, "etally-buckets": 1, "etally-api": 1, "etally-frontend": 0}
    assert users() == (second, None, second)
    gone = deployed(applicationUser=second)
    assert gone == {"etally-minio": 0, "etally-buckets": 1, "etally-api": 0, "etally-frontend": 0}
    assert users() == (second, first, second)
