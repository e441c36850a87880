"""The parts people play here, and how the answers they get are written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.asking import Answer

# Those with a link have no account: to all other pages they are anyone. A volunteer has entered at the desk.
WITHOUT_ACCOUNT = ("anyone", "speaker", "office", "volunteer")
PEOPLE = ("participant", "assistant", "coordinator")
GROUPS = ("content", "desk", "press", "officer", "administrator")
# Of the group “desk”, on a device that has entered at the desk: everywhere else as the group is.
ENTERED = "organiser"
ROLES = (*WITHOUT_ACCOUNT, *PEOPLE, *GROUPS, ENTERED)
# As the world names and describes its people.
TOLD = re.compile(rb"(Name|Needs|Diet|Function|Medium|Reply|Mail)-of-(\w+)")


@dataclass(frozen=True)
class Row:
    """What one address answers to each role: a status, or two around a slash, of one's own and of another's.

    Of redirections, “login” leads to the login, “302” elsewhere. `more` speaks of single roles.
    """

    method: str
    name: str
    anyone: str
    people: str
    organisers: str
    more: tuple[tuple[str, str], ...] = ()

    def expected(self, role: str, *, is_own: bool) -> str:
        said = dict(self.more).get(role)
        if said is None and role == ENTERED:
            said = dict(self.more).get("desk")
        if said is None and role in WITHOUT_ACCOUNT:
            said = self.anyone
        elif said is None:
            said = self.people if role in PEOPLE else self.organisers
        own, _slash, other = said.partition("/")
        return own if is_own or not other else other


def row(method: str, name: str, *, anyone: str, people: str, organisers: str = "", **more: str) -> Row:
    """Without a word of them, organisers are people like others."""
    assert not set(more) - set(ROLES), more
    return Row(method, name, anyone, people, organisers or people, tuple(more.items()))


def same(method: str, name: str, answer: str) -> Row:
    """The same for everyone."""
    return row(method, name, anyone=answer, people=answer)


@dataclass(frozen=True)
class Asked:
    """An answer as the tables write it, and what it tells of whom: “needs” of “stranger”."""

    answer: str
    told: frozenset[tuple[str, str]]


def asked_of(answer: Answer) -> Asked:
    told = frozenset((what.decode().lower(), whose.decode()) for what, whose in TOLD.findall(answer.content))
    status = answer.status.partition(" ")[0]
    if status == "302" and urlsplit(answer.header("Location")).path.endswith("/login/"):
        return Asked("login", told)
    return Asked(status, told)
