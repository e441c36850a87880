"""What the cover of an edition says one can do, by the calendar and by how full it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from archive.calendar import moment_in, today_of
from archive.venue_plan import plan_of
from efus_conference.kept import public_version
from efus_conference.models import Edition
from programme.actions import release
from programme.models import WalkingTime
from registration.models import Category
from tests import factories

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    page = client.get("/en/").content.decode().split("<main", 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def given(edition: Edition, quota: int | None, taken: int, **fields: object) -> Category:
    return factories.category(edition, quota=quota, taken_count=taken, **fields)


def test_the_cover_names_what_is_nearly_full_and_what_is_full(client: Client) -> None:
    edition = factories.edition()
    given(edition, 100, 89, name_en="Researchers")
    given(edition, 100, 90, name_en="Civil servants")
    given(edition, 10, 10, name_en="Students")
    given(edition, None, 500, name_en="Delegates")
    given(edition, 1, 1, name_en="Guests", is_by_invitation=True)
    shown = home(client)
    assert "Civil servants : nearly full" in shown
    assert "Students : full, with a waiting list" in shown
    for silent in ("Researchers", "Delegates", "Guests"):
        assert silent not in shown
    assert "Join the waiting list" not in shown


def test_where_all_is_full_one_joins_the_waiting_list(client: Client) -> None:
    given(factories.edition(), 10, 10)
    assert "Join the waiting list" in home(client)


def test_what_one_cannot_register_as_today_is_not_said_to_be_full(client: Client) -> None:
    edition = factories.edition()
    given(edition, 10, 10, name_en="Students", opens_at=timezone.now() + timedelta(days=1))
    assert "Students" not in home(client)


def test_under_way_the_cover_says_what_is_on_and_else_what_comes_next(client: Client) -> None:
    edition = factories.edition_of_today()
    now = timezone.now().replace(second=0, microsecond=0)
    hour = timedelta(hours=1)
    factories.session(edition, title_en="Trust", starts_at=now - hour, hours=2)
    factories.session(edition, title_en="Nights", starts_at=now + 2 * hour)
    release(edition=edition, by=factories.user())
    on_now = today_of(edition, now)
    assert [[line.title for line in lines] for lines in (on_now.on_now, on_now.next)] == [["Trust"], []]
    between = today_of(edition, now + hour)
    assert [[line.title for line in lines] for lines in (between.on_now, between.next)] == [[], ["Nights"]]
    assert "On now" in home(client)
    # The page is kept, and turns when a session begins or ends.
    passed = [public_version(now + hours * hour).passed for hours in (0, 1, 2, 3)]
    assert passed == [passed[0], passed[0] + 1, passed[0] + 2, passed[0] + 3]


def test_an_edition_with_no_session_is_under_way_all_the_same(client: Client) -> None:
    factories.edition_of_today()
    shown = home(client)
    assert "The conference is under way." in shown
    assert "On now" not in shown


def test_every_phase_of_an_edition_has_a_moment_for_the_preview() -> None:
    edition = factories.edition()
    edition.registration_closes_at = factories.NINE - timedelta(days=7)
    phases = ("announced", "registration", "closed", "under_way", "over")
    moments = {phase: moment_in(edition, phase) for phase in phases}
    found = {phase: edition.phase(moment) for phase, moment in moments.items() if moment}
    assert found == {phase: phase for phase in phases}
    assert moment_in(factories.edition(is_current=False, starts_on=None, ends_on=None), "under_way") is None


def test_the_plan_sets_venues_north_up_with_a_scale_and_the_minutes() -> None:
    edition = factories.edition()
    south = factories.venue(edition, name_en="South", latitude="50.70000", longitude="4.60000", order=1)
    north = factories.venue(edition, name_en="North", latitude="50.70900", longitude="4.60000", order=2)
    factories.venue(edition, name_en="Somewhere", order=3, latitude=None, longitude=None)
    first, second = sorted((south, north), key=lambda venue: venue.pk)
    WalkingTime.objects.create(first=first, second=second, minutes=17)
    plan = plan_of(edition)
    assert plan is not None
    assert [venue.name for _number, venue in plan.venues] == ["South", "North", "Somewhere"]
    marks = {mark.numbers: (mark.x, mark.y) for mark in plan.marks}
    assert marks["1"][0] == marks["2"][0]
    assert marks["1"][1] - marks["2"][1] == 480  # a kilometre, over the whole of the drawing
    assert (plan.scale, plan.scale_width) == (200, 96)
    assert [walk.minutes for walk in plan.walks] == [17]


@pytest.mark.parametrize("far", ["0.00000", "50.70000"])
def test_venues_at_one_spot_or_on_another_continent_break_no_plan(far: str) -> None:
    edition = factories.edition()
    factories.venue(edition, latitude="50.70000", longitude="4.60000")
    factories.venue(edition, latitude=far, longitude="4.60000")
    plan = plan_of(edition)
    assert plan is not None
    assert [mark.numbers for mark in plan.marks] == ([] if far.startswith("0") else ["1, 2"])


def test_without_a_venue_there_is_no_plan() -> None:
    assert plan_of(factories.edition()) is None
