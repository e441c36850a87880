from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference import qr
from efus_conference.models import Edition, User
from registration import ticket_keys
from registration.actions import (
    NoTicket,
    NotYours,
    cancel_registration,
    renew_ticket,
    reprint_badge,
    ticket_for,
    tickets_for,
)
from registration.actions.tickets import MOST_A_DAY, TooManyTickets
from registration.desk.people import keys
from registration.models import Registration, RegistrationEvent, Ticket, TicketKey
from registration.ticket_keys import KeyUnusableError, Kind, Reading, read, signed, signer, typed_code
from tests import factories
from tests.registration.reading_codes import seen_by_zbar

pytestmark = pytest.mark.django_db
BEFORE = datetime(2031, 5, 14, 6, 0, tzinfo=UTC)
LAST_INSTANT = datetime(
    2031, 5, 16, 21, 59, 59, tzinfo=UTC
)  # by the clocks of Brussels one second to midnight
OVER = LAST_INSTANT + timedelta(seconds=1)
ANOTHER_KEY = "another key, as long as the one before it was"


def kind_of(text: str, edition: Edition, at: datetime = BEFORE) -> str:
    return read(text, edition=edition, at=at).kind


@pytest.fixture
def ticket(registration: Registration) -> Ticket:
    return ticket_for(registration)


@pytest.fixture
def text(ticket: Ticket) -> str:
    return signed(ticket)


def test_a_ticket_is_made_once_and_is_for_who_takes_part(
    registration: Registration, edition: Edition
) -> None:
    waits = factories.registration(edition, status="submitted")
    first = ticket_for(registration)
    assert ticket_for(registration) == first
    assert (first.place_id, first.is_standing, len(first.code)) == (registration.place_id, True, 10)
    with pytest.raises(NoTicket):
        ticket_for(waits)


def test_many_tickets_are_made_in_few_queries_and_only_where_there_is_none(
    registration: Registration, edition: Edition, django_assert_max_num_queries: Any
) -> None:
    mine = ticket_for(registration)
    others = [factories.registration(edition) for _number in range(3)]
    waits = factories.registration(edition, status="submitted")
    with django_assert_max_num_queries(5):
        made = tickets_for([registration, waits, *others])
    assert made.keys() == {row.pk for row in [registration, *others]}
    assert made[registration.pk] == mine
    assert tickets_for([registration, waits, *others]) == made


def test_the_code_says_edition_key_and_code_and_nothing_of_the_person(
    text: str, ticket: Ticket, edition: Edition
) -> None:
    key = TicketKey.objects.get()
    start = f"SDC1.{edition.number}.{key.key_id}.{ticket.code}."
    assert (text[: len(start)], len(text) - len(start)) == (start, 103)
    assert read(text, edition=edition, at=BEFORE) == Reading(Kind.OK, ticket.code, edition.number, key.key_id)
    assert read(f" {text}\r\n", edition=edition, at=BEFORE).is_ok


def test_a_code_altered_in_any_one_character_is_no_ticket(text: str, edition: Edition) -> None:
    for place in range(len(text)):
        for other in "A7":
            if text[place] != other:
                altered = f"{text[:place]}{other}{text[place + 1 :]}"
                assert kind_of(altered, edition) in ("forged", "foreign"), altered


def test_the_bits_to_spare_in_the_last_character_make_no_second_spelling(text: str, edition: Edition) -> None:
    spellings = [text[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"]
    assert [spelling for spelling in spellings if kind_of(spelling, edition) == "ok"] == [text]


def test_a_code_cut_short_anywhere_is_told_as_such(text: str, edition: Edition) -> None:
    assert {kind_of(text[:length], edition) for length in range(4, len(text))} == {"truncated"}


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "x" * 10_000,
        "SDC1." * 2_000,
        "https://example.org/ticket/7QK2M9XD4T",
        "SDC2.1.00000000.0000000000.",
        "\0\0\0",
        "ꜱᴅᴄ1",
        "SDC١",
        "banana",
    ],
)
def test_what_is_no_ticket_at_all_is_told_as_foreign(shown: str, edition: Edition) -> None:
    assert read(shown, edition=edition, at=BEFORE) == Reading(Kind.FOREIGN)


def test_a_code_signed_by_somebody_else_is_forged(ticket: Ticket, edition: Edition) -> None:
    ours = signer().key_id
    key_id, secret = ticket_keys.secret_key("a key that is not ours")
    theirs = ticket_keys.Signer(key_id, secret).signed(ticket.code, edition.number)
    in_our_name = ticket_keys.Signer(ours, secret).signed(ticket.code, edition.number)
    assert {kind_of(theirs, edition), kind_of(in_our_name, edition)} == {"forged"}


def test_a_ticket_of_another_edition_is_stale_and_its_signature_moved_there_is_forged(
    text: str, edition: Edition
) -> None:
    other = factories.edition(is_current=False)
    moved = text.replace(f"SDC1.{edition.number}.", f"SDC1.{other.number}.")
    assert (kind_of(text, other), kind_of(moved, other)) == ("stale", "forged")


def test_another_ticket_key_retires_the_old_and_its_tickets_hold_until_the_edition_is_over(
    text: str, ticket: Ticket, edition: Edition, settings: Any
) -> None:
    old = signer().key_id
    settings.TICKET_KEY = ANOTHER_KEY
    new_text = signed(ticket)
    assert new_text != text
    assert {key.key_id: key.retired_at is None for key in TicketKey.objects.all()} == {
        old: False,
        signer().key_id: True,
    }
    moments = [BEFORE, LAST_INSTANT, OVER]
    assert [kind_of(text, edition, at) for at in moments] == ["ok", "ok", "retired"]
    assert [kind_of(new_text, edition, at) for at in moments] == ["ok", "ok", "ok"]


def test_a_key_retired_in_one_edition_s_time_makes_no_ticket_of_the_next(
    edition: Edition, settings: Any
) -> None:
    nxt = factories.edition(
        is_current=False,
        year=2035,
        starts_on=date(2035, 5, 9),
        ends_on=date(2035, 5, 11),
    )
    old = signer()
    settings.TICKET_KEY = ANOTHER_KEY
    new = signer()
    made_with_the_old = old.signed("7QK2M9XD4T", nxt.number)
    assert kind_of(made_with_the_old, nxt, datetime(2035, 5, 9, 8, tzinfo=UTC)) == "retired"
    assert [key.key_id for key in ticket_keys.keys_for(nxt)] == [new.key_id]
    # A device at its desk believes nothing that the old one signed either.
    assert (list(keys(nxt)), set(keys(edition))) == ([new.key_id], {new.key_id, old.key_id})
    assert {key.key_id for key in ticket_keys.keys_for(edition)} == {new.key_id, old.key_id}


def test_a_host_that_was_not_restarted_goes_on_signing_and_brings_no_key_back(
    ticket: Ticket, edition: Edition, settings: Any
) -> None:
    old_key, old = settings.TICKET_KEY, signer().key_id
    settings.TICKET_KEY = ANOTHER_KEY
    signer()
    settings.TICKET_KEY = old_key
    assert kind_of(signed(ticket), edition) == "ok"
    assert TicketKey.objects.get(pk=old).retired_at is not None


def test_a_revoked_key_verifies_and_signs_nothing_from_then_on(
    text: str, ticket: Ticket, edition: Edition
) -> None:
    TicketKey.objects.update(revoked_at=timezone.now())
    assert kind_of(text, edition) == "revoked"
    with pytest.raises(KeyUnusableError):
        signed(ticket)
    assert [key.revoked_at is None for key in ticket_keys.keys_for(edition)] == [False]


def test_an_old_setting_taken_back_signs_nothing_once_its_edition_is_over(
    ticket: Ticket, edition: Edition, settings: Any
) -> None:
    old_key, old = settings.TICKET_KEY, signer().key_id
    settings.TICKET_KEY = ANOTHER_KEY
    signer()
    Edition.objects.filter(pk=edition.pk).update(starts_on="2020-05-14", ends_on="2020-05-16")
    TicketKey.objects.filter(pk=old).update(retired_at=datetime(2020, 5, 15, tzinfo=UTC))
    settings.TICKET_KEY = old_key
    with pytest.raises(KeyUnusableError):
        signed(ticket)


def test_whoever_lost_the_telephone_gets_another_code_and_the_old_is_void(
    ticket: Ticket, registration: Registration, robin: User
) -> None:
    new = renew_ticket(registration=registration, by=robin, instead_of=ticket)
    ticket.refresh_from_db()
    assert (ticket.voided_why, ticket.is_standing, new.is_standing) == ("renewed", False, True)
    assert new.code != ticket.code
    # The second click on the same page.
    assert renew_ticket(registration=registration, by=robin, instead_of=ticket) == new
    assert RegistrationEvent.objects.filter(verb="renewed").count() == 1
    with pytest.raises(NotYours):
        renew_ticket(registration=registration, by=factories.user())


def test_a_ticket_is_not_renewed_over_and_over(
    ticket: Ticket, registration: Registration, robin: User
) -> None:
    for _time in range(MOST_A_DAY):
        last = renew_ticket(registration=registration, by=robin)
    with pytest.raises(TooManyTickets):
        renew_ticket(registration=registration, by=robin)
    assert [row.pk for row in Ticket.objects.standing()] == [last.pk]
    # All of it is told by one mail.
    assert ProcrastinateJob.objects.filter(args__kind="registration/ticket").count() == 1


def test_a_reprinted_badge_makes_the_lost_one_void(ticket: Ticket, registration: Registration) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    badge = reprint_badge(registration=registration, by=organiser)
    ticket.refresh_from_db()
    # It is among those to be printed until the desk has printed it.
    assert (ticket.voided_why, badge.is_standing, badge.printed_at) == ("reprinted", True, None)
    with pytest.raises(NotYours):
        reprint_badge(registration=registration, by=registration.managed_by)


def test_the_ticket_of_a_cancelled_registration_is_void_and_no_other_is_made(
    ticket: Ticket, registration: Registration, robin: User
) -> None:
    cancel_registration(registration=registration, by=robin)
    ticket.refresh_from_db()
    assert (ticket.is_standing, ticket.voided_why) == (False, "cancelled")
    for ask in (
        lambda: ticket_for(registration),
        lambda: renew_ticket(registration=registration, by=robin),
    ):
        with pytest.raises(NoTicket):
            ask()
    assert tickets_for([registration]) == {}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("7QK2M-9XD4T", "7QK2M9XD4T"),
        (" 7qk2m 9xd4t ", "7QK2M9XD4T"),
        ("oil00-00000", "0110000000"),
        ("7QK2M-9XD4", ""),
        ("7QK2M-9XD4U", ""),
        ("7" * 10_000, ""),
    ],
)
def test_a_typed_code_is_read_as_people_write_it(typed: str, meant: str) -> None:
    assert typed_code(typed) == meant


def test_another_program_reads_the_png_of_one_pixel_per_module(text: str, tmp_path: Path) -> None:
    small = Image.open(BytesIO(qr.png(text)))
    file = BytesIO()
    small.convert("L").resize((small.width * 4, small.height * 4), Image.Resampling.NEAREST).save(file, "PNG")
    assert seen_by_zbar(file.getvalue(), tmp_path) == text


def test_the_path_fills_the_same_modules_as_the_png(text: str) -> None:
    drawn = qr.symbol(text)
    small = Image.open(BytesIO(qr.png(text))).convert("L")
    dark = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn.path)
        for step in range(int(length))
    }
    assert (drawn.size, drawn.size) == small.size
    assert dark == {
        (x, y) for x in range(drawn.size) for y in range(drawn.size) if not small.getpixel((x, y))
    }
