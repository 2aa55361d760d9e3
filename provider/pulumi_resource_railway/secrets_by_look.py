"""Which variables look like secrets, so that no state holds in the clear what a program forgot to mark."""

from __future__ import annotations

import re
from typing import Final

_REFERENCE: Final = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)

_SECRET_WORDS: Final = frozenset(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "PASS", "PWD", "SECRET", "SECRETS", "TOKEN", "TOKENS"}
    | {"CREDENTIAL", "CREDENTIALS", "APIKEY", "SALT", "PEPPER"}
)
_SECRET_KEYS: Final = frozenset(
    {"API", "ACCESS", "COOKIE", "ENCRYPTION", "LICENSE", "MASTER", "PRIVATE", "SECRET", "SESSION", "SIGNING"}
)
# A name that ends in one of these speaks about a secret, it doesn't hold one: TOKEN_TTL, PASSWORD_MIN_LENGTH.
_ABOUT_A_SECRET: Final = frozenset(
    {
        "ALGORITHM",
        "AUDIENCE",
        "COUNT",
        "DAYS",
        "ENABLED",
        "ENDPOINT",
        "EXPIRATION",
        "EXPIRES",
        "EXPIRY",
        "FILE",
    }
    | {
        "HEADER",
        "HOURS",
        "ID",
        "IN",
        "ISSUER",
        "LENGTH",
        "LIFETIME",
        "LIMIT",
        "MINUTES",
        "NAME",
        "PATH",
        "POLICY",
    }
    | {"REQUIRED", "ROUNDS", "SECONDS", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "VERSION"}
)
_SECRET_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:[^\s/@]+@",  # a URL with a password
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"\bgh[opsu]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{30,}",  # GitHub
        r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{16,}",  # Stripe
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS
        r"\bxox[abprs]-[A-Za-z0-9-]{10,}",  # Slack
        r"\bglpat-[\w-]{16,}",  # GitLab
        r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
        r"\bsk-[\w-]{20,}",  # OpenAI, Anthropic
        r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",  # a JSON web token
    )
)


def looks_secret(name: str, value: str) -> bool:
    """Say whether a variable's name or its value's form looks like a secret.

    References (`${{service.VARIABLE}}`) are taken out first: Railway fills them in, so they give nothing
    away.
    """
    own = _REFERENCE.sub("", value)
    if not own:
        return False
    if any(form.search(own) for form in _SECRET_FORMS):
        return True
    words = [word for word in re.split(r"[^A-Z0-9]+", name.upper()) if word]
    if not words or words[-1] in _ABOUT_A_SECRET or own.lower() in {"true", "false"}:
        return False
    return bool(_SECRET_WORDS & set(words)) or (words[-1] == "KEY" and bool(_SECRET_KEYS & set(words[:-1])))
