from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from efus_conference.management.static_copy import write_copy
from efus_conference.management.static_copy.copying import ChangedMeanwhileError, NothingThereError
from efus_conference.models import Edition

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Command(BaseCommand):
    help = (
        "Writes the public pages of an edition as files that open from a disk, without a network: for an archive, a "
        "library, a drawer. The folder is made, or is empty; it appears whole or not at all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="its address, such as nice-2021")
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to; empty or not there yet")
        parser.add_argument(
            "--languages",
            default=",".join(LANGUAGES),
            help="which, with commas; all of the site by default. The first is that of index.html.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        edition = self._edition(options["edition"])
        languages = self._languages(options["languages"])
        folder = options["folder"].absolute()
        if folder.is_symlink():
            raise CommandError(f"{folder} is a link. Name the folder itself.")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not empty. Name a folder that is empty or not there yet.")

        def say(line: str) -> None:
            if options["verbosity"]:
                self.stdout.write(line)

        say(f"Copying {edition.name} in {', '.join(languages)} …")
        try:
            count = write_copy(edition, folder, languages, say=say)
        except ChangedMeanwhileError:
            raise CommandError(
                "Something was published while the pages were read. Nothing was written; run it again."
            ) from None
        except NothingThereError:
            raise CommandError(f"The site does not answer for {edition.slug}. Nothing was written.") from None
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error}") from error
        say(f"{folder}: {count} files. Begin at index.html.")

    def _edition(self, slug: str) -> Edition:
        published = Edition.objects.published().in_order()
        edition = published.filter(slug=slug).first()
        if edition is None:
            known = ", ".join(published.values_list("slug", flat=True))
            raise CommandError(f"No published edition is called {slug}. There are: {known or 'none'}.")
        return edition

    def _languages(self, given: str) -> list[str]:
        languages = list(dict.fromkeys(code.strip() for code in given.split(",") if code.strip()))
        unknown = [code for code in languages if code not in LANGUAGES]
        if unknown or not languages:
            raise CommandError(
                f"Not a language of this site: {', '.join(unknown) or 'none given'}. "
                f"There are: {', '.join(LANGUAGES)}."
            )
        return languages
