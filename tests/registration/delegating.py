"""What the tests of delegations have in common."""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition, User
from registration.models import Category, Delegation, Place, Registration
from tests import factories


def delegation_of(edition: Edition, coordinator: User, *, places: int) -> Delegation:
    made = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    for _number in range(places):
        Place.objects.create(edition=edition, delegation=made)
    return made


def person(category: Category | None, **changed: Any) -> dict[str, Any]:
    """As `name_place` takes someone; without an e-mail address."""
    values: dict[str, Any] = {
        "given_name": "Zofie",
        "family_name": "Příkladová",
        "email": "",
        "mails_to": "manager",
        "language": "en",
        "function": "Deputy mayor",
        "category": category,
        **changed,
    }
    if category is None:
        del values["category"]
    return values


def posted(category: Category, **changed: str) -> dict[str, str]:
    """The same as a form sends it."""
    return {
        **{name: str(value) for name, value in person(category).items()},
        "category": str(category.pk),
        "country": "CZ",
        "organisation_name": "Příkladov",
        **changed,
    }


def details(category: Category, account: User | None = None) -> dict[str, Any]:
    """As someone answers of themselves."""
    return {
        **person(category, mails_to="person"),
        "email": account.email if account else "someone@example.org",
        "organisation_name": "Příkladov",
        "country": "CZ",
        "needs": "",
    }


def events_of(registration: Registration) -> list[str]:
    return [event.verb for event in registration.events.all()]


def mails_queued() -> list[str]:
    """The kinds of the mails that are to be sent, in the order in which they were queued."""
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("pk")
    return [job.args["kind"].removeprefix("registration/") for job in jobs]
