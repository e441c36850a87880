"""Django's own command asks for the gettext programs; Babel does it without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Makes the .mo files of our own catalogues, where the .po file is newer. Fuzzy entries are left out."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for catalogue in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                compiled = catalogue.with_suffix(".mo")
                if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
                    continue
                try:
                    compile_catalogue(catalogue, compiled)
                except (PoFileError, ValueError) as error:
                    raise CommandError(f"{catalogue} is no catalogue: {error}") from error
                if options["verbosity"] > 1:
                    self.stdout.write(f"Compiled {catalogue}")


def compile_catalogue(catalogue: Path, compiled: Path) -> None:
    """Write the .mo file whole or not at all: a server may be reading it."""
    with catalogue.open("rb") as source:
        messages = read_po(source, abort_invalid=True)
    new = compiled.with_suffix(".new")
    with new.open("wb") as target:
        write_mo(target, messages)
    new.replace(compiled)
