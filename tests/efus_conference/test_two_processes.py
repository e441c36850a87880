"""Whatever organisers, speakers and imports do in whatever order, every process shows what is public and no more."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import count
from typing import Any

import pgtrigger
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from efus_conference.models import Edition
from programme.actions import give_consent, release, withdraw_consent
from programme.imports import import_schedule
from programme.models import Room, Session, SessionKind, Speaker
from tests import factories
from tests.factories import NINE
from tests.serving import Process, processes

# Each title, name and room ever given has a number of its own, so that any old one is known when it is seen.
numbers = count(10_000)
MARKS = re.compile(r"(?:Title|Person|Hall) ?(?:x)?(\d{5})")
SPEAKERS, SESSIONS = 2, 3
PAGES = [
    "/{lang}/editions/{e}/programme/",
    "/{lang}/editions/{e}/programme/changes/",
    "/{lang}/editions/{e}/speakers/",
]
FEEDS = ["schedule.xml", "schedule.json", "schedule.ics", "sessions.csv", "changes.atom"]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(0, SESSIONS - 1)),
        st.tuples(st.just("release"), st.none()),
        st.tuples(st.just("release chosen"), st.integers(0, SESSIONS - 1)),
        st.tuples(st.just("cancel"), st.integers(0, SESSIONS - 1)),
        st.tuples(st.just("consent"), st.integers(0, SPEAKERS - 1)),
        st.tuples(st.just("import"), st.integers(0, SESSIONS - 1)),
        st.tuples(st.just("rename room"), st.none()),
    ),
    min_size=3,
    max_size=6,
)


class Programme:
    """The database, and beside it what the public may know of it."""

    def __init__(self) -> None:
        number = next(numbers)
        self.edition = factories.edition(number=number % 32_000, slug=f"edition-{number}", is_current=False)
        self.room = factories.room(self.edition, name=f"Hall {number}")
        self.people = [self._person() for _ in range(SPEAKERS)]
        kind = SessionKind.objects.first() or factories.kind()
        self.drafts = [
            factories.session(
                self.edition,
                kind=kind,
                room=self.room,
                title=self._title(),
                starts_at=NINE + timedelta(hours=2 * place),
                speakers=tuple(self.people) if place == 0 else (self.people[place % SPEAKERS],),
            )
            for place in range(SESSIONS)
        ]
        self.titles: dict[int, str] = {}  # released, by session
        self.former: set[str] = set()  # released once: the changelog may tell of them
        self.released: set[int] = set()

    def _title(self) -> str:
        return f"Title {next(numbers)}"

    def _person(self) -> Speaker:
        number = next(numbers)
        return factories.speaker(name=f"Person x{number}", slug=f"person-x{number}")

    def do(self, step: str, which: Any) -> None:
        draft = (
            Session.objects.get(pk=self.drafts[which].pk) if which is not None and step != "consent" else None
        )
        if step == "edit":
            assert draft
            draft.title_en = self._title()  # type: ignore[attr-defined]
            draft.save()
        elif step == "cancel":
            assert draft
            draft.is_cancelled = not draft.is_cancelled
            draft.save()
        elif step == "import":
            assert draft
            import_schedule(
                content=self._file(draft), name="schedule.json", edition=self.edition.slug, make_missing=True
            )
        elif step == "rename room":
            self.room.name_en = f"Hall {next(numbers)}"  # type: ignore[attr-defined]
            self.room.save()
        elif step == "consent":
            person = Speaker.objects.get(pk=self.people[which].pk)
            (give_consent if person.consent_withdrawn_at else withdraw_consent)(
                speaker=person, through="link"
            )
        else:
            chosen = [draft] if draft else None
            release(edition=self.edition, by=None, sessions=chosen)
            for one in Session.objects.filter(edition=self.edition):
                if chosen is None or one in chosen:
                    self.former.add(self.titles.get(one.pk, ""))
                    self.titles[one.pk] = one.title

    def _file(self, draft: Session) -> bytes:
        event = {
            "guid": str(draft.guid),
            "code": draft.code,
            "id": draft.pk,
            "date": "2031-05-14T09:00:00+02:00",
            "start": "09:00",
            "duration": "01:00",
            "room": Room.objects.get(pk=self.room.pk).name,
            "title": self._title(),
            "type": draft.kind.name,
            "language": "en",
            "persons": [],
            "links": [],
        }
        event["date"] = draft.starts_at.astimezone(self.edition.zone).isoformat() if draft.starts_at else ""
        event["start"] = event["date"][11:16]
        days = [{"index": 1, "rooms": {event["room"]: [event]}}]
        conference = {"acronym": self.edition.slug.replace("-", "_"), "title": "SDC", "days": days}
        return json.dumps({"schedule": {"version": "1", "conference": conference}}).encode()

    def public(self) -> tuple[set[str], set[str]]:
        """The numbers that a page of this edition must show in all, and may show."""
        names = {
            re.findall(r"\d{5}", one.name)[0]
            for one in Speaker.objects.filter(pk__in=[p.pk for p in self.people]).shown()
        }
        titles = {title.split()[-1] for title in self.titles.values()}
        room = {Room.objects.get(pk=self.room.pk).name.split()[-1]}
        return titles, titles | names | room | {self.edition.slug.split("-")[-1]}


def shown(text: str) -> set[str]:
    return set(MARKS.findall(text))


def check(programme: Programme, sites: list[Process]) -> None:
    must, may = programme.public()
    slug = programme.edition.slug
    former = {title.split()[-1] for title in programme.former if title}
    sessions = [f"/en/editions/{slug}/sessions/{draft.code}/" for draft in programme.drafts]
    addresses = [page.format(lang=lang, e=slug) for page in PAGES for lang in ("en", "fr")]
    addresses += [f"/editions/{slug}/{feed}" for feed in FEEDS]
    for address in [*addresses, *sessions]:
        seen = [site.get(address) for site in sites]
        for status, text in seen:
            found = shown(text.replace("\r\n ", ""))
            allowed = may | former if "change" in address or "/sessions/" in address else may
            assert status in ((200, 404) if address in sessions else (200,)), address
            assert found <= allowed, (address, found - allowed)
            if address.endswith(("/programme/", ".xml", ".json", ".ics", ".csv")):
                assert must <= found, (address, must - found)
        assert len({text for _status, text in seen}) == 1, address


@pytest.mark.slow
def test_two_processes_show_what_is_public_and_nothing_else_after_every_step(fresh_db: str) -> None:
    with processes(2, fresh_db) as sites:

        @settings(
            max_examples=4,
            deadline=None,
            derandomize=True,
            database=None,
            # A shorter example of a failure is not worth minutes of asking two sites.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(steps)
        def run(sequence: list[tuple[str, Any]]) -> None:
            Edition.objects.all().update(is_current=False)
            programme = Programme()
            programme.do("release", None)
            check(programme, sites)
            for step, which in sequence:
                programme.do(step, which)
                check(programme, sites)

        run()


@pytest.mark.slow
def test_without_the_trigger_both_processes_would_show_what_is_no_more(fresh_db: str) -> None:
    """The control of the test above: pages are kept there, and it is the version that renews them."""
    with processes(2, fresh_db) as sites:
        programme = Programme()
        programme.do("release", None)
        address = f"/en/editions/{programme.edition.slug}/speakers/"
        before = [site.get(address) for site in sites]
        person = programme.people[0]
        with pgtrigger.ignore("programme.Speaker:raises_public_version"), transaction.atomic():
            withdraw_consent(speaker=person, through="link")
        assert [site.get(address) for site in sites] == before
        assert person.name in before[0][1]
        Room.objects.update(order=7)
        assert [person.name in site.get(address)[1] for site in sites] == [False, False]
