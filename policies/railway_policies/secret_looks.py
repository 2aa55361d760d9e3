"""What looks like a secret: a variable's name, a value's form, a value that everybody knows."""

import re
from typing import Final

REFERENCE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
"""A reference that Railway renders; what stands in it gives nothing away."""

_NAME = re.compile(
    r"PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|API_?KEY|(^|_)(PASS|PWD|SALT|PEPPER)(_|$)"
    r"|(ACCESS|AUTH|COOKIE|ENCRYPTION|LICENSE|MASTER|PRIVATE|SESSION|SIGNING)_KEY(_|$)"
)
# A name that ends so speaks about a secret, it doesn't hold one: TOKEN_TTL, PASSWORD_MIN_LENGTH.
_ABOUT = re.compile(
    r"_(ALGORITHM|AUDIENCE|COUNT|DAYS|ENABLED|ENDPOINT|EXPIRATION|EXPIRES|EXPIRY|FILE|HEADER|HOURS|ID|IN|ISSUER"
    r"|LENGTH|LIFETIME|LIMIT|MINUTES|NAME|PATH|POLICY|REQUIRED|ROUNDS|SECONDS|TIMEOUT|TTL|TYPE|URI|URL|VERSION)$"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:[^\s/@$]+@",  # a URL with a password in it
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        r"\b(gh[opsu]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{16,})",
        r"\b([sr]k_(live|test)_[A-Za-z0-9]{16,}|(AKIA|ASIA)[A-Z0-9]{16})\b",
        r"\b(xox[abprs]-[A-Za-z0-9-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}|sk-[\w-]{20,})",
        r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.",  # a JSON web token
    )
)
_RANDOM = re.compile(r"[0-9a-fA-F]{32,}|(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9+/_-]{40,}={0,2}")
# What is long and random, and public all the same.
_PUBLIC_NAME = re.compile(
    r"(^|_)(SHA|SHA256|COMMIT|REVISION|DIGEST|HASH|CHECKSUM|FINGERPRINT|ID|PUBLIC_KEY)$"
)


def own_part(value: str) -> str:
    """A value without the references in it."""
    return REFERENCE.sub("", value)


def named_like_a_secret(name: str) -> bool:
    """Whether a variable's name says that it holds a secret."""
    upper = re.sub(r"[^A-Z0-9]+", "_", name.upper())
    return _NAME.search(upper) is not None and _ABOUT.search(upper) is None


def formed_like_a_secret(value: str) -> bool:
    """Whether a text holds something in the form of a secret: a key, a token, a URL with a password."""
    own = own_part(value)
    return any(form.search(own) for form in _FORMS)


def random_like_a_secret(name: str, value: str) -> bool:
    """Whether a value is long and random, under a name that doesn't say that it is public."""
    upper = re.sub(r"[^A-Z0-9]+", "_", name.upper())
    return _RANDOM.fullmatch(value) is not None and _PUBLIC_NAME.search(upper) is None


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable should be a secret. A value of references alone needn't be."""
    own = own_part(value)
    if not own or own.lower() in {"true", "false"}:
        return False
    return named_like_a_secret(name) or formed_like_a_secret(own) or random_like_a_secret(name, own)
