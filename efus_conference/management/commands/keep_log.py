from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connection

from declarations.log.alarms import AlarmError, name_of, raise_alarm
from declarations.log.keeper import keep, look
from declarations.log.keys import KeyElsewhereError, own_key
from declarations.models import LogAlarm

logger = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two looks
LONGEST_PAUSE = 30.0  # while the database does not answer
MANY = 3  # rounds in a row that break off, after which the organisers are told
ROUND = 10.0  # seconds after which the logs are looked at, though one look showed that nothing moved
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
            help="one round that takes the database's word, where the memory was lost or another keeper died",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            own_key()
        except KeyElsewhereError as error:
            raise CommandError(str(error)) from error
        if options["once"] or options["trust_database"]:
            found = self._round(trust_database=options["trust_database"], whole=True)
            if found:
                raise CommandError("\n".join(f"Alarm: {each.details}" for each in found))
            return
        self._go_on()

    def _go_on(self) -> None:
        pause, failures, seen = PAUSE, 0, None
        next_round, next_tree, next_whole = 0.0, 0.0, 0.0
        while True:
            now = time.monotonic()
            try:
                found = look()
                if found is None or found != seen or now >= next_round:
                    self._round(whole=now >= next_whole, quick=now < next_tree)
                    next_round = now + ROUND
                    next_tree = now + TREE if now >= next_tree else next_tree
                    next_whole = now + WHOLE if now >= next_whole else next_whole
            except Exception as error:
                # Whatever it is, the next round may get further; what lasts is said to the organisers.
                failures += 1
                logger.exception("A round of the keeper broke off and is tried again.")
                connection.close()
                if failures >= MANY:
                    self._say(error)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause, failures, seen = PAUSE, 0, found
            time.sleep(pause)
            close_old_connections()

    def _say(self, error: Exception) -> None:
        found = AlarmError(LogAlarm.Reason.FAILED, f"{type(error).__name__}: {error}"[:2000])
        try:
            raise_alarm(None, found, name_of(settings.LOG_MEMORY))
        except DatabaseError:
            logger.critical("The database takes no alarm either.")

    def _round(
        self, *, trust_database: bool = False, whole: bool = False, quick: bool = False
    ) -> list[AlarmError]:
        """What it found amiss."""
        found: list[AlarmError] = []
        for checkpoint in keep(trust_database=trust_database, whole=whole, quick=quick, found=found):
            self.stdout.write(f"Signed {checkpoint.log.origin} with {checkpoint.size} entries.")
        return found
