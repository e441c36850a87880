"""Reads a delivery report (RFC 3464) on standard input, as a mail server hands it over; see docs/operations.md."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from efus_conference.bounces import NotAReport, NotOurs, record_bounce

LONGEST = 1_000_000  # bytes; the report itself comes before the mail it gives back


class Command(BaseCommand):
    help = "Records on its mail that it could not be delivered, from a report on standard input."
    # What the mail server runs for each report: nothing to check beforehand.
    requires_system_checks: list[str] = []
    stealth_options = ("stdin",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "recipient",
            nargs="?",
            default="",
            help="The address the report was sent to, if the server tells.",
        )

    def handle(self, *args: Any, recipient: str = "", stdin: Any = None, **options: Any) -> None:
        """Exit codes are those of sysexits.h, by which a mail server knows what to do with the report."""
        content = (stdin or sys.stdin.buffer).read(LONGEST)
        try:
            mail = record_bounce(content, recipient=recipient)
        except NotOurs:
            raise CommandError("No mail of ours carries that address of return.", returncode=os.EX_NOUSER)
        except NotAReport:
            raise CommandError("This is no delivery report (RFC 3464).", returncode=os.EX_DATAERR)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database does not answer: {error}", returncode=os.EX_TEMPFAIL)
        if mail is None:
            self.stdout.write("Nothing to record.")
        else:
            self.stdout.write(f"Mail {mail.pk}: {mail.bounce}, {mail.bounce_status}.")
