from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from declarations.log.keys import KeyElsewhereError
from declarations.log.readmission import ReadmissionRefusedError, readmit


class Command(BaseCommand):
    help = (
        "After an older database was restored: puts the entries of the logs back that were signed since, as the "
        "keeper remembers them. Run it where the keeper runs, before it is started."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            back = readmit()
        except (KeyElsewhereError, ReadmissionRefusedError) as error:
            raise CommandError(str(error)) from error
        for each in back:
            self.stdout.write(f"{each.log.origin}: {each.count} entries from number {each.first} are back.")
            if each.unknown:
                self.stdout.write(
                    f"  Of {each.unknown} the register knows nothing: what they are about is recorded anew."
                )
        if not back:
            self.stdout.write("Nothing was missing.")
