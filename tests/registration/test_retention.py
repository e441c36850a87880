from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from efus_conference.models import Edition, Mail, User
from registration.actions import retention
from registration.actions.retention import (
    EditionNotOver,
    NotDueYet,
    WithoutDays,
    close_edition,
    run_retention,
    run_what_is_due,
)
from registration.models import (
    Answer,
    Certificate,
    CheckIn,
    Consent,
    ConsentText,
    DeskAlert,
    DeskDevice,
    DeskLink,
    EditionClosing,
    FeedLink,
    HeadsetLoan,
    NeedReply,
    Participation,
    PlaceInvitation,
    PressCard,
    Question,
    Registration,
    RetentionRule,
    RetentionRun,
    SensitiveReading,
    Star,
)
from registration.retention import DEFAULTS, PARTS, count_rows, due_on
from tests import factories

What = RetentionRule.What
LAST_DAY = date(2024, 5, 16)
THEN = datetime(2024, 5, 14, 8, 0, tzinfo=UTC)
# Each kind is over by then: five years and more after the last day.
LONG_AFTER = datetime(2031, 1, 1, tzinfo=UTC)


def over(**fields: Any) -> Edition:
    """An edition of some years ago."""
    return factories.edition(
        **{
            "year": 2024,
            "starts_on": LAST_DAY - timedelta(days=2),
            "ends_on": LAST_DAY,
            "is_current": False,
            **fields,
        }
    )


def filled(edition: Edition) -> Registration:
    """Someone who was there, of whom everything is kept that retention takes."""
    account = factories.user(date_joined=THEN, last_login=THEN)
    organiser = factories.user(is_staff=True)
    row = factories.registration(
        edition,
        managed_by=account,
        given_name="Robin",
        family_name="Example",
        function="Mayor",
        needs="A ramp",
        organisation=factories.organisation(),
        country="BE",
    )
    session = factories.session(edition, starts_at=THEN)
    NeedReply.objects.create(registration=row, reply="Yes", replied_at=THEN)
    asked = Question.objects.create(edition=edition, slug="a", text="?", kind="text", privacy="access")
    Answer.objects.create(registration=row, question=asked, value="A lift")
    PressCard.objects.create(registration=row, medium="News", number="7")
    Star.objects.create(registration=row, session=session)
    FeedLink.objects.create(registration=row)
    PlaceInvitation.objects.create(place=row.place, email="other@example.org", expires_at=THEN)
    Mail.objects.create(
        kind="registration/confirmation", to=row.email, language="en", subject="s", text="t",
        subject_ids={"registration_id": row.pk},
    )  # fmt: skip
    DeskLink.objects.create(edition=edition, day=LAST_DAY, label="A", token_hash=f"t{row.pk}", pin_hash="p")
    device = DeskDevice.objects.create(edition=edition, name="Door A")
    DeskAlert.objects.create(edition=edition, kind="void", at=THEN, registration=row)
    HeadsetLoan.objects.create(edition=edition, registration=row, number=row.pk)
    SensitiveReading.objects.create(reader=organiser, registration=row, what="needs", how="page")
    CheckIn.objects.create(
        edition=edition, place=row.place, registration=row, day=LAST_DAY, how="scan", at=THEN, device=device
    )
    text = ConsentText.objects.create(edition=edition, purpose="photos", text="Photos.")
    Consent.objects.create(registration=row, text=text, language="en")
    Certificate.objects.create(
        edition=edition, registration=row, name="Robin Example", days=[LAST_DAY], language="en"
    )
    return row


def kept(edition: Edition) -> dict[str, int]:
    """How many rows each kind has still to take."""
    return {what: count_rows(edition, what) for what in PARTS}


FULL = {
    "needs": 3,
    "press": 1,
    "contact": 4,
    "mails": 1,
    "desk": 4,
    "readings": 1,
    "names": 2,
    "accounts": 1,
}


@pytest.mark.django_db
def test_a_trial_counts_what_would_go_and_changes_nothing() -> None:
    edition = over()
    filled(edition)

    runs = [run_retention(edition=edition, what=what, is_trial=True, by=None) for what in FULL]

    assert {run.what: run.rows for run in runs} == FULL
    assert kept(edition) == FULL
    assert [run.is_trial and run.finished_at is not None for run in runs] == [True] * len(FULL)
    assert not EditionClosing.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("what", list(FULL))
def test_each_kind_takes_its_own_rows_and_no_other_edition_s(what: str) -> None:
    edition, other = over(), over()
    filled(edition)
    filled(other)
    # Both accounts are unused since editions of the same days, so they are counted with either.
    both = {**FULL, "accounts": 2}

    run = run_retention(edition=edition, what=what, is_trial=False, by=None, at=LONG_AFTER)

    # A name, when it goes, takes along all that was told with it.
    along = {"needs": 0, "press": 0, "contact": 1, "names": 0} if what == "names" else {}
    assert (run.rows, kept(edition)) == (
        (1 if what == "names" else both[what]),
        {**both, **along, what: 0},
    )
    assert kept(other) == {**both, **({"accounts": 0} if what == "accounts" else {})}


@pytest.mark.django_db
def test_when_names_go_what_counts_stays() -> None:
    edition = over()
    row = filled(edition)

    for what in sorted(FULL):
        run_retention(edition=edition, what=what, is_trial=False, by=None, at=LONG_AFTER)

    row.refresh_from_db()
    account = User.objects.get(pk=row.managed_by_id)
    certificate = Certificate.objects.get()
    assert (row.name, row.email, row.status, row.country) == ("erased person", "", "confirmed", "BE")
    assert (account.email, account.is_active) == (f"erased-{account.pk}@erased.invalid", False)
    assert (certificate.name, certificate.withdrawn_why) == ("", "erased")
    assert not CheckIn.objects.exists()
    participation = Participation.objects.get()
    assert (participation.organisation_id, participation.registered, participation.there) == (
        row.organisation_id,
        1,
        1,
    )
    figures = EditionClosing.objects.get().figures
    assert {name: figures[name] for name in ("registered", "there", "days", "countries")} == {
        "registered": 1,
        "there": 1,
        "days": {"2024-05-16": 1},
        "countries": {"BE": 1},
    }
    # What was counted before is not counted again without the people.
    assert close_edition(edition=edition, by=None).figures == figures


@pytest.mark.django_db
def test_nothing_is_taken_before_its_day_and_a_shorter_period_makes_it_due() -> None:
    edition = over()
    filled(edition)
    at = datetime(2024, 6, 1, tzinfo=UTC)

    with pytest.raises(NotDueYet):
        run_retention(edition=edition, what=What.CONTACT, is_trial=False, by=None, at=at)
    assert run_what_is_due(at=at) == 0

    RetentionRule.objects.create(edition=edition, what=What.CONTACT, days=10)
    assert run_what_is_due(at=at) == 1
    assert kept(edition) == {**FULL, "contact": 0}
    # The next night there is nothing left to do, so nothing is noted either.
    assert run_what_is_due(at=at) == 0
    assert RetentionRun.objects.count() == 1


@pytest.mark.django_db
def test_a_period_ends_with_its_last_day_by_the_edition_s_calendar() -> None:
    edition = over(timezone="Europe/Brussels")
    filled(edition)
    midnight = datetime(2024, 6, 15, 22, 0, tzinfo=UTC)  # in Brussels the 16th begins

    with pytest.raises(NotDueYet):
        run_retention(
            edition=edition, what="needs", is_trial=False, by=None, at=midnight - timedelta(seconds=1)
        )
    assert due_on(edition, DEFAULTS[What.NEEDS]) == date(2024, 6, 16)
    assert run_retention(edition=edition, what="needs", is_trial=False, by=None, at=midnight).rows == 3


@pytest.mark.django_db
def test_an_edition_without_days_is_never_due() -> None:
    edition = over(starts_on=None, ends_on=None)
    filled(edition)

    for is_trial in (True, False):
        with pytest.raises(WithoutDays):
            run_retention(edition=edition, what="needs", is_trial=is_trial, by=None)
    assert run_what_is_due(at=LONG_AFTER) == 0


@pytest.mark.django_db
def test_an_edition_that_is_not_over_is_not_closed() -> None:
    with pytest.raises(EditionNotOver):
        close_edition(edition=factories.edition(), by=None)


@pytest.mark.django_db
def test_an_account_that_somebody_uses_or_needs_is_kept() -> None:
    edition, later = over(), factories.edition()
    used, coming, organiser, unused = (
        factories.user(date_joined=THEN, **more)
        for more in ({"last_login": LONG_AFTER}, {}, {"is_staff": True}, {"last_login": THEN})
    )
    factories.registration(later, managed_by=coming)

    run_retention(edition=edition, what="accounts", is_trial=False, by=None, at=LONG_AFTER)

    gone = User.objects.exclude(erased_at=None)
    assert set(gone) & {used, coming, organiser, unused} == {unused}


def test_a_run_that_was_killed_in_the_middle_goes_on(fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = over()
    category = factories.category(edition)
    for _number in range(7):
        factories.registration(edition, category=category, needs="A ramp")
    monkeypatch.setattr(retention, "BATCH", 3)
    batches = 0

    def dies(*args: Any, **options: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise SystemExit
        return take_some(*args, **options)

    take_some = retention._take_some
    monkeypatch.setattr(retention, "_take_some", dies)
    with pytest.raises(SystemExit):
        run_retention(edition=edition, what="needs", is_trial=False, by=None, at=LONG_AFTER)
    # Two batches are committed, and the run says how far it came.
    assert count_rows(edition, "needs") == 1
    assert list(RetentionRun.objects.values_list("rows", "finished_at")) == [(6, None)]

    monkeypatch.setattr(retention, "_take_some", take_some)
    assert run_what_is_due(at=LONG_AFTER) > 0
    assert count_rows(edition, "needs") == 0


def test_a_run_waits_for_nobody_and_holds_up_no_other_edition(fresh_db: str) -> None:
    edition, other = over(), factories.edition()
    row = factories.registration(edition, needs="A ramp")
    held = factories.registration(edition, needs="A lift", category=row.category)
    coming = factories.registration(other)

    def run() -> int:
        try:
            return run_retention(edition=edition, what="needs", is_trial=False, by=None, at=LONG_AFTER).rows
        finally:
            connections.close_all()

    # Somebody holds one of its rows, and one of another edition, for as long as the run takes.
    with transaction.atomic(), ThreadPoolExecutor(max_workers=1) as thread:
        list(Registration.objects.select_for_update().filter(pk__in=[held.pk, coming.pk]))
        assert thread.submit(run).result() == 1
    assert list(Registration.objects.exclude(needs="").values_list("pk", flat=True)) == [held.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("what", sorted(set(FULL) - {"accounts"}))
def test_the_rows_of_an_edition_are_found_by_indexes(what: str) -> None:
    edition = over()
    for part in PARTS[what]:
        rows = part.rows(edition).order_by("pk").filter(pk__gt=_first_key(part.rows(edition).model))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.values("pk")[:500].explain()
        assert "Disabled: true" not in plan, plan
        assert "Index" in plan, plan


def _first_key(model: Any) -> Any:
    field = model._meta.pk
    return "00000000-0000-0000-0000-000000000000" if field.get_internal_type() == "UUIDField" else 0
