from __future__ import annotations

from itertools import pairwise

import pytest

from efus_conference.plots import LETTER, NARROW, WIDE, Column, Course, Mark, bar_plot, line_plot

WORDS = {"key": "one", "title": "Title", "description": "In words", "axis": "Day"}


def test_bars_stand_on_a_round_scale_and_in_the_table() -> None:
    plot = bar_plot(
        [Column("Monday", "Mo", 3), Column("Tuesday", "Tu", 0), Column("Wednesday", "We", 1234)],
        headings=["Day", "People"],
        **WORDS,
    )
    assert plot is not None
    assert [(level.text, level.at) for level in plot.levels] == [
        ("0", "100%"),
        ("500", "66.67%"),
        ("1000", "33.33%"),
        ("1500", "0%"),
    ]
    assert [(bar.left, bar.width, bar.top, bar.height) for bar in plot.bars] == [
        ("3.33%", "26.67%", "99.8%", "0.2%"),
        ("36.67%", "26.67%", "100%", "0%"),
        ("70%", "26.67%", "17.73%", "82.27%"),
    ]
    assert plot.rows == [("Monday", "3"), ("Tuesday", "0"), ("Wednesday", "1234")]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 99, 800, 10_000])
def test_a_scale_has_few_levels_and_ends_at_or_above_the_largest(count: int) -> None:
    plot = bar_plot([Column("Monday", "Mo", count)], headings=["Day", "People"], **WORDS)
    assert plot is not None
    assert (2 <= len(plot.levels) <= 5, int(plot.levels[-1].text) >= count) == (True, True)


@pytest.mark.parametrize("number", [1, 2, 5, 14, 24, 53, 96])
@pytest.mark.parametrize("label", ["07:45", "9", "12 sept."])
def test_labels_never_collide(number: int, label: str) -> None:
    plot = bar_plot(
        [Column(f"{n}", label, n + 1) for n in range(number)], headings=["Day", "People"], **WORDS
    )
    assert plot is not None
    assert plot.marks
    for width, marks in ((WIDE, plot.marks), (NARROW, [one for one in plot.marks if not one.is_for_wide])):
        places = [float(mark.at.rstrip("%")) * width / 100 for mark in marks]
        assert all(after - before >= len(label) * LETTER for before, after in pairwise(places))


def test_a_line_runs_over_the_span_and_no_plot_is_drawn_of_nothing() -> None:
    words = {**WORDS, "headings": ["Week", "Now"], "rows": [["0", "4"]]}
    plot = line_plot(
        [Course("Now", [(-10, 0), (0, 4)]), Course("Then", [], is_past=True)],
        [(-10, "10"), (0, "0")],
        span=(-10, 0),
        **words,
    )
    assert plot is not None
    assert [(line.name, line.path) for line in plot.lines] == [("Now", "M0.00 100.00 L100.00 0.00")]
    assert plot.marks == [Mark("10", "0%"), Mark("0", "100%")]
    nothing = [
        line_plot([Course("Now", [(0, 0)])], [], span=(0, 1), **words),
        bar_plot([Column("Monday", "Mo", 0)], headings=["Day", "People"], **WORDS),
        bar_plot([], headings=["Day", "People"], **WORDS),
    ]
    assert nothing == [None, None, None]
