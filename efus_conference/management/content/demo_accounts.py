"""The accounts one logs in with to try the site, and the file that says how. Only in the demonstration."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import Group

from efus_conference.accounts import add_account
from efus_conference.mail import site_address
from efus_conference.management.content.files import record
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Organisation, User

Accounts = dict[str, User]


def load_demo_accounts(ledger: Ledger) -> Accounts:
    """The accounts by their part (organiser, participant …); those someone deleted are missing."""
    accounts: Accounts = {}
    for item in record("demo/accounts")["accounts"]:
        if not ledger.knows(item["key"]):
            user = add_account(
                email=item["email"],
                name=item["name"],
                language=item["language"],
                organisation=ledger.row(item["organisation"], Organisation) if item["organisation"] else None,
                is_staff=item["is_staff"],
                is_superuser=item["is_administrator"],
            )
            user.groups.set(Group.objects.filter(name__in=item["groups"]))
            ledger.note(item["key"], user)
        if found := User.objects.filter(email=item["email"]).first():
            accounts[item["account"]] = found
    return accounts


def write_demo_accounts(ledger: Ledger, accounts: Accounts, links: Mapping[str, str | None]) -> None:
    """Writes the file, readable by its owner only, with a new password for each account it did not hold.

    `links` are the addresses by which one plays those without an account (office, speaker); where there is no
    new one the link in the file stays.
    """
    known = _read()
    written: dict[str, Any] = {}
    for item in record("demo/accounts")["accounts"]:
        part = item["account"]
        if part not in accounts:
            continue
        if part in known and not ledger.was_made(item["key"]):
            written[part] = known[part]
            continue
        user, password = accounts[part], secrets.token_urlsafe(15)
        user.set_password(password)
        user.save(update_fields=["password"])
        written[part] = {"email": user.email, "password": password}
    for part, new in links.items():
        if link := new or known.get(part, {}).get("link"):
            # The site may answer elsewhere than at its last start.
            link = site_address(urlsplit(link).path)
            written[part] = {"email": record("demo/accounts")[part]["email"], "link": link}
    _write_privately(accounts_file(), json.dumps(written, indent=2, ensure_ascii=False) + "\n")


def accounts_file() -> Path:
    return Path(settings.DATA_DIR) / "demo-accounts.json"


def has_link_of(part: str) -> bool:
    return part in _read()


def _read() -> dict[str, Any]:
    path = accounts_file()
    if not path.exists():
        return {}
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _write_privately(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
