from __future__ import annotations

import pytest

from pulumi_resource_railway.secrets_by_look import looks_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POSTGRES_PASSWORD", "x"),
        ("PGPASSWORD", "postgresql://user:pw@host/db"),
        ("JWT_SECRET", "abc"),
        ("JWT_REFRESH_SECRET", "abc"),
        ("ENCRYPTION_KEY", "abc"),
        ("AWS_SECRET_ACCESS_KEY", "abc"),
        ("stripe.apiKey", "sk_live_abcdefghijklmnop"),
        ("MINIO_ROOT_PASSWORD", "${{minio.PREFIX}}-own-part"),
        ("SECRET_KEY_BASE", "abc"),
        ("ANYTHING", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
        ("ANYTHING", "-----BEGIN PRIVATE KEY-----\nabc"),
        ("ANYTHING", "ghp_" + "a" * 36),
        ("ANYTHING", "AKIAABCDEFGHIJKLMNOP"),
        ("ANYTHING", "eyJhbGciOiJI.eyJzdWIiOiIx.abc"),
        ("DATABASE_URL", "postgresql://u:p@db:5432/x"),
        ("REDIS_URL", "redis://:p@redis:6379"),
    ],
)
def test_looks_like_a_secret(name: str, value: str) -> None:
    assert looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "3000"),
        ("POSTGRES_USER", "etally"),
        ("PASSWORD", ""),
        ("PASSWORD_MIN_LENGTH", "8"),
        ("TOKEN_TTL", "3600"),
        ("JWT_SECRET_EXPIRES_IN", "7d"),
        ("SECRET_NAME", "production/api"),
        ("TOKEN", "true"),
        ("PUBLIC_KEY", "abc"),
        ("MONKEY", "abc"),
        ("REDIS_PASSWORD", "${{redis.REDIS_PASSWORD}}"),
        (
            "DATABASE_URL",
            "postgresql://${{db.PGUSER}}:${{db.PGPASSWORD}}@${{db.RAILWAY_PRIVATE_DOMAIN}}:5432/x",
        ),
        ("DATABASE_URL", "${{db.DATABASE_URL}}"),
        ("API_URL", "https://api.example.com:443/path@v2"),
        ("HOST", "user@host"),
    ],
)
def test_looks_like_none(name: str, value: str) -> None:
    assert not looks_secret(name, value)
