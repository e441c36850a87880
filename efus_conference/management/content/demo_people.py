"""Invented delegations and registrations, made with the same actions as the site's pages."""

from __future__ import annotations

from efus_conference.accounts import add_account
from efus_conference.management.content.demo_accounts import Accounts
from efus_conference.management.content.files import Record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation, User
from programme.models import Session
from registration.actions import book_seat, cancel_registration, register, star
from registration.models import Category, Delegation, Place, Registration


def load_categories(ledger: Ledger) -> None:
    for item in records("demo/categories"):
        edition = ledger.row(item["edition"], Edition)
        ledger.put(
            item["key"],
            Category,
            {
                **translated("name", item["name"]),
                **translated("hint", item["hint"]),
                "is_by_invitation": item["is_by_invitation"],
                "order": item["order"],
            },
            natural={"edition": edition, "slug": item["slug"]},
            needs=[edition],
        )


def load_demo_people(ledger: Ledger, accounts: Accounts) -> None:
    for item in records("demo/delegations"):
        _load_delegation(ledger, item, accounts)
    for item in records("demo/registrations"):
        if not ledger.knows(item["key"]):
            _load_registration(ledger, item, accounts)


def _load_delegation(ledger: Ledger, item: Record, accounts: Accounts) -> None:
    edition = ledger.row(item["edition"], Edition)
    organisation = ledger.row(item["organisation"], Organisation)
    is_new = not ledger.knows(item["key"])
    delegation = ledger.put(
        item["key"],
        Delegation,
        {},
        natural={"edition": edition, "organisation": organisation},
        once={"coordinator": accounts.get(item["coordinator"])},
        needs=[edition, organisation],
    )
    if delegation is not None and is_new:
        Place.objects.bulk_create(
            Place(edition=delegation.edition, delegation=delegation) for _ in range(item["places"])
        )


def _load_registration(ledger: Ledger, item: Record, accounts: Accounts) -> None:
    edition = ledger.row(item["edition"], Edition)
    category = ledger.row(item["category"], Category)
    if edition is None or category is None:
        return
    manager = _manager(item, accounts)
    if manager is None:
        return
    organisation = ledger.row(item["organisation"], Organisation)
    registration = register(
        edition=edition,
        managed_by=manager,
        by=manager,
        is_own=item["is_own"],
        category=category,
        given_name=item["given_name"],
        family_name=item["family_name"],
        email=item["email"],
        mails_to=item["mails_to"],
        language=item["language"],
        function=item["function"],
        organisation_name=organisation.name if organisation else "",
        country=item["country"],
        needs=item["needs"],
        place=_free_place(ledger, item),
        is_desk=True,  # the days of the demonstration stay, so its registration may be over
    )
    ledger.note(item["key"], registration)
    if organisation is not None:  # as the desk does when it knows the name
        registration.organisation = organisation
        registration.save(update_fields=["organisation"])
    _fill_agenda(ledger, item, registration, manager)
    if item["is_cancelled"]:
        cancel_registration(registration=registration, by=manager)


def _manager(item: Record, accounts: Accounts) -> User | None:
    """Whose account keeps the registration: one of the demonstration's, or one nobody can log in with."""
    if item["account"]:
        return accounts.get(item["account"])
    return User.objects.filter(email=item["email"]).first() or add_account(
        email=item["email"],
        name=f"{item['given_name']} {item['family_name']}",
        language=item["language"],
    )


def _free_place(ledger: Ledger, item: Record) -> Place | None:
    if not item["delegation"]:
        return None
    delegation = ledger.row(item["delegation"], Delegation)
    return Place.objects.filter(delegation=delegation, registrations=None).order_by("pk").first()


def _fill_agenda(ledger: Ledger, item: Record, registration: Registration, manager: User) -> None:
    for key in item["stars"]:
        if session := ledger.row(key, Session):
            star(registration=registration, session=session)
    for key in item["bookings"]:
        if session := ledger.row(key, Session):
            book_seat(place=registration.place, session=session, by=manager)
