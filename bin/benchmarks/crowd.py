"""Runs inside the site: makes the people and visits of a storm of bookings, and says what became of them.

Prints JSON. The people's sessions are made here, as if each had logged in before the hour; all else that a storm
does goes through the pages.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session as Login
from django.db import connection, transaction
from django.db.models import Count, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.invariants import broken
from efus_conference.models import Edition, User
from programme.actions import release
from programme.models import ReleasedSession, Session, SessionKind
from registration.actions import book_seat, star
from registration.models import Booking, BookingLimit, Category, Place, Registration, SeatPool, Wait

FIRST_HOUR = 6  # before the demonstration's own sessions begin
PER_SLOT = 2  # visits at one time
SLOT = timedelta(hours=1)
MOST_SEATS = 2  # of one person


def make(name: str, people: int, visits: int, seats: int) -> dict[str, Any]:
    """Visits with seats, in slots of two at one time, and people who are registered and logged in."""
    edition = Edition.objects.get(is_demonstration=True)
    kind = SessionKind.objects.create(slug=f"bench-{name}", name=f"visit of {name}", has_limited_seats=True)
    BookingLimit.objects.create(edition=edition, kind=kind, most=MOST_SEATS)
    begin = edition.days()[0].replace(hour=FIRST_HOUR)
    sessions = []
    for number in range(visits):
        starts_at = begin + number // PER_SLOT * SLOT
        sessions.append(
            Session.objects.create(
                edition=edition,
                kind=kind,
                title=f"Visit {number + 1} of {name}",
                starts_at=starts_at,
                ends_at=starts_at + SLOT,
                floor_languages=["en"],
            )
        )
    SeatPool.objects.bulk_create(SeatPool(session=session, capacity=seats) for session in sessions)
    release(edition=edition, by=None, sessions=sessions)
    return {"codes": [session.code for session in sessions], "people": _people(edition, name, people)}


def _people(edition: Edition, name: str, count: int) -> list[dict[str, Any]]:
    category = Category.objects.create(edition=edition, slug=f"bench-{name}", name=f"people of {name}")
    users = User.objects.bulk_create(
        User(email=f"{name}.{number}@example.org", name=f"Person {number}", password="!")  # noqa: S106 - none
        for number in range(count)
    )
    places = Place.objects.bulk_create(Place(edition=edition) for _ in users)
    registrations = Registration.objects.bulk_create(
        Registration(
            edition=edition,
            place=place,
            managed_by=user,
            category=category,
            given_name="Person",
            family_name=f"{number} of {name}",
            email=user.email,
            status=Registration.Status.CONFIRMED,
        )
        for number, (user, place) in enumerate(zip(users, places, strict=True))
    )
    return [
        {"registration": registration.pk, "cookie": cookie}
        for registration, cookie in zip(registrations, _logins(users), strict=True)
    ]


def _logins(users: list[User]) -> list[str]:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    until = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    logins = []
    for user in users:
        values = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        key = store()._get_new_session_key()
        logins.append(Login(session_key=key, session_data=store().encode(values), expire_date=until))
    return [login.session_key for login in Login.objects.bulk_create(logins)]


def outcome(name: str) -> dict[str, Any]:
    """By registration the codes of its seats and of its waits, the arrivals in order, and what does not hold."""
    bookings = Booking.objects.standing().filter(session__kind__slug=f"bench-{name}")
    waits = Wait.objects.filter(session__kind__slug=f"bench-{name}").order_by("party_id")
    people = dict(
        Registration.objects.filter(category__slug=f"bench-{name}")
        .values_list("place_id", "pk")
        .order_by("pk")
    )
    sessions = list(Session.objects.filter(kind__slug=f"bench-{name}").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        sentences = broken(cursor, single_waits_of=sessions)
    return {
        "seats": [[people[place], code] for place, code in bookings.values_list("place_id", "session__code")],
        "waits": [
            [people[place], code, status]
            for place, code, status in waits.values_list("place_id", "session__code", "status")
        ],
        "broken": sentences,
    }


def statements(name: str) -> dict[str, list[str]]:
    """The kind of each SQL statement of the two requests of one booking, and of the booking alone."""
    made = make(name, 2, 2, 5)
    code, person = made["codes"][0], made["people"][0]
    client = Client(HTTP_HOST="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = person["cookie"]
    path = f"/en/my/sessions/{code}/"
    client.get(path)
    with CaptureQueriesContext(connection) as page:
        client.get(path)
    with CaptureQueriesContext(connection) as form:
        answer = client.post(path, {"registration": person["registration"], "what": "book"})
    if answer.status_code != 302 or not Booking.objects.filter(session__code=code).exists():
        sys.exit(f"The booking to be counted answered with status {answer.status_code} and left no seat")
    other = Registration.objects.select_related("place", "managed_by").get(
        pk=made["people"][1]["registration"]
    )
    session = Session.objects.get(code=code)
    with CaptureQueriesContext(connection) as action:
        book_seat(place=other.place, session=session, by=other.managed_by)
    return {
        "page": _kinds(page),
        "form": _kinds(form),
        "action": _kinds(action),
    }


def _kinds(captured: CaptureQueriesContext) -> list[str]:
    """Such as “SELECT registration_place FOR UPDATE”."""
    kinds = []
    for query in captured.captured_queries:
        words = query["sql"].replace('"', "").split()
        verb = words[0].upper()
        table = ""
        for before in ("FROM", "INTO", "UPDATE"):
            if before in words[:-1] and verb in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                table = words[words.index(before) + 1].strip("();")
                break
        lock = (
            " with a lock" if "FOR" in words and {"UPDATE", "KEY"} & set(words) and verb == "SELECT" else ""
        )
        kinds.append(f"{verb} {table}{lock}".strip())
    return kinds


def agendas(name: str) -> dict[str, Any]:
    """The queries of an agenda's page with one seat, and with everything in it that one can have."""
    made = make(name, 2, 2, 5)
    cookies = {}
    counted = {}
    for length, person in zip(("short", "long"), made["people"], strict=True):
        registration = Registration.objects.select_related("place", "managed_by").get(
            pk=person["registration"]
        )
        sessions = [Session.objects.get(code=made["codes"][0])]
        book_seat(place=registration.place, session=sessions[0], by=registration.managed_by)
        if length == "long":
            for row in ReleasedSession.objects.filter(edition=registration.edition).select_related("session"):
                star(registration=registration, session=row.session)
        client = Client(HTTP_HOST="localhost")
        client.cookies[settings.SESSION_COOKIE_NAME] = cookies[length] = person["cookie"]
        client.get("/en/my/agenda/")
        with CaptureQueriesContext(connection) as captured:
            answer = client.get("/en/my/agenda/")
        if answer.status_code != 200:
            sys.exit(f"The agenda answered with status {answer.status_code}")
        counted[length] = _kinds(captured)
    return {"queries": counted, "cookies": cookies, "stars": registration.stars.count()}


def wanted(name: str, count: int) -> list[int]:
    """The registrations of so many people with one seat, for which others wait."""
    sessions = Wait.objects.waiting().filter(session__kind__slug=f"bench-{name}").values("session_id")
    people = Registration.objects.filter(category__slug=f"bench-{name}").annotate(
        seats=Count("place__bookings", Q(place__bookings__status__in=Booking.STANDING)),
        wanted=Count(
            "place__bookings",
            Q(place__bookings__status__in=Booking.STANDING, place__bookings__session__in=sessions),
        ),
    )
    return list(people.filter(seats=1, wanted=1).order_by("pk").values_list("pk", flat=True)[:count])


def main() -> None:
    what, name, *arguments = sys.argv[1:]
    answer: Any
    if what == "make":
        with transaction.atomic():
            answer = make(name, *map(int, arguments))
    elif what == "outcome":
        answer = outcome(name)
    elif what == "statements":
        answer = statements(name)
    elif what == "agendas":
        answer = agendas(name)
    else:
        answer = wanted(name, *map(int, arguments))
    json.dump(answer, sys.stdout)
