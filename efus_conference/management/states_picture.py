"""The picture of a registration's states: a column for each, a row with an arrow for each way between two.

Drawn from `registration.states` alone, without a layout engine, so that the same table always gives the same bytes.
Its colours follow the reader's scheme; who takes a way is told by the line's pattern too.
"""

from __future__ import annotations

from html import escape

from django.utils.translation import override

from registration.models import RegistrationEvent
from registration.states import COUNTED, ENDED, WAYS, Status, Way

# From the left to the right as most registrations go; the two ends last.
COLUMNS = [
    Status.DRAFT,
    Status.SUBMITTED,
    Status.WAITING,
    Status.APPROVED,
    Status.CONFIRMED,
    Status.REFUSED,
    Status.CANCELLED,
]
WHO = {"person": "the person, or who acts for them", "organisers": "the organisers", "clock": "the clock"}
MARGIN, WORDS, STEP, ROW, HEAD, TOP, GROUP = 30, 230, 154, 28, 40, 100, 40
WIDTH = 2 * MARGIN + WORDS + STEP * len(COLUMNS)

STYLE = """
.paper { fill: #ffffff } .ink { fill: #1a1d24 } .soft { fill: #4a4f5a } .rule { stroke: #c9ccd3 }
.state { fill: #eef2f9; stroke: #1f4a94 } .counted { fill: #e2f1ec; stroke: #0b6e5a }
.ended { fill: #f6e9e6; stroke: #9a3412 }
.person { stroke: #1f4a94 } .organisers { stroke: #9a3412 } .clock { stroke: #0b6e5a }
.point.person { fill: #1f4a94 } .point.organisers { fill: #9a3412 } .point.clock { fill: #0b6e5a }
@media (prefers-color-scheme: dark) {
.paper { fill: #14171d } .ink { fill: #f0f1f4 } .soft { fill: #b6bbc6 } .rule { stroke: #3b414d }
.state { fill: #1c2740; stroke: #8fb3f0 } .counted { fill: #12302a; stroke: #6fcfb4 }
.ended { fill: #3a211a; stroke: #f0a98c }
.person { stroke: #8fb3f0 } .organisers { stroke: #f0a98c } .clock { stroke: #6fcfb4 }
.point.person { fill: #8fb3f0 } .point.organisers { fill: #f0a98c } .point.clock { fill: #6fcfb4 }
}
""".strip()
PATTERNS = {"person": "", "organisers": ' stroke-dasharray="9 4"', "clock": ' stroke-dasharray="2 4"'}


def draw() -> str:
    with override("en"):
        return _draw()


def _draw() -> str:
    groups = [(who, [way for way in WAYS if way.who == who]) for who in WHO]
    height = TOP + HEAD + sum(GROUP + ROW * len(ways) for _who, ways in groups) + MARGIN
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title description" '
            'font-family="system-ui, sans-serif" font-size="13">'
        ),
        '<title id="title">The states of a registration and the ways between them</title>',
        f'<desc id="description">{escape(_in_words())}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text class="ink" x="{MARGIN}" y="42" font-size="19" font-weight="600">The states of a registration</text>',
        (
            f'<text class="soft" x="{MARGIN}" y="66">Each row is one way, named as the history names it. Green states '
            "take one of the category’s places; in red ones it is over. The database refuses every other way.</text>"
        ),
    ]
    bottom = height - MARGIN
    for number, status in enumerate(COLUMNS):
        parts += _column(status, _middle(number), bottom)
    y = TOP + HEAD
    for who, ways in groups:
        y += GROUP
        parts.append(
            f'<text class="ink" x="{MARGIN}" y="{y - 6}" font-weight="600">{escape(WHO[who].capitalize())}</text>'
        )
        parts.append(f'<path class="rule" d="M{MARGIN} {y}H{WIDTH - MARGIN}" stroke-width="1" fill="none"/>')
        for way in ways:
            y += ROW
            parts += _arrow(way, y - 10)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _middle(number: int) -> int:
    return MARGIN + WORDS + STEP * number + STEP // 2


def _column(status: Status, x: int, bottom: int) -> list[str]:
    kind = "ended" if status in ENDED else "counted" if status in COUNTED else "state"
    return [
        (
            f'<path class="rule" d="M{x} {TOP + HEAD}V{bottom}" stroke-width="1" stroke-dasharray="1 5" '
            'fill="none"/>'
        ),
        (
            f'<rect class="{kind}" x="{x - 70}" y="{TOP}" width="140" height="{HEAD}" rx="6" '
            'stroke-width="1.5"/>'
        ),
        (
            f'<text class="ink" x="{x}" y="{TOP + 25}" text-anchor="middle" font-weight="600">'
            f"{escape(str(status.label))}</text>"
        ),
    ]


def _arrow(way: Way, y: int) -> list[str]:
    start, end = _middle(COLUMNS.index(way.before)), _middle(COLUMNS.index(way.after))
    sign = 1 if end > start else -1
    tip = end - sign * 2
    back = tip - sign * 10
    return [
        f'<text class="soft" x="{MARGIN + 12}" y="{y + 4}">{escape(_words(way))}</text>',
        f'<circle class="point {way.who}" cx="{start}" cy="{y}" r="3.5"/>',
        (
            f'<path class="{way.who}" d="M{start} {y}H{back}" fill="none" stroke-width="2"{PATTERNS[way.who]}/>'
        ),
        f'<path class="point {way.who}" d="M{tip} {y}L{back} {y - 5}V{y + 5}Z"/>',
    ]


def _words(way: Way) -> str:
    return str(RegistrationEvent.Verb(way.verb).label)


def _in_words() -> str:
    ways = [f"{way.before.label} to {way.after.label}: {_words(way)}, by {WHO[way.who]}" for way in WAYS]
    return "; ".join(ways) + "."
