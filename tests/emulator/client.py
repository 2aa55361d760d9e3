"""A client of the emulator as anybody could write it: raw GraphQL over HTTP, nothing of our provider."""

import asyncio
from typing import Any

import httpx

from railway_emulator import Emulator

Json = dict[str, Any]


class RefusedError(Exception):
    """A GraphQL answer with errors; its text is the first one's message."""


class Client:
    """A caller of the emulator with an account's token, or with other headers."""

    def __init__(self, emulator: Emulator, headers: dict[str, str] | None = None) -> None:
        self.emulator = emulator
        account = {"Authorization": f"Bearer {emulator.account_token}"}
        self.headers = account if headers is None else headers

    def http(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.emulator.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://railway.test", trust_env=False
            ) as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def raw(self, query: str, **variables: Any) -> httpx.Response:
        body = {"query": query, "variables": variables}
        return self.http("POST", "/graphql/v2", json=body, headers=self.headers)

    def ask(self, query: str, **variables: Any) -> Any:
        """Returns the data; of a document with one root field, that field's value."""
        answer = self.raw(query, **variables).json()
        if answer.get("errors"):
            raise RefusedError(answer["errors"][0]["message"])
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    def control(self, path: str, body: Any = None) -> Any:
        answer = self.http("POST", f"/_local/{path}", json={} if body is None else body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state(self) -> Any:
        headers = {"Authorization": f"Bearer {self.emulator.control_token}"}
        return self.http("GET", "/_local/state?reveal=1", headers=headers).json()

    def requests(self) -> list[Json]:
        found: list[Json] = self.http("GET", "/_local/requests").json()
        return found


class World(Client):
    """A client with a project, and the calls that most tests need."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        project = self.ask(
            "mutation($input: ProjectCreateInput!)"
            "{ projectCreate(input: $input) { id primaryEnvironmentId } }",
            input={"name": "etally", "defaultEnvironmentName": "production"},
        )
        self.project: str = project["id"]
        self.environment: str = project["primaryEnvironmentId"]

    def row(self, name: str) -> str:
        """Creates a service that runs nowhere yet."""
        return self.service_create(name, environmentId=None)

    def service_create(self, name: str, **given: Any) -> str:
        identifier: str = self.ask(
            "mutation($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }",
            input={"projectId": self.project, "name": name, **given},
        )["id"]
        return identifier

    def volume_row(self) -> str:
        return self.volume_create(environmentId=None)

    def volume_create(self, **given: Any) -> str:
        identifier: str = self.ask(
            "mutation($input: VolumeCreateInput!) { volumeCreate(input: $input) { id } }",
            input={"projectId": self.project, "mountPath": "/data", **given},
        )["id"]
        return identifier

    def environment_create(self, name: str, **given: Any) -> str:
        identifier: str = self.ask(
            "mutation($input: EnvironmentCreateInput!) { environmentCreate(input: $input) { id } }",
            input={"projectId": self.project, "name": name, **given},
        )["id"]
        return identifier

    def commit(self, patch: Json, environment: str | None = None) -> str:
        """Commits a patch; returns the workflow's id."""
        workflow: str = self.ask(
            "mutation($id: String!, $patch: EnvironmentConfig)"
            "{ environmentPatchCommit(environmentId: $id, patch: $patch) }",
            id=environment or self.environment,
            patch=patch,
        )
        return workflow

    def workflow(self, identifier: str) -> Json:
        found: Json = self.ask(
            "query($id: String!) { workflowStatus(workflowId: $id) { status error } }", id=identifier
        )
        return found

    def configure(self, service: str, **settings: Any) -> str:
        return self.commit({"services": {service: settings}})

    def service(self, name: str = "web", **settings: Any) -> str:
        """Creates a service as the provider does, a row, then one commit; it has an image to run."""
        identifier = self.row(name)
        self.configure(identifier, **{"isCreated": True, "source": {"image": "nginx:1.27"}, **settings})
        return identifier

    def config(self, *, decrypt: bool = True, environment: str | None = None) -> Json:
        found: Json = self.ask(
            "query($id: String!, $decrypt: Boolean) { environment(id: $id)"
            " { config(decryptVariables: $decrypt) } }",
            id=environment or self.environment,
            decrypt=decrypt,
        )["config"]
        return found

    def deployments(self, service: str | None = None, environment: str | None = None) -> list[Json]:
        """Returns deployments, the newest first."""
        found = self.ask(
            "query($input: DeploymentListInput!) { deployments(input: $input, first: 100)"
            "{ edges { node { id serviceId status deploymentStopped createdAt meta } } } }",
            input={
                "projectId": self.project,
                "environmentId": environment or self.environment,
                "serviceId": service,
            },
        )
        return [edge["node"] for edge in found["edges"]]

    def statuses(self, service: str) -> list[str]:
        return [deployment["status"] for deployment in self.deployments(service)]

    def variables_of(self, deployment: str) -> dict[str, str]:
        """Returns the variables frozen into a deployment."""
        found: dict[str, str] = self.ask(
            "query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }", id=deployment
        )["variables"]
        return found

    def domains(self, service: str) -> Json:
        found: Json = self.ask(
            "query($p: String!, $e: String!, $s: String!) {"
            " domains(projectId: $p, environmentId: $e, serviceId: $s) {"
            " serviceDomains { id domain targetPort suffix syncStatus }"
            " customDomains { id domain targetPort status { certificateStatus verified verificationDnsHost"
            " verificationToken dnsRecords { purpose recordType"
            " hostlabel fqdn zone requiredValue status } } } } }",
            p=self.project,
            e=self.environment,
            s=service,
        )
        return found

    def service_domain(self, service: str, **given: Any) -> Json:
        found: Json = self.ask(
            "mutation($input: ServiceDomainCreateInput!)"
            "{ serviceDomainCreate(input: $input) { id domain suffix targetPort } }",
            input={"environmentId": self.environment, "serviceId": service, **given},
        )
        return found

    def custom_domain(self, service: str, domain: str, **given: Any) -> str:
        identifier: str = self.ask(
            "mutation($input: CustomDomainCreateInput!) { customDomainCreate(input: $input) { id } }",
            input={
                "projectId": self.project,
                "environmentId": self.environment,
                "serviceId": service,
                "domain": domain,
                **given,
            },
        )["id"]
        return identifier
