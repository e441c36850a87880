from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from efus_conference.management.model_picture import draw


class Command(BaseCommand):
    help = "Draws docs/model.svg, the picture of the model, from the models."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "model.svg").write_text(draw(), encoding="utf-8")
        self.stdout.write("Drawn: docs/model.svg")
