"""Plots as the pages draw them: an SVG made on the server, with the same figures as a table beside it.

Everything is placed in hundredths of the plot's area, so that the browser stretches the area to its page while
letters and lines keep their size. Labels that would collide in a narrow area are shown in a wide one only; those
that would collide there too are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.formats import number_format

# Pixels of the area on a telephone of 390, and from which on admin-day.css shows the labels for wide ones.
NARROW = 230
WIDE = 540
LETTER = 7.5  # pixels, the widest digit of the labels' type
BETWEEN = 8  # pixels between two labels
MOST_LEVELS = 4  # above zero
FILLED = 0.8  # of a bar's share of the width


@dataclass(frozen=True)
class Mark:
    """A label of an axis, and where it stands: “37.5%”."""

    text: str
    at: str
    is_for_wide: bool = False


@dataclass(frozen=True)
class Bar:
    """`name` says in full what it counts, as the table does."""

    name: str
    count: int
    left: str
    width: str
    top: str
    height: str


@dataclass(frozen=True)
class Line:
    """`path` is drawn in a square of a hundred by a hundred; `is_past` is what the other is compared with."""

    name: str
    path: str
    is_past: bool = False


@dataclass(frozen=True)
class Plot:
    """`key` tells it from the others of its page; `axis` says what runs to the right."""

    key: str
    title: str
    description: str
    axis: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    marks: Sequence[Mark]
    levels: Sequence[Mark]
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()


@dataclass(frozen=True)
class Column:
    """One bar to be: its name in full, the label below it (empty for none), and what it counts."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class Course:
    """How a figure went: (where on the axis, figure), in order. An empty one is not drawn."""

    name: str
    points: Sequence[tuple[float, int]] = field(default_factory=list)
    is_past: bool = False


def bar_plot(
    columns: Sequence[Column],
    *,
    key: str,
    title: str,
    description: str,
    axis: str,
    headings: Sequence[str],
    is_marked_at_the_start: bool = False,
) -> Plot | None:
    """A bar for each column; None where there is nothing to draw. Labels stand below the middle or the start."""
    if not any(column.count for column in columns):
        return None
    top, levels = _levels(max(column.count for column in columns))
    share = 100 / len(columns)
    shift = 0 if is_marked_at_the_start else share / 2
    return Plot(
        key=key,
        title=title,
        description=description,
        axis=axis,
        headings=headings,
        rows=[(column.name, number_format(column.count)) for column in columns],
        marks=_marks(
            [(at * share + shift, column.label) for at, column in enumerate(columns) if column.label]
        ),
        levels=levels,
        bars=[
            Bar(
                column.name,
                column.count,
                left=_hundredths(at * share + share * (1 - FILLED) / 2),
                width=_hundredths(share * FILLED),
                top=_hundredths(100 - 100 * column.count / top),
                height=_hundredths(100 * column.count / top),
            )
            for at, column in enumerate(columns)
        ],
    )


def line_plot(
    courses: Sequence[Course],
    labels: Sequence[tuple[float, str]],
    *,
    key: str,
    title: str,
    description: str,
    axis: str,
    span: tuple[float, float],
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Plot | None:
    """The courses over one axis from `span[0]` to `span[1]`; None where none of them has anything to show."""
    most = max((count for course in courses for _at, count in course.points), default=0)
    first, last = span
    if not most or last <= first:
        return None
    top, levels = _levels(most)

    def across(at: float) -> float:
        return 100 * (at - first) / (last - first)

    return Plot(
        key=key,
        title=title,
        description=description,
        axis=axis,
        headings=headings,
        rows=rows,
        marks=_marks([(across(at), text) for at, text in labels]),
        levels=levels,
        lines=[
            Line(
                course.name,
                "M"
                + " L".join(f"{across(at):.2f} {100 - 100 * count / top:.2f}" for at, count in course.points),
                course.is_past,
            )
            for course in courses
            if course.points
        ],
    )


def _levels(most: int) -> tuple[int, list[Mark]]:
    """The figure at the top of the area, round and no less than the largest, and the labels up to it."""
    step = next(
        digit * 10**power
        for power in range(len(str(most)) + 1)
        for digit in (1, 2, 5)
        if digit * 10**power * MOST_LEVELS >= most
    )
    top = -(-most // step) * step
    return top, [
        Mark(number_format(level), _hundredths(100 - 100 * level / top)) for level in range(0, top + 1, step)
    ]


def _marks(labels: Sequence[tuple[float, str]]) -> list[Mark]:
    """As many of the labels, evenly taken, as stand side by side in a wide area, and which also do in a narrow one.

    The last always stands: it is today, or the day that all of it leads to.
    """
    backwards = list(reversed(labels))
    narrow = next((step for step in range(1, len(labels) + 1) if _fit(backwards[::step], NARROW)), 1)
    wide = next(step for step in range(1, narrow + 1) if narrow % step == 0 and _fit(backwards[::step], WIDE))
    marks = [
        Mark(text, _hundredths(at), is_for_wide=number % narrow != 0)
        for number, (at, text) in enumerate(backwards)
        if number % wide == 0
    ]
    return marks[::-1]


def _fit(labels: Sequence[tuple[float, str]], width: int) -> bool:
    """Whether labels, the last first, leave room between each other."""
    return all(
        (after[0] - before[0]) * width / 100 >= (len(before[1]) + len(after[1])) * LETTER / 2 + BETWEEN
        for after, before in pairwise(labels)
    )


def _hundredths(share: float) -> str:
    """As an attribute of the drawing has it, whatever the language of the page."""
    return f"{share:.2f}".rstrip("0").rstrip(".") + "%"
