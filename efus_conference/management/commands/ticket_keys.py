from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from efus_conference.models import Edition
from registration.actions import Refusal
from registration.actions.ticket_keys import mail_tickets, retire_key, revoke_key
from registration.models import TicketKey
from registration.ticket_keys import KeyUnusableError, end_after, secret_key, signer


class Command(BaseCommand):
    help = (
        "Shows, retires or revokes the keys that sign tickets. A key that TICKET_KEY makes for the first time is "
        "written down, and those before it are retired."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the keys, the one in use marked")
        for verb, what in (
            ("retire", "signs no more, and holds until the edition ends"),
            ("revoke", "its secret got out: it holds no more, at once"),
        ):
            verbs.add_parser(verb, help=what).add_argument("key", help="8 hexadecimal digits")
        verbs.add_parser(
            "mail", help="sends the tickets of the current edition again, as they are signed now"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"list": self._list, "retire": self._retire, "revoke": self._revoke, "mail": self._mail}[
                options["verb"]
            ](options.get("key", ""))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, _key: str) -> None:
        try:
            in_use = signer().key_id
        except KeyUnusableError as error:
            in_use = ""
            self.stderr.write(str(error))
        for key in TicketKey.objects.all():
            parts = [key.key_id, f"first used {key.made_at:%Y-%m-%d %H:%M} UTC"]
            if key.revoked_at:
                parts.append(f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC")
            elif key.retired_at:
                end = end_after(key.retired_at)
                parts.append(f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC")
                parts.append(
                    f"verifies until {end.isoformat()}" if end else "verifies, as no edition is planned"
                )
            if key.key_id == in_use:
                parts.append("in use")
            self.stdout.write(", ".join(parts))

    def _retire(self, key_id: str) -> None:
        retire_key(key=_key(key_id))
        self.stdout.write(f"The key {key_id.upper()} is retired.")

    def _revoke(self, key_id: str) -> None:
        key = revoke_key(key=_key(key_id), by=None)
        self.stdout.write(f"The key {key.key_id} is revoked: no ticket signed with it holds any more.")
        if key.key_id == secret_key(settings.TICKET_KEY)[0]:
            self.stdout.write(
                "TICKET_KEY still makes it. Set another one, restart all hosts, and mail the tickets."
            )
        else:
            self.stdout.write("Mail the tickets as they are signed now: manage.py ticket_keys mail")

    def _mail(self, _key: str) -> None:
        edition = Edition.objects.current()
        if edition is None:
            raise CommandError("No edition is the current one.")
        self.stdout.write(f"{mail_tickets(edition=edition)} tickets are queued.")


def _key(key_id: str) -> TicketKey:
    try:
        return TicketKey.objects.get(pk=key_id.upper())
    except TicketKey.DoesNotExist:
        raise CommandError(f"There is no key {key_id}.") from None
