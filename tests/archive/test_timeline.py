from __future__ import annotations

import pytest

from archive.timeline import Stop, line
from efus_conference.models import Edition


@pytest.mark.parametrize(
    ("years", "gaps"),
    [
        ([], []),
        ([1989], [None]),
        ([1989, 1991, 2000], [2, 9, None]),
        ([1989, 2017, 2017], [9, 1, None]),
    ],
)
def test_the_line_keeps_the_years_between_editions(years: list[int], gaps: list[int | None]) -> None:
    editions = [Edition(year=year) for year in years]
    assert line(editions) == [Stop(edition, gap) for edition, gap in zip(editions, gaps, strict=True)]
