"""Invented delegations and registrations, made with the same actions as the site's pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from efus_conference.accounts import add_account
from efus_conference.management.content.demo_accounts import Accounts
from efus_conference.management.content.demo_consents import load_consents
from efus_conference.management.content.demo_questions import load_answers
from efus_conference.management.content.files import Record, record, records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation, User
from programme.models import Session, Speaker
from registration.actions import (
    PressDetails,
    approve_registration,
    book_seat,
    cancel_registration,
    refuse_registration,
    register,
    star,
)
from registration.actions.companions import name_companion
from registration.actions.delegations import note_place, unnamed
from registration.actions.invitations import invite_to_place
from registration.actions.messages import send_message
from registration.models import Category, Delegation, Message, Place, Registration


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
                "needs_approval": item["needs_approval"],
                "is_press": item["is_press"],
                "quota": item["quota"],
                **_window(edition, item),
                "order": item["order"],
            },
            natural={"edition": edition, "slug": item["slug"]},
            needs=[edition],
        )


def _window(edition: Edition | None, item: Record) -> dict[str, datetime | None]:
    """A category's own moments, counted in days of the place from the edition's."""
    if edition is None:
        return {}

    def after(moment: datetime | None, days: int | None) -> datetime | None:
        return None if moment is None or days is None else moment.astimezone(edition.zone) + timedelta(days)

    return {
        "opens_at": after(edition.registration_opens_at, item["opens_days_after_registration"]),
        "closes_at": after(edition.registration_closes_at, item["closes_days_after_registration"]),
    }


def load_delegations(ledger: Ledger, accounts: Accounts) -> None:
    for item in records("demo/delegations"):
        _load_delegation(ledger, item, accounts)


def load_registrations(ledger: Ledger, accounts: Accounts) -> None:
    for item in records("demo/registrations"):
        if not ledger.knows(item["key"]):
            _load_registration(ledger, item, accounts)
    for item in records("demo/delegations"):
        _fill_places(ledger, item)


def load_message(ledger: Ledger, accounts: Accounts) -> None:
    """What the organisers wrote to those of one city."""
    item: Record = record("demo/message")
    edition, organiser = ledger.row(item["edition"], Edition), accounts.get("organiser")
    delegation = ledger.row(item["delegation"], Delegation)
    if edition is None or organiser is None or delegation is None or ledger.knows(item["key"]):
        return
    message = Message.objects.create(
        edition=edition,
        audience=Message.Audience.CITY,
        delegation=delegation,
        written_by=organiser,
        **translated("subject", item["subject"]),
        **translated("body", item["body"]),
    )
    ledger.note(item["key"], send_message(message=message, by=organiser))


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


def _fill_places(ledger: Ledger, item: Record) -> None:
    """Of the places without a person: for whom one is meant, and to which someone is invited."""
    delegation = ledger.row(item["key"], Delegation)
    if delegation is None or delegation.coordinator is None or not ledger.was_made(item["key"]):
        return
    places = unnamed(delegation)
    for note, place in zip(item["notes"], places, strict=False):
        note_place(place=place, by=delegation.coordinator, note=note)
    for invited, place in zip(item["invited"], places[len(item["notes"]) :], strict=False):
        invite_to_place(
            place=place, by=delegation.coordinator, email=invited["email"], language=invited["language"]
        )


def _load_registration(ledger: Ledger, item: Record, accounts: Accounts) -> None:
    edition = ledger.row(item["edition"], Edition)
    category = ledger.row(item["category"], Category)
    if edition is None or category is None:
        return
    manager = _manager(item, accounts)
    if manager is None:
        return
    organisation = ledger.row(item["organisation"], Organisation) if item["organisation"] else None
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
        organisation_name=organisation.name if organisation else item.get("organisation_name", ""),
        country=item["country"],
        needs=item["needs"],
        place=_free_place(ledger, item),
        press=PressDetails(**item["press"]) if "press" in item else None,
        is_desk=True,  # the days of the demonstration stay, so its registration may be over
    )
    ledger.note(item["key"], registration)
    _complete(ledger, item, registration, organisation)
    registration = _decide(item, registration, accounts)
    for companion in item.get("companions", []):
        _name_companion(ledger, companion, registration, manager)
    if registration.is_live:
        load_consents(item, registration)
        _fill_agenda(ledger, item, registration, manager)
        load_answers(item, registration, accounts)
    if item["is_cancelled"]:
        cancel_registration(registration=registration, by=manager)


def _complete(
    ledger: Ledger, item: Record, registration: Registration, organisation: Organisation | None
) -> None:
    """As the desk does when it knows the name, and who speaks."""
    registration.organisation = organisation
    registration.speaker = ledger.row(item["speaker"], Speaker) if "speaker" in item else None
    registration.save(update_fields=["organisation", "speaker"])


def _decide(item: Record, registration: Registration, accounts: Accounts) -> Registration:
    """As the organisers decided, where they did."""
    organiser = accounts.get("organiser")
    if "decision" not in item or organiser is None:
        return registration
    if item["decision"]["approved"]:
        return approve_registration(registration=registration, by=organiser)
    return refuse_registration(registration=registration, by=organiser, reason=item["decision"]["reason"])


def _name_companion(ledger: Ledger, item: Record, registration: Registration, manager: User) -> None:
    person = {name: item[name] for name in ("given_name", "family_name", "email", "language")}
    named = name_companion(
        registration=registration,
        by=manager,
        companion_kind=item["kind"],
        person={**person, "mails_to": Registration.MailsTo.PERSON},
    )
    ledger.note(item["key"], named.registration)


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
    return unnamed(delegation)[0] if delegation else None


def _fill_agenda(ledger: Ledger, item: Record, registration: Registration, manager: User) -> None:
    for key in item["stars"]:
        if session := ledger.row(key, Session):
            star(registration=registration, session=session)
    for key in item["bookings"]:
        if session := ledger.row(key, Session):
            book_seat(place=registration.place, session=session, by=manager)
