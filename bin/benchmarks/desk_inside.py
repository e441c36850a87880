"""Runs inside the site: makes the people of a morning at the desk, and says what became of them. Prints JSON."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from efus_conference.models import Edition, User
from efus_conference.views.taking import take_data
from registration.actions import ticket_for, tickets_for
from registration.actions.desk import make_desk_link, set_passphrase
from registration.badges import FORMATS, badges_pdf
from registration.models import Answer, Category, CheckIn, Place, Question, Registration

PASSPHRASE = "seven in the morning"  # noqa: S105 - of a copy that is thrown away
CATEGORY = "bench-desk"


def begin(count: int) -> dict[str, Any]:
    """People who take part, with tickets; the desk's passphrase, and a link for volunteers with its PIN."""
    edition = Edition.objects.get(is_demonstration=True)
    organiser = User.objects.filter(is_staff=True).order_by("pk")[0]
    # Those of the demonstration stay at home.
    Registration.objects.filter(edition=edition, status=Registration.Status.CONFIRMED).update(
        status="cancelled", cancelled_at=timezone.now()
    )
    people = make_people(edition, count, organiser)
    tickets_for(people)
    set_passphrase(edition=edition, passphrase=PASSPHRASE, by=organiser)
    today: datetime = timezone.now().astimezone(edition.zone)
    new = make_desk_link(edition=edition, day=today.date(), label="Six desks", by=organiser)
    return {
        "token": new.token,
        "pin": new.pin,
        "passphrase": PASSPHRASE,
        "people": [{"ref": person.pk} for person in people],
    }


def make_people(edition: Edition, count: int, keeper: User) -> list[Registration]:
    category, _is_new = Category.objects.get_or_create(
        edition=edition, slug=CATEGORY, defaults={"name": "people of the morning"}
    )
    places = Place.objects.bulk_create(Place(edition=edition) for _number in range(count))
    begun = Registration.objects.filter(category=category).count()
    return Registration.objects.bulk_create(
        Registration(
            edition=edition,
            place=place,
            managed_by=keeper,
            is_own=False,
            category=category,
            given_name="Person",
            family_name=f"{begun + number} of the Morning",
            organisation_name=f"City {number % 150}",
            email=f"{edition.slug}.morning.{begun + number}@example.org",
            status=Registration.Status.CONFIRMED,
        )
        for number, place in enumerate(places)
    )


def outcome() -> dict[str, Any]:
    """The registration of each check-in that stands."""
    rows = CheckIn.objects.standing().filter(registration__category__slug=CATEGORY)
    return {"check_ins": list(rows.values_list("registration_id", flat=True))}


def badges(count: int) -> dict[str, Any]:
    edition = Edition.objects.get(is_demonstration=True)
    keeper = User.objects.filter(is_staff=True).order_by("pk")[0]
    confirmed = Registration.objects.confirmed().filter(edition=edition)
    make_people(edition, max(0, count - confirmed.count()), keeper)
    people = list(confirmed.select_related("edition", "organisation", "category", "place").by_name()[:count])
    tickets_for(people)
    told = {}
    for form in FORMATS:
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            pdf = badges_pdf(people, form)
            took = time.perf_counter() - begun
        told[form] = {"seconds": took, "kilobytes": len(pdf) // 1000, "queries": len(captured)}
    return told


def data() -> dict[str, Any]:
    """Of the demonstration's participant, with files and answers added."""
    edition = Edition.objects.get(is_demonstration=True)
    keeper = User.objects.create_user("everything@example.org", name="Person with Everything")
    (person,) = make_people(edition, 1, keeper)
    Registration.objects.filter(pk=person.pk).update(is_own=True)
    person.refresh_from_db()
    ticket_for(person)
    for number in range(5):
        question = Question.objects.create(
            edition=edition, slug=f"bench-file-{number}", text=f"File {number}", kind=Question.Kind.FILE
        )
        answer = Answer(registration=person, question=question, value=f"file-{number}.pdf")
        answer.file.save("file.pdf", ContentFile(b"%PDF-1.7 " + bytes(500_000)), save=False)
        answer.save()
    for number in range(200):
        person.events.create(verb="changed", actor=keeper, detail={"fields": ["function"], "number": number})
    target = io.BytesIO()
    with CaptureQueriesContext(connection) as captured:
        begun = time.perf_counter()
        take_data(target, user=keeper)
        took = time.perf_counter() - begun
    names = zipfile.ZipFile(target).namelist()
    return {
        "milliseconds": took * 1000,
        "queries": len(captured),
        "files": sum(name.endswith(".pdf") for name in names),
        "kilobytes": len(target.getvalue()) // 1000,
    }


def main() -> None:
    what, *arguments = sys.argv[1:]
    told = (
        {"begin": begin, "badges": badges}[what](int(arguments[0]))
        if arguments
        else {"outcome": outcome, "data": data}[what]()
    )
    json.dump(told, sys.stdout)
