"""TCP proxies: one per service instance; the public port is Railway's choice."""

from railway_emulator import views
from railway_emulator.access import Access
from railway_emulator.changes import change
from railway_emulator.errors import InvalidInput
from railway_emulator.state import Document
from railway_emulator.text import is_port

from .registry import mutation, query


@query("tcpProxies")
def tcp_proxies(access: Access, service_id: str, environment_id: str) -> list[Document]:
    """Answers a service's TCP proxies in one environment."""
    access.instance(service_id, environment_id)
    found = access.railway.listed(access.railway.tcp_proxies(environment_id, service_id))
    return [views.tcp_proxy(proxy) for proxy in found]


@mutation("tcpProxyCreate")
def tcp_proxy_create(access: Access, given: Document) -> Document:
    """Doesn't deploy: the proxy is active only after a redeployment that the client asks for."""
    environment, record = access.instance(given["serviceId"], given["environmentId"])
    port = given["applicationPort"]
    if not is_port(port):
        raise InvalidInput("applicationPort must be between 1 and 65535")
    patch: Document = {"services": {record.service_id: {"networking": {"tcpProxies": {str(port): {}}}}}}
    change(access.railway, environment, patch, "tcpProxyCreate", deploys=False)
    return views.tcp_proxy(access.railway.tcp_proxies(environment.id, record.service_id)[0])


@mutation("tcpProxyDelete")
def tcp_proxy_delete(access: Access, identifier: str) -> bool:
    """Removes a TCP proxy; doesn't deploy."""
    record = access.railway.found(access.railway.state.tcp_proxies, identifier, "TCPProxy")
    environment = access.environment(record.environment_id)
    proxies = {str(record.application_port): None}
    patch: Document = {"services": {record.service_id: {"networking": {"tcpProxies": proxies}}}}
    change(access.railway, environment, patch, "tcpProxyDelete", deploys=False)
    return True
