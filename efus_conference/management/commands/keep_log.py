from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connection

from declarations.log.keeper import keep
from declarations.log.keys import KeyElsewhereError, own_key
from declarations.models import LogAlarm

PAUSE = 1.0  # seconds between two looks
LONGEST_PAUSE = 30.0  # while the database does not answer
TREE = 60.0  # seconds after which the tree of each log is looked at, though nothing moved
WHOLE = 3600.0  # seconds after which every entry is compared again


class Command(BaseCommand):
    help = (
        "Keeps the logs of the declarations: appends what became public, and signs it with the key of LOG_KEY. Runs "
        "until it is ended; one such process is enough, and two do no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then the end")
        parser.add_argument(
            "--trust-database",
            action="store_true",
            help="one round that takes the database's word for what was signed, where the memory was lost",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            own_key()
        except KeyElsewhereError as error:
            raise CommandError(str(error)) from error
        if options["once"] or options["trust_database"]:
            self._round(trust_database=options["trust_database"], whole=True)
            open_alarms = LogAlarm.objects.filter(settled_at=None)
            if open_alarms:
                raise CommandError("\n".join(f"Alarm: {alarm.details}" for alarm in open_alarms))
            return
        self._go_on()

    def _go_on(self) -> None:
        pause, next_tree, next_whole = PAUSE, 0.0, 0.0
        while True:
            now = time.monotonic()
            try:
                self._round(whole=now >= next_whole, quick=now < next_tree)
            except (DatabaseError, OSError) as error:
                self.stderr.write(f"This round broke off and is tried again: {error}")
                connection.close()
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = PAUSE
                next_tree = now + TREE if now >= next_tree else next_tree
                next_whole = now + WHOLE if now >= next_whole else next_whole
            time.sleep(pause)
            close_old_connections()

    def _round(self, *, trust_database: bool = False, whole: bool = False, quick: bool = False) -> None:
        for checkpoint in keep(trust_database=trust_database, whole=whole, quick=quick):
            self.stdout.write(f"Signed {checkpoint.log.origin} with {checkpoint.size} entries.")
