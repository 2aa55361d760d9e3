"""Railway's own database templates, in the form in which it serves them.

PostgreSQL's settings are those that Railway's command line compiles for it; the other three follow the same
pattern. Ids are fixed, as a template's are on Railway.
"""

from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from .state import Document

_GENERATOR: Final = '${{secret(32, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")}}'


@dataclass(frozen=True)
class Template:
    """A template; its configuration holds services by their ids within it."""

    code: str
    name: str
    description: str
    config: Document

    @property
    def id(self) -> str:
        """Its id."""
        return _id(self.code)


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://railway.com/template/{name}"))


def _variable(value: str, description: str = "") -> Document:
    return {"defaultValue": value, "isOptional": False, "description": description}


def _database(
    code: str,
    name: str,
    image: str,
    path: str,
    port: int,
    variables: dict[str, str],
    start: str | None = None,
) -> Template:
    deploy: Document = {"requiredMountPath": path} | ({"startCommand": start} if start else {})
    service = {
        "name": name,
        "icon": f"https://devicons.railway.com/i/{code}.svg",
        "source": {"image": image},
        "build": {},
        "deploy": deploy,
        "networking": {"tcpProxies": {str(port): {}}},
        "variables": {key: _variable(value) for key, value in variables.items()},
        "volumeMounts": {_id(f"{code}/volume"): {"mountPath": path}},
    }
    return Template(code, name, f"{name} with a volume", {"services": {_id(f"{code}/service"): service}})


_POSTGRES = _database(
    "postgres",
    "Postgres",
    "ghcr.io/railwayapp-templates/postgres-ssl:16.14",
    "/var/lib/postgresql/data",
    5432,
    {
        "PGDATA": "/var/lib/postgresql/data/pgdata",
        "PGHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "PGPORT": "5432",
        "PGUSER": "${{POSTGRES_USER}}",
        "PGDATABASE": "${{POSTGRES_DB}}",
        "PGPASSWORD": "${{POSTGRES_PASSWORD}}",
        "POSTGRES_DB": "railway",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": _GENERATOR,
        "DATABASE_URL": "postgresql://${{PGUSER}}:${{POSTGRES_PASSWORD}}@${{RAILWAY_PRIVATE_DOMAIN}}:5432/${{PGDATABASE}}",
        "DATABASE_PUBLIC_URL": "postgresql://${{PGUSER}}:${{POSTGRES_PASSWORD}}"
        "@${{RAILWAY_TCP_PROXY_DOMAIN}}:${{RAILWAY_TCP_PROXY_PORT}}/${{PGDATABASE}}",
        "SSL_CERT_DAYS": "820",
        "RAILWAY_DEPLOYMENT_DRAINING_SECONDS": "60",
    },
)
_REDIS = _database(
    "redis",
    "Redis",
    "redis:7.2.11",
    "/data",
    6379,
    {
        "REDISHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "REDISPORT": "6379",
        "REDISUSER": "default",
        "REDIS_PASSWORD": _GENERATOR,
        "REDISPASSWORD": "${{REDIS_PASSWORD}}",
        "REDIS_URL": "redis://${{REDISUSER}}:${{REDIS_PASSWORD}}@${{REDISHOST}}:${{REDISPORT}}",
    },
    start='docker-entrypoint.sh --requirepass "$REDIS_PASSWORD" --dir /data',
)
_MYSQL = _database(
    "mysql",
    "MySQL",
    "mysql:9.4",
    "/var/lib/mysql",
    3306,
    {
        "MYSQLHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "MYSQLPORT": "3306",
        "MYSQLUSER": "root",
        "MYSQL_DATABASE": "railway",
        "MYSQL_ROOT_PASSWORD": _GENERATOR,
        "MYSQL_URL": "mysql://${{MYSQLUSER}}:${{MYSQL_ROOT_PASSWORD}}@${{MYSQLHOST}}:${{MYSQLPORT}}/${{MYSQL_DATABASE}}",
    },
)
_MONGO = _database(
    "mongo",
    "MongoDB",
    "mongo:8.0",
    "/data/db",
    27017,
    {
        "MONGOHOST": "${{RAILWAY_PRIVATE_DOMAIN}}",
        "MONGOPORT": "27017",
        "MONGO_INITDB_ROOT_USERNAME": "mongo",
        "MONGO_INITDB_ROOT_PASSWORD": _GENERATOR,
        "MONGO_URL": "mongodb://${{MONGO_INITDB_ROOT_USERNAME}}:${{MONGO_INITDB_ROOT_PASSWORD}}@${{MONGOHOST}}:${{MONGOPORT}}",
    },
)

TEMPLATES: Final = (_POSTGRES, _REDIS, _MYSQL, _MONGO)
