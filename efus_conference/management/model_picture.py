"""The picture of the model: a column for each app, a box for each model, a line for each relation.

Drawn from the models alone and without a layout engine, so that the same models always give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from django.apps import apps
from django.db import models

# From the ground to the top floor, so that most lines lead from right to left.
COLUMNS = ["efus_conference", "programme", "registration", "declarations", "archive"]
COLOURS = {
    "efus_conference": "#1f4a94",
    "programme": "#0b6e5a",
    "registration": "#9a3412",
    "declarations": "#7a1f6e",
    "archive": "#7a5200",
}
BOX_WIDTH, HEAD, ROW, GAP, COLUMN_GAP, MARGIN, TOP = 290, 26, 17, 22, 120, 30, 96


@dataclass(frozen=True)
class Row:
    """One field as it stands in its box; `target` is the model it leads to."""

    name: str
    kind: str
    target: type[models.Model] | None = None


@dataclass(frozen=True)
class Box:
    model: type[models.Model]
    rows: list[Row]
    left: int
    top: int

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.rows) + 6

    def row_middle(self, place: int) -> int:
        return self.top + HEAD + ROW * place + 9


def draw() -> str:
    boxes = layout()
    width = 2 * MARGIN + len(COLUMNS) * BOX_WIDTH + (len(COLUMNS) - 1) * COLUMN_GAP
    height = MARGIN + max(box.top + box.height for box in boxes.values())
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description" '
            'font-family="system-ui, sans-serif" font-size="12">'
        ),
        '<title id="title">The models of the five apps and their relations</title>',
        (
            '<desc id="description">Drawn from the models by manage.py draw_model. Each box lists the fields of a '
            "model; docs/index.md says the same in words.</desc>"
        ),
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="34" font-size="18" font-weight="600" fill="#1a1d24">The model</text>',
        (
            f'<text x="{MARGIN}" y="54" fill="#4a4f5a">→ one · ⇉ many · ⊙ one to one · (en fr nl) a text in each '
            "language</text>"
        ),
    ]
    for number, label in enumerate(COLUMNS):
        left = MARGIN + number * (BOX_WIDTH + COLUMN_GAP)
        parts.append(
            f'<text x="{left}" y="{TOP - 12}" font-size="15" font-weight="600" fill="{COLOURS[label]}">'
            f"{escape(label)}</text>"
        )
    for box in boxes.values():
        parts += [_line(box, place, boxes[row.target]) for place, row in enumerate(box.rows) if row.target]
    parts += [part for box in boxes.values() for part in _box(box)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def layout() -> dict[type[models.Model], Box]:
    boxes: dict[type[models.Model], Box] = {}
    for number, label in enumerate(COLUMNS):
        top = TOP
        models = apps.get_app_config(label).get_models()
        for model in sorted(models, key=lambda model: model.__name__):
            if model._meta.proxy:
                continue  # the same table once more
            box = Box(model, rows_of(model), MARGIN + number * (BOX_WIDTH + COLUMN_GAP), top)
            boxes[model] = box
            top += box.height + GAP
    return boxes


def rows_of(model: type[models.Model]) -> list[Row]:
    """Its own fields in the order they are written, a text in several languages once."""
    names = {field.name for field in model._meta.fields}
    rows = []
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        if getattr(field, "translated_field", None) is not None or field.auto_created:
            continue
        languages = " (en fr nl)" if f"{field.name}_en" in names else ""
        related = field.remote_field.model if field.remote_field else None
        if related is None:
            rows.append(Row(field.name + languages, type(field).__name__.removesuffix("Field").lower()))
            continue
        mark = "⊙" if field.one_to_one else "⇉" if field.many_to_many else "→"
        target = related if related._meta.app_label in COLUMNS else None
        rows.append(Row(field.name, f"{mark} {related.__name__}", target))
    return rows


def _line(box: Box, place: int, target: Box) -> str:
    """From a field to the head of the box it leads to; it passes behind the boxes."""
    start, end = box.row_middle(place), target.top + HEAD // 2
    colour = COLOURS[target.model._meta.app_label]
    if target.left == box.left:
        bend = box.left - 14 - 4 * (place % 6)
        path = f"M{box.left} {start}C{bend} {start} {bend} {end} {target.left} {end}"
    elif target.left < box.left:
        arrival = target.left + BOX_WIDTH
        bend = COLUMN_GAP // 2 + 6 * (place % 5)
        path = f"M{box.left} {start}C{box.left - bend} {start} {arrival + bend} {end} {arrival} {end}"
    else:
        departure = box.left + BOX_WIDTH
        path = f"M{departure} {start}C{departure + 60} {start} {target.left - 60} {end} {target.left} {end}"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-opacity=".5"/>'


def _box(box: Box) -> list[str]:
    colour = COLOURS[box.model._meta.app_label]
    left, top = box.left, box.top
    parts = [
        (
            f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{box.height}" fill="#ffffff" '
            f'stroke="{colour}"/>'
        ),
        f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{HEAD}" fill="{colour}"/>',
        (
            f'<text x="{left + 10}" y="{top + 18}" font-size="13" font-weight="600" fill="#ffffff">'
            f"{escape(box.model.__name__)}</text>"
        ),
    ]
    for place, row in enumerate(box.rows):
        y = box.row_middle(place) + 4
        parts.append(f'<text x="{left + 10}" y="{y}" fill="#1a1d24">{escape(row.name)}</text>')
        parts.append(
            f'<text x="{left + BOX_WIDTH - 10}" y="{y}" text-anchor="end" fill="#4a4f5a">'
            f"{escape(row.kind)}</text>"
        )
    return parts
