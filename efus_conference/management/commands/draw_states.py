from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from efus_conference.management.states_picture import draw


class Command(BaseCommand):
    help = "Draws docs/registration-states.svg, the states of a registration, from registration.states."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "registration-states.svg").write_text(draw(), encoding="utf-8")
        self.stdout.write("Drawn: docs/registration-states.svg")
