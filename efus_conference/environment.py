"""Typed reading of the environment: a value that can't be used stops the start with a sentence."""

from __future__ import annotations

import os
from email.utils import formataddr, parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def required(name: str, what_for: str) -> str:
    """The value of `name`; where it is missing the start stops and says what it is for."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {what_for}.")
    return value


def boolean(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE or value in FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name} must be true or false, not “{value}”.")


def integer(name: str, default: int, *, lowest: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < lowest:
        raise ImproperlyConfigured(f"{name} must be a whole number from {lowest} up, not “{value}”.")
    return int(value)


def seconds(name: str, default: float, *, longest: float) -> float:
    """A number of seconds from 0 to `longest`, with a decimal point if need be."""
    value = text(name)
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = -1
    if not 0 <= number <= longest:
        raise ImproperlyConfigured(
            f"{name} must be a number of seconds from 0 to {longest:g}, not “{value}”."
        )
    return number


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def web_address(name: str, default: str) -> str:
    """An address with scheme and host and without a closing slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like https://conference.example, not “{value}”.")
    return value


NOBODY = "Security, Democracy & Cities <no-reply@localhost>"


def sender(name: str, default: str = NOBODY) -> str:
    """Who mails come from, as “Name <address>”: a name with a comma would else be read as two addresses."""
    value = text(name, default)
    shown, _bracket, address = value.removesuffix(">").rpartition("<")
    local, _at, domain = address.strip().rpartition("@")
    if not local or not domain or not set(address.strip()).isdisjoint('<>," \t\r\n'):
        raise ImproperlyConfigured(
            f"{name} must look like Conference <conference@example.org>, not “{value}”."
        )
    return formataddr((shown.strip().strip('"'), address.strip()))


def contact(name: str, sender: str, *, is_demonstration: bool) -> str:
    """Whom people write to. Pages and mails tell them to: unset, it is who mails come from, where that is somebody."""
    invented = "organisers@conference.example" if is_demonstration else ""
    address = parseaddr(sender)[1]
    return text(name) or (invented if address in NOBODY else address)


def database(name: str) -> dict[str, object] | None:
    """Django's settings of a database from an address such as postgresql://user:password@host:5432/name.

    Options behind the question mark (sslmode, …) go to libpq as they are.
    """
    value = text(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is no address: its port must be a number.") from None
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            f"{name} must look like postgresql://user:password@host:5432/name (its value is not shown here)."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def cache(name: str) -> dict[str, object]:
    """Django's settings of the cache: Redis at the address, else a table of the database."""
    value = text(name)
    if value:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": value}
    return {"BACKEND": "efus_conference.table_cache.TableCache", "LOCATION": "cache"}


def mail(name: str) -> dict[str, object] | None:
    """Django's EMAIL_… settings from smtp://user:password@host:587 (STARTTLS) or smtps://… (TLS)."""
    value = text(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is no address: its port must be a number.") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:587 or smtps://….")
    is_local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and not is_local,
        "EMAIL_TIMEOUT": 20,
    }
