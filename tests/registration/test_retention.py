from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from efus_conference.models import Edition, Mail, User
from efus_conference.views.organiser_plots import registered_on
from registration.actions import retention
from registration.actions.certificates import TOLD_FOR
from registration.actions.erasures import erase_registration
from registration.actions.refusals import NotYours
from registration.actions.retention import (
    ANNOUNCED_FOR,
    EditionNotOver,
    NotDueYet,
    NotTried,
    WithoutDays,
    close_edition,
    run_retention,
    run_what_is_due,
)
from registration.models import (
    AccessNeed,
    Accreditation,
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
    Place,
    PlaceInvitation,
    PressCard,
    Question,
    Registration,
    RetentionRule,
    RetentionRun,
    SensitiveReading,
    Star,
)
from registration.models.retention import LEAST_DAYS
from registration.retention import DEFAULTS, PARTS, announced, count_rows, due_on, kept_until
from tests import factories
from tests.searching import columns_with

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


def forget(edition: Edition, what: str, *, at: datetime = LONG_AFTER) -> RetentionRun:
    """As the clock does it: announced some nights before."""
    run_retention(edition=edition, what=what, is_trial=True, by=None, at=at - ANNOUNCED_FOR)
    return run_retention(edition=edition, what=what, is_trial=False, by=None, at=at)


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

    run = forget(edition, what)

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
        forget(edition, what)

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
def test_when_all_is_gone_no_name_stands_in_any_column() -> None:
    """Not in the admin's log either, whose pages of needs and of the press log under kinds of their own."""
    edition = over()
    row = filled(edition)
    own = "".join("abcdefghij"[int(digit)] for digit in str(os.getpid()))
    given, address = f"Zephyrine{own}", f"zephyrine@{own}.example"
    # A name of one word: nothing masks it.
    Registration.objects.filter(pk=row.pk).update(given_name=given, family_name="", email=address)
    User.objects.filter(pk=row.managed_by_id).update(email=address, name=given)
    # None that was issued is given another name.
    issued = Certificate.objects.get()
    Certificate.objects.all().delete()
    Certificate.objects.create(
        edition=edition, registration=row, name=given, days=issued.days, language=issued.language
    )
    PlaceInvitation.objects.update(email=address)
    Mail.objects.update(to=address, text=f"Dear {given}")
    models = (AccessNeed, Accreditation, FeedLink, Mail, Place, PlaceInvitation, PressCard, Registration)
    for model in models:
        LogEntry.objects.log_actions(
            factories.user(is_staff=True).pk,
            [model._default_manager.get()],
            CHANGE,
            change_message=f"Changed {given}.",
            single_object=True,
        )
    assert len(columns_with((given, own))) > 8

    for what in DEFAULTS:
        forget(edition, what)

    assert columns_with((given, own)) == []


@pytest.mark.django_db
def test_of_who_was_erased_before_consents_and_check_ins_go_with_the_names() -> None:
    edition = over()
    row = filled(edition)
    Registration.objects.filter(pk=row.pk).update(is_own=False)
    erase_registration(registration=row, by=factories.user(is_superuser=True, is_staff=True))
    assert (CheckIn.objects.count(), Consent.objects.count()) == (1, 1)

    forget(edition, "names")

    assert (CheckIn.objects.count(), Consent.objects.count(), kept(edition)["names"]) == (0, 0, 0)


@pytest.mark.django_db
def test_nothing_is_taken_before_its_day_and_a_shorter_period_is_announced_first() -> None:
    edition = over()
    filled(edition)
    at = datetime(2024, 6, 1, tzinfo=UTC)

    with pytest.raises(NotDueYet):
        run_retention(edition=edition, what=What.CONTACT, is_trial=False, by=None, at=at)
    assert (run_what_is_due(at=at), announced()) == (0, [])

    RetentionRule.objects.create(edition=edition, what=What.CONTACT, days=10)
    # Three nights it only says what it will do, and on the fourth it does it.
    assert [run_what_is_due(at=at + timedelta(days=nights)) for nights in range(4)] == [0, 0, 0, 1]
    assert kept(edition) == {**FULL, "contact": 0}
    # The next night there is nothing left to do, so nothing is noted either.
    assert run_what_is_due(at=at + timedelta(days=4)) == 0
    runs = RetentionRun.objects.order_by("pk").values_list("what", "is_trial", "rows", "due_on")
    assert list(runs) == [
        ("contact", True, 4, date(2024, 5, 27)),
        ("contact", False, 4, date(2024, 5, 27)),
    ]


@pytest.mark.django_db
def test_what_will_be_due_is_announced_before_so_that_it_goes_on_its_day() -> None:
    edition = over()
    filled(edition)
    day = due_on(edition, DEFAULTS[What.NEEDS])
    assert day is not None
    night = datetime(day.year, day.month, day.day, 2, 47, tzinfo=UTC)

    assert [run_what_is_due(at=night - timedelta(days=nights)) for nights in (5, 4, 3, 2, 1)] == [0] * 5
    assert [(trial.edition, trial.what, trial.rows, trial.due_on) for trial in announced()] == [
        (edition, "needs", 3, day)
    ]
    # The clock is never quite on time.
    assert run_what_is_due(at=night - timedelta(seconds=50)) == 1
    assert (kept(edition), announced()) == ({**FULL, "needs": 0}, [])


@pytest.mark.django_db
def test_what_was_announced_for_another_day_is_announced_again() -> None:
    edition = over()
    filled(edition)
    run_retention(edition=edition, what="mails", is_trial=True, by=None, at=LONG_AFTER - timedelta(days=30))

    RetentionRule.objects.create(edition=edition, what="mails", days=365)

    assert announced() == []
    with pytest.raises(NotTried):
        run_retention(edition=edition, what="mails", is_trial=False, by=None, at=LONG_AFTER)


@pytest.mark.django_db
def test_who_may_set_periods_tries_and_only_who_may_delete_deletes_after_a_trial() -> None:
    edition = over()
    filled(edition)
    desk, officer = factories.user(is_staff=True), factories.user(is_staff=True, is_superuser=True)
    desk.user_permissions.set(Permission.objects.filter(codename="change_retentionrule"))

    def run(by: User, *, is_trial: bool) -> RetentionRun:
        return run_retention(edition=edition, what="needs", is_trial=is_trial, by=by, at=LONG_AFTER)

    with pytest.raises(NotTried):
        run(officer, is_trial=False)
    assert run(desk, is_trial=True).rows == 3
    with pytest.raises(NotYours):
        run(desk, is_trial=False)
    # What a person tried is no announcement by the clock.
    with pytest.raises(NotTried):
        run_retention(edition=edition, what="needs", is_trial=False, by=None, at=LONG_AFTER + ANNOUNCED_FOR)
    assert (kept(edition), run(officer, is_trial=False).rows) == (FULL, 3)


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "least"), [("names", 61), ("desk", 61), ("mails", 1)])
def test_a_period_has_a_floor_in_the_form_and_in_the_database(what: str, least: int) -> None:
    edition = over()
    RetentionRule(edition=edition, what=what, days=least).full_clean()
    for days in (0, least - 1):
        with pytest.raises(ValidationError):
            RetentionRule(edition=edition, what=what, days=days).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            RetentionRule.objects.create(edition=edition, what=what, days=days)


def test_no_name_goes_while_certificates_are_told_of_and_devices_bring_check_ins() -> None:
    assert timedelta(days=LEAST_DAYS) > TOLD_FOR
    assert min(DEFAULTS[What.NAMES], DEFAULTS[What.DESK]) >= LEAST_DAYS


@pytest.mark.django_db
def test_the_organisers_first_page_tells_of_what_the_clock_is_about_to_delete(client: Client) -> None:
    factories.edition()
    edition = over()
    filled(edition)
    organiser = factories.user(is_staff=True)
    organiser.user_permissions.set(Permission.objects.filter(codename="change_retentionrule"))
    other = factories.user(is_staff=True)
    run_retention(edition=edition, what="needs", is_trial=True, by=None)
    told = {}
    for user in (organiser, other):
        client.force_login(user)
        told[user] = [
            (task.sentence, task.address, task.details)
            for task in client.get("/admin/").context["tasks"]
            if "retention" in task.address
        ]

    assert told == {
        organiser: [
            (
                f"Personal data of {edition} is about to be deleted for good.",
                f"/admin/registration/retentionrule/table/?edition={edition.slug}",
                ["16 June 2024: access needs and replies to them (3)"],
            )
        ],
        other: [],
    }


@pytest.mark.django_db
def test_a_period_ends_with_its_last_day_by_the_edition_s_calendar() -> None:
    edition = over(timezone="Europe/Brussels")
    filled(edition)
    midnight = datetime(2024, 6, 15, 22, 0, tzinfo=UTC)  # in Brussels the 16th begins
    run_retention(edition=edition, what="needs", is_trial=True, by=None, at=midnight - timedelta(days=4))

    with pytest.raises(NotDueYet):
        run_retention(
            edition=edition, what="needs", is_trial=False, by=None, at=midnight - timedelta(seconds=1)
        )
    assert due_on(edition, DEFAULTS[What.NEEDS]) == date(2024, 6, 16)
    assert run_retention(edition=edition, what="needs", is_trial=False, by=None, at=midnight).rows == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ends_on", "days", "until"),
    [
        (date(2027, 4, 23), 365, date(2028, 4, 23)),
        (date(2027, 4, 23), 1825, date(2032, 4, 23)),
        (date(2027, 4, 23), 90, date(2027, 7, 22)),
        (date(2028, 2, 29), 365, date(2029, 2, 28)),
    ],
)
def test_a_period_of_years_ends_on_the_same_day_of_a_later_year(
    ends_on: date, days: int, until: date
) -> None:
    edition = Edition(ends_on=ends_on)

    assert (kept_until(edition, days), due_on(edition, days)) == (until, until + timedelta(days=1))


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

    forget(edition, "accounts")

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
    run_retention(edition=edition, what="needs", is_trial=True, by=None, at=LONG_AFTER - ANNOUNCED_FOR)
    monkeypatch.setattr(retention, "_take_some", dies)
    with pytest.raises(SystemExit):
        run_retention(edition=edition, what="needs", is_trial=False, by=None, at=LONG_AFTER)
    # Two batches are committed, and the run says how far it came.
    assert count_rows(edition, "needs") == 1
    runs = RetentionRun.objects.filter(is_trial=False)
    assert list(runs.values_list("rows", "finished_at")) == [(6, None)]

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
            return forget(edition, "needs").rows
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


@pytest.mark.django_db
def test_the_figures_of_a_closed_edition_count_who_takes_part_as_the_plot_of_an_open_one_does() -> None:
    edition = over()
    for fields in ({}, {"status": "submitted"}, {"status": "cancelled", "cancelled_at": THEN}):
        factories.registration(edition, category=edition.categories.first(), **fields)

    figures = close_edition(edition=edition, by=None).figures

    assert figures["registered_on"] == {
        day.isoformat(): count for day, count in registered_on(edition).items()
    }
    assert sum(figures["registered_on"].values()) == 2


@pytest.mark.django_db
def test_the_table_deletes_only_what_was_tried(client: Client) -> None:
    edition = over()
    filled(edition)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    table = f"/admin/registration/retentionrule/table/?edition={edition.slug}"

    def deletable() -> list[str]:
        return [line.what for line in client.get(table).context["lines"] if line.is_deletable]

    assert deletable() == []
    client.post(table, {"do": "try", "what": "mails"})
    assert deletable() == ["mails"]
    client.post(table, {"do": "run", "what": "mails"})
    assert kept(edition)["mails"] == 0
