"""Outline, a team's wiki, with its database, its cache, and a volume for what people upload.

Nothing here is eTally's: the components are the ones that eTally is made of.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumiverse_railway as railway

# The components are a folder of this repository and no installed package.
sys.path.append(str(Path(__file__).parents[2]))

from components.addresses import PublicAddress
from components.database import DatabaseService, DatabaseServiceArgs, Postgres, Redis
from components.place import PlaceArgs, make_place
from components.service import Mount, Placement, add_domain, add_service
from components.sources import Image
from components.wiring import Link

PORT = 3000


@dataclass
class WikiArgs:
    """What the wiki needs."""

    placement: Placement
    address: PublicAddress
    database_url: Link
    redis_url: Link
    secret_key: pulumi.Input[str]
    utils_secret: pulumi.Input[str]


class Wiki(pulumi.ComponentResource):
    """The wiki behind a public address, with its uploads on a volume."""

    def __init__(self, name: str, args: WikiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("wiki:components:Wiki", name, None, opts)
        uploads = Mount("/var/lib/outline/data", 1, backups=["daily"])
        service = add_service(
            name,
            args.placement,
            source=Image("outlinewiki/outline:0.87.4"),
            deploy=railway.ServiceDeployArgs(
                healthcheck_path="/_health",
                healthcheck_timeout=120,
                restart_policy_type=railway.RestartPolicy.ALWAYS,
            ),
            variables={
                "NODE_ENV": "production",
                "PORT": str(PORT),
                "URL": args.address.origin,
                "DATABASE_URL": args.database_url,
                "PGSSLMODE": "disable",
                # Asks for both kinds of addresses: the private network may have IPv6 alone.
                "REDIS_URL": args.redis_url + "?family=0",
                "SECRET_KEY": args.secret_key,
                "UTILS_SECRET": args.utils_secret,
                "FILE_STORAGE": "local",
                "FILE_STORAGE_LOCAL_ROOT_DIR": uploads.path,
                # The image runs as a user of its own, and Railway's volumes belong to root.
                "RAILWAY_RUN_UID": "0",
            },
            mount=uploads,
            parent=self,
        )
        add_domain(
            name,
            args.placement,
            service=service,
            address=args.address,
            target_port=PORT,
            parent=self,
        )
        self.register_outputs({"url": args.address.origin})


config = pulumi.Config()
address = PublicAddress.parse(config.require("domain"))
place = make_place("wiki", PlaceArgs(project_name="wiki", environment_name="production"))

database = DatabaseService(
    "wiki-postgres",
    DatabaseServiceArgs(
        place,
        Postgres(
            "ghcr.io/railwayapp-templates/postgres-ssl:16.14",
            database="wiki",
            backups=["daily", "weekly"],
        ),
        config.require_secret("postgresPassword"),
    ),
)
cache = DatabaseService(
    "wiki-redis",
    DatabaseServiceArgs(place, Redis("redis:7.2.11", memory_mb=64), config.require_secret("redisPassword")),
)
Wiki(
    "wiki",
    WikiArgs(
        place,
        address,
        database_url=database.url,
        redis_url=cache.url,
        secret_key=config.require_secret("secretKey"),
        utils_secret=config.require_secret("utilsSecret"),
    ),
)

place.wiring.check()
pulumi.export("url", address.origin)
