"""Public addresses, decided before anything exists, so that no service waits for another's domain."""

import re
from dataclasses import dataclass

RAILWAY_SUFFIX = "up.railway.app"
"""The zone in which Railway gives away subdomains."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class PublicAddress:
    """A host name under which a service is reached over HTTPS."""

    host: str
    """The complete host name."""
    subdomain: str | None
    """The label in front of Railway's own zone; absent when the host is a domain of the owner's."""

    @property
    def origin(self) -> str:
        """The origin that browsers send, without a slash at its end."""
        return f"https://{self.host}"

    @classmethod
    def parse(cls, text: str) -> "PublicAddress":
        """Understand `dashboard.example.org`, `my-label` or `my-label.up.railway.app`.

        Raises:
            ValueError: The text is none of the three; the message says what is wrong with it.
        """
        if "://" in text or "/" in text:
            raise ValueError("is an address: give the host name alone, without https:// and without a path")
        if ":" in text:
            raise ValueError("names a port: give the host name alone, Railway serves it on 443")
        if text != text.lower():
            raise ValueError(f"must be in lower case: {text.lower()}")
        if "*" in text:
            raise ValueError("is a wildcard: give one host name")
        if "." not in text:
            text = f"{text}.{RAILWAY_SUFFIX}"
        labels = text.split(".")
        if wrong := [label for label in labels if not _LABEL.fullmatch(label)]:
            raise ValueError(
                f"is not a host name: {wrong[0]!r} must be letters, digits and inner hyphens, at most 63"
            )
        if text.endswith(f".{RAILWAY_SUFFIX}"):
            subdomain = text.removesuffix(f".{RAILWAY_SUFFIX}")
            if "." in subdomain:
                raise ValueError(f"has more than one label in front of {RAILWAY_SUFFIX}")
            return cls(text, subdomain)
        if len(text) > 253 or labels[-1].isdigit():  # noqa: PLR2004  # the limit of DNS
            raise ValueError("is not a host name")
        return cls(text, None)
