"""TCP proxies: one per service instance; the public port is Railway's choice."""

from .. import views
from ..access import Access
from ..changes import change
from ..errors import InvalidInput
from ..state import Document
from .registry import mutation, query


@query("tcpProxies")
def tcp_proxies(access: Access, service_id: str, environment_id: str) -> list[Document]:
    access.instance(service_id, environment_id)
    found = access.railway.listed(access.railway.tcp_proxies(environment_id, service_id))
    return [views.tcp_proxy(proxy) for proxy in found]


@mutation("tcpProxyCreate")
def tcp_proxy_create(access: Access, input: Document) -> Document:
    """Doesn't deploy: the proxy is active only after a redeployment that the client asks for."""
    environment, record = access.instance(input["serviceId"], input["environmentId"])
    port = input["applicationPort"]
    if not 1 <= port <= 65_535:
        raise InvalidInput("applicationPort must be between 1 and 65535")
    patch = {"services": {record.service_id: {"networking": {"tcpProxies": {str(port): {}}}}}}
    change(access.railway, environment, patch, "tcpProxyCreate", deploys=False)
    return views.tcp_proxy(access.railway.tcp_proxies(environment.id, record.service_id)[0])


@mutation("tcpProxyDelete")
def tcp_proxy_delete(access: Access, id: str) -> bool:
    record = access.railway.found(access.railway.state.tcp_proxies, id, "TCPProxy")
    environment = access.environment(record.environment_id)
    proxies = {str(record.application_port): None}
    patch = {"services": {record.service_id: {"networking": {"tcpProxies": proxies}}}}
    change(access.railway, environment, patch, "tcpProxyDelete", deploys=False)
    return True
