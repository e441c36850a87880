from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from efus_conference.management.outlines import path_of
from efus_conference.maps import EUROPE, OUTLINES, WORLD

# The coarser file is enough for the whole world.
FILES = {EUROPE: "countries-50m.json", WORLD: "countries-110m.json"}


class Command(BaseCommand):
    help = (
        "Makes the outlines of our maps (efus_conference/data/outlines.json) out of the npm package world-atlas, "
        "which redistributes Natural Earth's countries. docs/dependencies.md says how to get it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the unpacked package, with countries-50m.json in it")

    def handle(self, *, folder: Path, **options: Any) -> None:
        outlines = {}
        for area, name in FILES.items():
            try:
                topology = json.loads((folder / name).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"{folder / name}: {error}") from error
            outlines[area.name] = path_of(topology, area)
            self.stdout.write(f"{area.name}: {len(outlines[area.name])} letters")
        OUTLINES.parent.mkdir(exist_ok=True)
        OUTLINES.write_text(json.dumps(outlines, indent=0) + "\n", encoding="utf-8")
