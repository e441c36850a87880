from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from efus_conference.models import Edition
from programme.actions import preview
from programme.models import Appearance, Venue, WalkingTime
from programme.release_hooks import Concern
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db
TEXTS = {"title_fr": "x", "title_nl": "x"}


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


def venue(edition: Edition, slug: str) -> Venue:
    return Venue.objects.create(edition=edition, slug=slug, name=slug.title())


def found(edition: Edition) -> list[tuple[Concern, str]]:
    return [(warning.concern, warning.message) for warning in preview(edition=edition).warnings]


def session(edition: Edition, title: str, **fields: Any) -> Any:
    return factories.session(edition, title=title, **TEXTS, **fields)


def test_a_way_longer_than_the_pause_is_told_and_a_shorter_one_is_not(edition: Edition) -> None:
    town_hall, library = venue(edition, "town-hall"), venue(edition, "library")
    WalkingTime.objects.create(first=town_hall, second=library, minutes=20)
    hall = factories.room(edition, name="Hall", venue=town_hall)
    reading = factories.room(edition, name="Reading Room", venue=library)
    ada = factories.speaker(name="Ada Example")
    session(edition, "One", room=hall, speakers=(ada,))
    session(edition, "Two", room=reading, speakers=(ada,), starts_at=NINE + timedelta(hours=1, minutes=10))
    session(edition, "Three", room=hall, speakers=(ada,), starts_at=NINE + timedelta(hours=2, minutes=30))

    assert found(edition) == [
        (
            Concern.WALKING,
            (
                "Ada Example has 10 minutes from “One” to “Two”, 14 May 2031, 10:10; the way from Hall to "
                "Reading Room takes 20."
            ),
        )
    ]


def test_who_declined_and_who_did_not_agree_to_be_named_is_told(edition: Edition) -> None:
    ada, grace = (
        factories.speaker(name="Ada Example"),
        factories.speaker(name="Grace Example", consented_at=None),
    )
    first = session(edition, "One", speakers=(ada, grace))
    second = session(edition, "Two", speakers=(grace,), starts_at=NINE + timedelta(hours=3))
    Appearance.objects.filter(speaker=ada).update(answer="declined")

    shown = preview(edition=edition).warnings

    assert [(warning.concern, warning.message, warning.session_ids) for warning in shown] == [
        (
            Concern.DECLINED,
            "Ada Example declined to take part in “One” and still stands in it.",
            (first.pk,),
        ),
        (
            Concern.CONSENT,
            (
                "Grace Example has not agreed to be named, or withdrew it: their sessions are shown without them: "
                "“One”; “Two”."
            ),
            (first.pk, second.pk),
        ),
    ]


def test_a_kind_that_is_interpreted_asks_for_interpretation_or_captions(edition: Edition) -> None:
    plenary = factories.kind(name="plenary", is_interpreted=True)
    session(edition, "Silent", kind=plenary)
    for number, fields in enumerate(
        (
            {"interpretation_languages": ["fr"]},
            {"floor_languages": ["en", "fr"], "interpretation_languages": ["en", "fr"]},
            {"caption_languages": ["fr"]},
        )
    ):
        session(edition, "Told", kind=plenary, starts_at=NINE + timedelta(hours=2 + number), **fields)

    assert found(edition) == [
        (
            Concern.INTERPRETATION,
            "“Silent” has neither interpretation nor captions, which its kind has: plenary.",
        )
    ]


def test_a_field_visit_asks_for_a_meeting_point_and_a_deadline_to_come(edition: Edition) -> None:
    visit = factories.kind(colour="visit")
    session(edition, "Prison", kind=visit, identity_by=datetime(2020, 1, 1, tzinfo=UTC))
    session(
        edition,
        "Port",
        kind=visit,
        identity_by=NINE + timedelta(days=1),
        **{f"meeting_point_{code}": "Gate" for code in ("en", "fr", "nl")},
    )

    assert found(edition) == [
        (Concern.VISIT, "“Prison” has no meeting point."),
        (
            Concern.VISIT,
            "“Prison” asks for an identity document until 1 January 2020, 01:00, which has passed.",
        ),
        (Concern.VISIT, "“Port” asks for an identity document until 15 May 2031, 09:00, after it has begun."),
    ]


def test_a_preview_reads_each_table_once_at_any_size(edition: Edition) -> None:
    counts = []
    for size in (2, 20):
        for number in range(size):
            session(edition, "x", room=factories.room(edition), starts_at=NINE + timedelta(hours=number))
        with CaptureQueriesContext(connection) as captured:
            preview(edition=edition)
        drafts = [query for query in captured if 'FROM "programme_session"' in query["sql"]]
        released = [query for query in captured if 'FROM "programme_releasedsession"' in query["sql"]]
        counts.append((len(captured), len(drafts), len(released)))

    assert counts[0] == counts[1]
    assert counts[0][1:] == (1, 1)
