from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from programme.imports import ScheduleRefused, import_schedule
from programme.imports.files import MOST_BYTES, too_large


class Command(BaseCommand):
    help = (
        "Reads a schedule.xml or schedule.json, of another system or of this one, into the drafts of an edition. "
        "Sessions are known by their guid, so importing a file again changes nothing. All of it or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="schedule.xml or schedule.json, up to 5 MB")
        parser.add_argument(
            "--edition", default="", help="the edition's address; else the file's acronym says it"
        )
        parser.add_argument("--language", default="en", help="the language of the file's texts (en)")
        parser.add_argument(
            "--make-missing", action="store_true", help="make rooms, kinds and themes that are not there"
        )
        parser.add_argument(
            "--speakers-agreed",
            action="store_true",
            help="the people in the file agreed to be named on the site; without it they are not shown",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_schedule(
                content=_content(options["file"]),
                name=options["file"].name,
                edition=options["edition"],
                language=options["language"],
                make_missing=options["make_missing"],
                speakers_agreed=options["speakers_agreed"],
                is_dry_run=options["dry_run"],
            )
        except ScheduleRefused as refusal:
            raise CommandError(refusal.message) from refusal
        except DatabaseError as error:
            raise CommandError(f"The database refuses: {str(error).strip().partition(chr(10))[0]}") from error
        for line in report.lines():
            self.stdout.write(line)


def _content(file: Path) -> bytes:
    """No more than may be imported is read into memory."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}.") from error
    except ValueError as error:  # a null character in the name
        raise CommandError(f"This is no name of a file: {error}.") from error
    if len(content) > MOST_BYTES:
        raise CommandError(too_large().message)
    return content
