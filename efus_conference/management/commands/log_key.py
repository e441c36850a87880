from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declarations.log.keys import KeyElsewhereError, own_key, secret_key
from declarations.log.notes import fingerprint, public_bytes
from declarations.log.reading import in_groups
from declarations.log.rotation import RotationRefusedError, replace_stolen, rotate
from declarations.models import Checkpoint, LogKey
from efus_conference import environment

BEFORE = "LOG_KEY_BEFORE"


class Command(BaseCommand):
    help = "Shows the keys that sign the logs of the declarations, or lets the key of LOG_KEY follow the one in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the keys, the one in use and that of LOG_KEY marked")
        verbs.add_parser(
            "rotate",
            help=f"in good order: with the key before in {BEFORE}, both sign one checkpoint of each log",
        )
        verbs.add_parser("replace-stolen", help="the one in use got out: it signs nothing more")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[], None]] = {
            "list": self._list,
            "rotate": self._rotate,
            "replace-stolen": self._replace_stolen,
        }
        try:
            verbs[options["verb"]]()
        except (KeyElsewhereError, RotationRefusedError) as error:
            raise CommandError(str(error)) from error

    def _list(self) -> None:
        try:
            mine = fingerprint(public_bytes(own_key()))
        except KeyElsewhereError:
            mine = ""
        for key in LogKey.objects.order_by("first_used_at", "pk"):
            parts = [in_groups(key.fingerprint), f"first used {key.first_used_at:%Y-%m-%d %H:%M} UTC"]
            if key.retired_at:
                parts.append(f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC")
            parts += ["stolen"] * key.is_stolen + ["in use"] * (key.retired_at is None)
            parts += ["made by LOG_KEY"] * (key.fingerprint == mine)
            self.stdout.write(", ".join(parts))
        if mine and not LogKey.objects.filter(fingerprint=mine).exists():
            self.stdout.write(f"{in_groups(mine)}, made by LOG_KEY, not used yet")

    def _rotate(self) -> None:
        before = environment.text(BEFORE)
        if not before:
            raise CommandError(f"Set {BEFORE} to the value that LOG_KEY had, for this command alone.")
        self._say(rotate(secret_key(before)))

    def _replace_stolen(self) -> None:
        self._say(replace_stolen())

    def _say(self, made: list[Checkpoint]) -> None:
        for checkpoint in made:
            self.stdout.write(f"Signed {checkpoint.log.origin} with {checkpoint.size} entries.")
        self.stdout.write(f"In use is {in_groups(LogKey.objects.in_use().get().fingerprint)}: publish it.")
