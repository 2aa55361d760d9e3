"""Every secret: where it goes, and how one is made."""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Secret:
    """A setting of the group `secrets`."""

    name: str
    """As in the stack's file."""
    variables: tuple[str, ...]
    """The variables of services that hold it, or what is computed from it; not those that refer to one of these."""
    random_bytes: int | None = 32
    """What a new one is made of; None: somebody else gives it out."""

    @property
    def path(self) -> str:
        """Its path in the stack's configuration."""
        return f"secrets.{self.name}"

    def generate(self) -> str:
        """A new random value in hexadecimal digits, which is safe in a URL, on one line and in a shell.

        Raises:
            ValueError: It is one that somebody else gives out.
        """
        if self.random_bytes is None:
            raise ValueError(f"{self.name} can't be generated")
        return secrets.token_hex(self.random_bytes)


CATALOGUE = {
    secret.name: secret
    for secret in (
        Secret("postgresPassword", ("POSTGRES_PASSWORD",)),
        Secret("redisPassword", ("REDIS_PASSWORD",)),
        # Prometheus' token for MinIO is signed with the password.
        Secret("minioRootPassword", ("MINIO_ROOT_PASSWORD", "MINIO_TOKEN")),
        Secret("minioApplicationPassword", ("STORE_PASSWORD",)),
        Secret("jwtSecret", ("JWT_SECRET",), 48),
        Secret("jwtRefreshSecret", ("JWT_REFRESH_SECRET",), 64),
        Secret("encryptionKey", ("ENCRYPTION_KEY",)),
        Secret("grafanaPassword", ("GF_SECURITY_ADMIN_PASSWORD",)),
        Secret("notificationUrl", ("NOTIFICATION_URL",), None),
        Secret("backupPassphrase", ("BACKUP_PASSPHRASE",)),
        Secret("backupAccessKeyId", ("BACKUP_ACCESS_KEY_ID",), None),
        Secret("backupSecretAccessKey", ("BACKUP_SECRET_ACCESS_KEY",), None),
        Secret("storageReplicationAccessKeyId", ("TARGET_ACCESS_KEY_ID",), None),
        Secret("storageReplicationSecretAccessKey", ("TARGET_SECRET_ACCESS_KEY",), None),
    )
}
"""By name. `postgresPasswordBefore` is none of its own: it is what a rotation replaces."""
