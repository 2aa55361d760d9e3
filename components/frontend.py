"""The application's pages."""

from dataclasses import dataclass

import pulumi
import pulumiverse_railway as railway

from components.addresses import PublicAddress
from components.api import API_PORT
from components.service import Placement, PublicDomain, add_domain, add_service
from components.sources import Source
from components.wiring import Link, Variables

HTTP_PORT = 80


def start_command(api_port: int = API_PORT) -> str:
    """nginx, after its configuration was fitted to the place where it runs.

    The image's configuration names its upstream `api`, which nginx looks up once, at start, and dies without.
    A variable in `proxy_pass`, with the container's own name server, makes it look the name up as requests
    come: it starts before the server, and follows it to a new address. The body size lets photographs pass,
    and the service worker gets a new cache with each deployment instead of serving the pages of an old one.
    """
    in_image = f"proxy_pass http://api:{api_port}/api/;"
    on_railway = (
        "client_max_body_size 12m; resolver $server valid=10s;"
        f" set \\$upstream http://$API_HOST:{api_port}; proxy_pass \\$upstream;"
    )
    script = "; ".join(
        (
            'server=$(sed -n "s/^nameserver[[:space:]]*//p" /etc/resolv.conf | head -n 1)',
            # nginx wants an IPv6 address in brackets.
            'case $server in *:*) server="[$server]";; esac',
            f'sed -i "s#{in_image}#{on_railway}#" /etc/nginx/nginx.conf',
            'sed -i "s/-v1/-${RAILWAY_DEPLOYMENT_ID:-v1}/" /usr/share/nginx/html/sw.js',
            'exec nginx -g "daemon off;"',
        )
    )
    return f"/bin/sh -c '{script}'"


@dataclass
class FrontendServiceArgs:
    """What the pages need."""

    placement: Placement
    source: Source
    api_host: Link
    """The server's name on the private network."""
    address: PublicAddress
    api_url: pulumi.Input[str] | None = None
    """Where pages reach the server, baked in when they are built; None: at their own origin."""


class FrontendService(pulumi.ComponentResource):
    """The pages behind a public address; requests to /api go on to the server, so both have one origin."""

    service: railway.Service
    domain: PublicDomain

    def __init__(
        self, name: str, args: FrontendServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("etally:components:FrontendService", name, None, opts)
        self.service = add_service(
            name,
            args.placement,
            source=args.source,
            deploy=railway.ServiceDeployArgs(
                start_command=start_command(),
                healthcheck_path="/healthz",
                healthcheck_timeout=60,
                restart_policy_type=railway.RestartPolicy.ON_FAILURE,
                restart_policy_max_retries=10,
                overlap_seconds=10,
            ),
            variables=_variables(args),
            parent=self,
        )
        self.domain = add_domain(
            name,
            args.placement,
            service=self.service,
            address=args.address,
            target_port=HTTP_PORT,
            parent=self,
        )
        self.register_outputs({"serviceId": self.service.id, "url": args.address.origin})


def _variables(args: FrontendServiceArgs) -> Variables:
    """What nginx needs, and without VITE_API_URL the pages call the origin that they came from."""
    # Railway hands a service's variables to its build, where the Dockerfile declares this one.
    built_in = {"VITE_API_URL": args.api_url} if args.api_url is not None else {}
    return {"PORT": str(HTTP_PORT), "API_HOST": args.api_host, **built_in}
