from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from efus_conference.management.content.loading import load


class Command(BaseCommand):
    help = (
        "Loads the archive: editions, organisations, what is known of the programmes, declarations, and the "
        "organisers' groups. Loading again changes nothing that people changed and makes nothing they deleted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="Load the invented demonstration edition and declaration too."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load(with_demo=options["demo"])
        if not options["verbosity"]:
            return
        done = ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing to do"
        self.stdout.write(f"Content: {done}.")
