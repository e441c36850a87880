from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from efus_conference.management import office_messages


class Command(BaseCommand):
    help = (
        "Brings locale/office/, the seven languages in which offices alone are written to, up to the source: adds "
        "new texts, keeps translations, drops what is gone; and lists what is not translated yet."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = office_messages.texts()
        for language in office_messages.LANGUAGES:
            catalogue = office_messages.merged(language, wanted)
            office_messages.write(language, catalogue)
            lacking = office_messages.untranslated(catalogue)
            self.stdout.write(f"{language}: {len(wanted)} texts, {len(lacking)} not translated")
            for text in lacking if options["verbosity"] > 1 else []:
                self.stdout.write(f"  {text}")
