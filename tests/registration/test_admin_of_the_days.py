"""What organisers read in the admin about the days themselves, and what is asked before it is done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import Edition
from registration import actions
from registration.closing_figures import tables_of
from registration.models import Certificate, CheckIn, ConsentText, EditionClosing, Registration, RetentionRule
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def test_each_period_is_changed_from_its_row(edition: Edition, table: Client) -> None:
    factories.category(edition)
    own = RetentionRule.objects.create(edition=edition, what="mails", days=100)

    lines = table.get(f"/admin/registration/retentionrule/table/?edition={edition.slug}").context["lines"]
    changes = {line.what: line.change for line in lines}
    form = table.get(changes["press"]).context["adminform"].form

    assert changes["mails"] == reverse("admin:registration_retentionrule_change", args=[own.pk])
    assert [form[name].value() for name in ("edition", "what", "days")] == [
        edition.pk,
        "press",
        next(line.days for line in lines if line.what == "press"),
    ]


def test_the_figures_of_a_closing_are_read_by_names(edition: Edition, table: Client) -> None:
    category = factories.category(edition, name="mayor")
    closing = EditionClosing.objects.create(
        edition=edition,
        figures={
            "registered": 3,
            "there": 2,
            "days": {"2031-05-15": 1, "2031-05-14": 2},
            "categories": {category.slug: 2, "gone": 1},
            "countries": {"BE": 2},
            "sessions": {"29VQ7C": {"seats": 2, "there": 1}},
            "registered_on": {"2031-01-02": 3},
        },
    )

    rows = [table_.rows for table_ in tables_of(closing)]
    page = table.get(reverse("admin:registration_editionclosing_change", args=[closing.pk]))

    assert rows == [
        [["registered", "3"], ["were there", "2"]],
        [["14 May 2031", "2"], ["15 May 2031", "1"]],
        [[str(category), "2"], ["gone", "1"]],
        [["Belgium", "2"]],
        [["29VQ7C", "2", "1"]],
        [["2 January 2031", "3"]],
    ]
    assert "Belgium" in page.content.decode()
    assert "{&quot;" not in page.content.decode()


def test_the_page_of_a_certificate_says_its_state_in_words(
    edition: Edition, table: Client, registration: Registration
) -> None:
    CheckIn.objects.create(
        edition=edition,
        place=registration.place,
        registration=registration,
        day=edition.starts_on,
        how="name",
        at=timezone.now(),
    )
    row = Certificate.objects.create(
        edition=edition, registration=registration, name=registration.name, days=[date(2031, 5, 14)]
    )

    page = table.get(reverse("admin:registration_certificate_change", args=[row.pk])).content.decode()

    assert [state in page for state in ("(&#x27;valid", "(&quot;valid", "('valid")] == [False] * 3


def test_who_is_erased_is_named_first_and_typed(edition: Edition, table: Client) -> None:
    other = factories.registration(
        edition, is_own=False, given_name="Gregor", family_name="Musterrat", organisation_name="Beispielstadt"
    )
    button = reverse("admin:registration_registration_erase_this", args=[other.pk])

    asked = table.get(button).content.decode()
    mistyped = table.post(button, {"typed": "Muster"}).content.decode()
    other.refresh_from_db()
    assert [text in asked for text in ("Erase Gregor Musterrat?", "Beispielstadt", edition.name)] == [
        True
    ] * 3
    assert ["This is something else." in mistyped, other.erased_at] == [True, None]

    table.post(button, {"typed": " musterrat "})
    other.refresh_from_db()
    assert other.erased_at is not None


def test_a_registration_says_whether_its_person_came(
    edition: Edition, table: Client, registration: Registration
) -> None:
    page = reverse("admin:registration_registration_change", args=[registration.pk])
    before = table.get(page).content.decode()
    code = actions.ticket_for(registration).shown_code
    row = CheckIn.objects.create(
        edition=edition,
        place=registration.place,
        registration=registration,
        day=edition.starts_on,
        how="name",
        at=timezone.now(),
    )
    after = table.get(page).content.decode()

    assert "Not checked in yet." in before
    there = reverse("admin:registration_checkin_change", args=[row.pk])
    desk = reverse("registration:desk_person", args=[registration.pk])
    assert [text in after for text in (there, code, desk, "badge not printed yet")] == [True] * 4


def test_of_a_day_to_come_there_is_no_attendance_as_it_was(table: Client) -> None:
    today = timezone.now().date()
    edition = factories.edition(
        year=today.year, starts_on=today - timedelta(2), ends_on=today + timedelta(2), timezone="UTC"
    )
    factories.registration(edition)

    page = table.get(f"/admin/registration/registration/day-lists/?edition={edition.slug}").content.decode()

    days = [(today + timedelta(number)).isoformat() for number in range(-2, 3)]
    assert [f"what=was&amp;day={day}&amp;as=pdf" in page for day in days] == [True, True, True, False, False]
    assert all(f"what=sign&amp;day={day}&amp;as=pdf" in page for day in days)


def test_a_new_version_of_words_says_what_saving_does_and_stays_of_its_purpose(
    edition: Edition, table: Client
) -> None:
    words = {"edition": edition, "purpose": "photos", "order": 20}
    older = ConsentText.objects.create(**words, version=1, text_en="Photographs are taken.")
    add = f"{reverse('admin:registration_consenttext_add')}?of={older.pk}"

    page = table.get(add).content.decode()
    table.post(
        add,
        {
            "edition": factories.edition(is_current=False).pk,
            "purpose": "news",
            "order": 20,
            "text_en": "Films too.",
            "text_fr": "",
            "text_nl": "",
        },
    )
    listed = table.get(reverse("admin:registration_consenttext_changelist")).content.decode()

    assert "This becomes version 2." in page
    assert [
        (one.edition_id, one.purpose, one.version) for one in ConsentText.objects.order_by("version")
    ] == [(edition.pk, "photos", 1), (edition.pk, "photos", 2)]
    assert ["asked now" in listed, "before, not any more" in listed] == [True, True]
