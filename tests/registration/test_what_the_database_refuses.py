"""Rows that must never be: the database itself takes none of them from the site's own login."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from efus_conference.models import Edition
from registration import actions
from registration.actions.consents import WordsStand, keep_consent_text
from registration.actions.desk_refusals import NotTakingPart
from registration.actions.emptying import empty_registrations
from registration.actions.locks import violated
from registration.models import (
    Certificate,
    CheckIn,
    Consent,
    ConsentText,
    DeskDevice,
    HeadsetLoan,
    Registration,
    Ticket,
    TicketKey,
)
from registration.models.desk import DeskLink
from tests import factories
from tests.factories import NINE

pytestmark = pytest.mark.django_db

FIRST = NINE.date()


def refused(write: Callable[[], Any]) -> str:
    """The name of the rule that the database upheld against it; what was written before stays."""
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        write()
    return violated(raised.value)


def changed(row: Any, **values: Any) -> str:
    """What refuses these values, as an `UPDATE` past the model writes them."""
    return refused(lambda: type(row)._default_manager.filter(pk=row.pk).update(**values))


def deleted(row: Any) -> str:
    """What refuses a plain `DELETE`."""
    table, key = connection.ops.quote_name(row._meta.db_table), connection.ops.quote_name(row._meta.pk.column)

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {key} = %s", [row.pk])

    return refused(delete)


def checked_in(row: Registration, **fields: Any) -> CheckIn:
    values = {"edition": row.edition, "place": row.place, "day": FIRST, "how": "name", "at": NINE, **fields}
    return CheckIn.objects.create(registration=row, **values)


@pytest.fixture
def elsewhere() -> Edition:
    return factories.edition(is_current=False)


@pytest.fixture
def other(edition: Edition) -> Registration:
    """Somebody else in the same edition."""
    return factories.registration(edition)


@pytest.fixture
def cancelled(edition: Edition) -> Registration:
    row = factories.registration(edition)
    actions.cancel_registration(registration=row, by=row.managed_by)
    return Registration.objects.get(pk=row.pk)


# --- check-ins -----------------------------------------------------------------------------------------


def test_a_check_in_is_taken_back_and_never_made_that_of_others_or_of_another_day(
    registration: Registration, other: Registration, cancelled: Registration, elsewhere: Edition
) -> None:
    row = checked_in(registration)
    session = factories.session(registration.edition)
    rule = "check_ins_are_not_rewritten"
    values: list[dict[str, Any]] = [
        {"edition": elsewhere},
        {"registration": other},
        {"registration": cancelled},
        {"place": other.place},
        {"day": FIRST + timedelta(days=1)},
        {"session": session},
        {"id": uuid.uuid4()},
    ]

    assert [changed(row, **one) for one in values] == [rule] * len(values)
    CheckIn.objects.filter(pk=row.pk).update(undone_at=NINE, at=NINE - timedelta(minutes=1))
    assert not CheckIn.objects.standing().exists()


@pytest.mark.parametrize("day", [date(1999, 1, 1), FIRST - timedelta(days=1), FIRST + timedelta(days=3)])
def test_nobody_is_checked_in_on_a_day_that_is_none_of_the_edition(
    registration: Registration, day: date
) -> None:
    assert refused(lambda: checked_in(registration, day=day)) == "check_ins_are_on_days_of_the_edition"


def test_a_demonstration_and_an_edition_whose_days_are_not_known_check_in_on_any_day() -> None:
    demonstration = factories.registration(factories.edition(is_demonstration=True))
    unknown = factories.registration(factories.edition(is_current=False, starts_on=None, ends_on=None))

    days = [checked_in(row, day=date(2026, 1, 5)).day for row in (demonstration, unknown)]

    assert days == [date(2026, 1, 5)] * 2


def test_nobody_is_checked_in_by_the_ticket_of_somebody_else(
    registration: Registration, other: Registration
) -> None:
    own, theirs = actions.ticket_for(registration), actions.ticket_for(other)
    rule = "check_ins_are_by_the_person_s_own_ticket"

    assert refused(lambda: checked_in(registration, ticket=theirs)) == rule
    row = checked_in(registration, ticket=own)
    assert changed(row, ticket=theirs) == rule
    assert changed(checked_in(other), ticket=own) == rule


# --- what was agreed to --------------------------------------------------------------------------------


@pytest.fixture
def words(edition: Edition) -> ConsentText:
    return keep_consent_text(
        text=ConsentText(edition=edition, purpose="photos", text_en="Photos.", text_fr="Des photos.")
    )


@pytest.fixture
def consent(registration: Registration, words: ConsentText) -> Consent:
    return Consent.objects.create(
        registration=registration, text=words, language="en", given_by=registration.managed_by
    )


def test_a_consent_is_to_words_of_its_own_edition(registration: Registration, elsewhere: Edition) -> None:
    theirs = ConsentText.objects.create(edition=elsewhere, purpose="photos", text_en="Photos there.")

    told = refused(lambda: Consent.objects.create(registration=registration, text=theirs, language="en"))

    assert told == "consents_stand_until_taken_back"


def test_a_consent_is_taken_back_once_and_is_else_what_was_given(
    consent: Consent, other: Registration, edition: Edition
) -> None:
    news = ConsentText.objects.create(edition=edition, purpose="news", text_en="News.")
    rule = "consents_stand_until_taken_back"
    values: list[dict[str, Any]] = [
        {"language": "nl"},
        {"text": news},
        {"registration": other},
        {"given_at": NINE},
        {"given_by": other.managed_by},
    ]

    assert [changed(consent, **one) for one in values] == [rule] * len(values)
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=NINE)
    assert [changed(consent, withdrawn_at=None), changed(consent, withdrawn_at=timezone.now())] == [rule] * 2
    Consent.objects.filter(pk=consent.pk).update(given_by=None)  # as when an account is deleted


def test_a_consent_goes_with_its_person_alone_so_its_words_stand(
    consent: Consent, words: ConsentText
) -> None:
    assert [deleted(consent), deleted(words)] == [
        "consents_outlast_all_but_their_person",
        "agreed_texts_are_frozen",
    ]

    empty_registrations([consent.registration_id], at=timezone.now())
    assert consent.delete()[0] == 1


def test_words_that_somebody_agreed_to_change_in_no_column(consent: Consent, words: ConsentText) -> None:
    rule = "agreed_texts_are_frozen"

    def in_the_column_without_a_language() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE registration_consenttext SET text = 'Anything.'")

    assert refused(in_the_column_without_a_language) == rule
    assert [changed(words, text_en="Anything."), changed(words, is_required=True)] == [rule] * 2


def test_an_organiser_puts_agreed_words_elsewhere_in_the_form_whatever_language_they_read(
    consent: Consent, words: ConsentText
) -> None:
    with translation.override("fr"):
        fresh = ConsentText.objects.get(pk=words.pk)
        fresh.order = 3
        keep_consent_text(text=fresh)

    assert ConsentText.objects.get().order == 3


def test_who_agreed_of_their_own_will_is_not_bound_to_it_afterwards(
    consent: Consent, words: ConsentText
) -> None:
    words.is_required = True

    with pytest.raises(WordsStand):
        keep_consent_text(text=words)


# --- certificates --------------------------------------------------------------------------------------


def certified(row: Registration, **fields: Any) -> Certificate:
    values = {"edition": row.edition, "name": row.name, "days": [FIRST], "language": "en", **fields}
    return Certificate.objects.create(
        registration=row, sha256="0" * 64, file="certificates/one.pdf", **values
    )


def test_a_certificate_is_for_who_was_there_in_that_edition(
    registration: Registration, other: Registration, elsewhere: Edition
) -> None:
    checked_in(registration)
    checked_in(other, undone_at=NINE)
    rule = "certificates_are_of_who_was_there"

    assert refused(lambda: certified(other)) == rule
    assert refused(lambda: certified(registration, edition=elsewhere)) == rule


def test_a_certificate_says_what_it_said_until_it_is_emptied(
    registration: Registration, other: Registration, elsewhere: Edition
) -> None:
    checked_in(registration)
    row = certified(registration)
    rule = "certificates_are_not_rewritten"
    values: list[dict[str, Any]] = [
        {"name": "Somebody Else"},
        {"organisation_name": "Another town"},
        {"days": [FIRST, FIRST + timedelta(days=1)]},
        {"sha256": "1" * 64},
        {"file": "certificates/other.pdf"},
        {"code": "0" * 12},
        {"language": "fr"},
        {"edition": elsewhere},
        {"registration": other},
    ]

    assert [changed(row, **one) for one in values] == [rule] * len(values)
    Certificate.objects.update(name="", sha256="", file="", withdrawn_at=NINE, withdrawn_why="erased")
    after = [
        {"name": registration.name},
        {"withdrawn_at": None, "withdrawn_why": ""},
        {"withdrawn_why": "mistake"},
    ]
    assert [changed(row, **one) for one in after] == [rule] * 3


# --- tickets and their keys ----------------------------------------------------------------------------


def test_a_key_of_tickets_stays_and_is_neither_replaced_nor_believed_again() -> None:
    key = TicketKey.objects.create(key_id="0" * 8, public_key="a" * 64, retired_at=NINE, revoked_at=NINE)
    rule = "a_ticket_key_stays_what_it_is"

    told = [
        changed(key, public_key="b" * 64),
        changed(key, retired_at=None),
        changed(key, revoked_at=None),
        deleted(key),
    ]

    assert told == [rule] * 4


def test_a_void_ticket_stays_void_for_the_same_reason(
    registration: Registration, other: Registration
) -> None:
    ticket = actions.ticket_for(registration)
    now = timezone.now()
    Ticket.objects.filter(pk=ticket.pk).update(voided_at=now, voided_why="renewed")
    rule = "tickets_are_not_rewritten"
    values: list[dict[str, Any]] = [
        {"voided_why": "cancelled"},
        {"voided_at": None, "voided_why": ""},
        {"voided_at": now - timedelta(days=1)},
        {"registration": other},
    ]

    assert [changed(ticket, **one) for one in values] == [rule] * len(values)
    assert deleted(ticket) == "tickets_are_not_deleted"


def test_a_ticket_is_void_from_now_on_and_not_from_a_year_to_come(registration: Registration) -> None:
    ticket = actions.ticket_for(registration)

    told = changed(ticket, voided_at=timezone.now() + timedelta(days=366), voided_why="renewed")

    assert [told, deleted(ticket)] == ["tickets_are_not_void_in_advance", "tickets_are_not_deleted"]


# --- devices and headsets ------------------------------------------------------------------------------


@pytest.fixture
def link(edition: Edition) -> DeskLink:
    return DeskLink.objects.create(edition=edition, day=FIRST, label="Door A", token_hash="0", pin_hash="0")


def test_a_device_is_of_the_edition_of_its_link(link: DeskLink, elsewhere: Edition) -> None:
    told = refused(lambda: DeskDevice.objects.create(edition=elsewhere, link=link, name="Telephone"))

    assert told == "devices_stay_who_they_are"


def test_a_device_of_volunteers_never_becomes_an_organiser_s_and_stays_closed(
    link: DeskLink, registration: Registration, elsewhere: Edition
) -> None:
    device = DeskDevice.objects.create(edition=link.edition, link=link, name="Telephone")
    ours = DeskDevice.objects.create(edition=link.edition, user=registration.managed_by, name="Tablet")
    DeskDevice.objects.update(closed_at=NINE)

    told = [
        changed(device, link=None, user=registration.managed_by),
        changed(device, link=None),
        changed(device, edition=elsewhere),
        changed(device, closed_at=None),
        changed(ours, user=factories.user()),
    ]

    assert told == ["devices_stay_who_they_are"] * 5
    DeskDevice.objects.update(user=None, name="")  # as an erasure leaves it


def test_a_headset_is_lent_to_who_takes_part_in_the_edition_and_the_loan_ends_once(
    registration: Registration, other: Registration, cancelled: Registration, elsewhere: Edition
) -> None:
    def lend(to: Registration, edition: Edition) -> HeadsetLoan:
        return HeadsetLoan.objects.create(edition=edition, registration=to, number=1)

    rule = "headsets_are_lent_to_who_takes_part"
    assert [refused(lambda: lend(cancelled, cancelled.edition)), refused(lambda: lend(other, elsewhere))] == [
        rule,
        rule,
    ]
    loan = lend(registration, registration.edition)
    HeadsetLoan.objects.update(returned_at=NINE)
    told = [
        changed(loan, registration=other),
        changed(loan, number=2),
        changed(loan, edition=elsewhere),
        changed(loan, returned_at=None),
    ]
    assert told == ["headsets_are_not_lent_on"] * 4


def test_who_is_cancelled_while_they_stand_at_the_desk_gets_no_headset(registration: Registration) -> None:
    stale = Registration.objects.get(pk=registration.pk)
    empty_registrations([registration.pk], at=timezone.now())

    with pytest.raises(NotTakingPart):
        actions.lend_headset(registration=stale, number=1)
