"""What organisers decide in the admin: the desk on registrations, the press office on the press alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from efus_conference.management.content.groups import GROUPS, permissions
from efus_conference.models import Edition, User
from registration.models import Category, PressCard, Registration
from tests import factories
from tests.registration.test_admin import address, by_hand, messages, text

pytestmark = pytest.mark.django_db


def member(name: str) -> User:
    group = Group.objects.create(name=name)
    group.permissions.set(permissions(GROUPS[name]))
    person = factories.user(is_staff=True)
    person.groups.add(group)
    return person


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(member("registration desk"))
    return client


@pytest.fixture
def press_office() -> Client:
    client = Client()
    client.force_login(member("press"))
    return client


def submitted(edition: Edition, **fields: Any) -> Registration:
    return factories.registration(edition, status="submitted", **fields)


@pytest.fixture
def journalist(edition: Edition) -> Registration:
    row = submitted(edition, category=factories.category(edition, is_press=True), family_name="Reporter")
    PressCard.objects.create(registration=row, medium="The Paper", card=ContentFile(b"picture", "card.png"))
    return row


def statuses(*rows: Registration) -> list[str]:
    return [Registration.objects.get(pk=row.pk).status for row in rows]


def choose(action: str, *rows: Registration, **more: str) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows], **more}


def test_those_chosen_are_approved_in_the_order_of_their_arrival(desk: Client, edition: Edition) -> None:
    category = factories.category(edition, needs_approval=True, quota=1)
    # The list sorts by name, in which the later one comes first.
    first = submitted(edition, category=category, family_name="Zorn")
    second = submitted(edition, category=category, family_name="Adam")
    cancelled = factories.registration(edition, status="cancelled", cancelled_at=timezone.now())

    done = desk.post(address("registration"), choose("approve_chosen", second, cancelled, first), follow=True)

    assert statuses(first, second, cancelled) == ["confirmed", "waiting", "cancelled"]
    assert messages(done) == [
        f"{cancelled}: This registration was cancelled. The person may register again.",
        "2 registrations are approved.",
    ]


def test_a_refusal_asks_for_the_reason_and_can_be_taken_back(desk: Client, edition: Edition) -> None:
    row = submitted(edition)
    asked = desk.post(address("registration"), choose("refuse_chosen", row))
    without = desk.post(address("registration"), choose("refuse_chosen", row, confirmed="yes", reason=" "))
    too_long = desk.post(
        address("registration"), choose("refuse_chosen", row, confirmed="yes", reason="long " * 400)
    )
    assert (row.name in text(asked), statuses(row)) == (True, ["submitted"])
    assert "Give the reason: the person reads it." in text(without)
    assert "long long long" in text(too_long)

    done = desk.post(
        address("registration"), choose("refuse_chosen", row, confirmed="yes", reason="No room."), follow=True
    )
    assert (statuses(row), messages(done)) == (["refused"], ["1 registration is refused."])

    desk.post(address("registration"), choose("reopen_chosen", row))
    assert statuses(row) == ["submitted"]
    assert list(row.events.order_by("pk").values_list("verb", "reason")) == [
        ("refused", "No room."),
        ("reopened", ""),
    ]


def buttons(client: Client, model: str, row: Registration) -> list[str]:
    page = client.get(address(model, f"{row.pk}/change/"))
    return [str(button["title"]) for button in page.context["actions_detail"]]


def test_one_registration_is_decided_on_from_its_own_page(desk: Client, edition: Edition) -> None:
    row = submitted(edition, needs="Secret")

    def press(what: str, **values: str) -> list[str]:
        url = address("registration", f"{row.pk}/{what}/")
        return messages(desk.post(url, {"confirmed": "yes", **values}, follow=True))

    shown = [buttons(desk, "registration", row)]
    assert row.name in text(desk.get(address("registration", f"{row.pk}/refuse/")))
    assert "Give the reason" in text(
        desk.post(address("registration", f"{row.pk}/refuse/"), {"confirmed": "yes"})
    )
    said = [press("refuse", reason="No room.")]
    shown.append(buttons(desk, "registration", row))
    said.append(press("reopen"))
    said.append(press("approve"))
    shown.append(buttons(desk, "registration", row))
    said += [press("approve"), press("cancel")]
    shown.append(buttons(desk, "registration", row))

    assert said == [
        [f"The registration of {row.name} is refused."],
        [f"The registration of {row.name} waits for a decision again."],
        [f"The registration of {row.name} is approved."],
        ["This registration is confirmed already."],
        [f"The registration of {row.name} is cancelled."],
    ]
    assert shown == [
        ["Answers", "Approve", "Refuse", "Cancel"],
        ["Answers", "Take the refusal back"],
        ["Answers", "Cancel"],
        ["Answers"],
    ]


def test_the_press_office_decides_from_the_page_of_a_journalist_and_reads_its_history_there(
    press_office: Client, desk: Client, edition: Edition, journalist: Registration
) -> None:
    mayor = submitted(edition)
    assert buttons(press_office, "accreditation", journalist) == ["Approve", "Refuse"]
    assert buttons(desk, "registration", journalist) == ["Answers", "Cancel"]
    assert press_office.get(address("accreditation", f"{mayor.pk}/approve/")).status_code == 404

    press_office.post(address("accreditation", f"{journalist.pk}/approve/"), {"confirmed": "yes"})

    assert statuses(journalist) == ["confirmed"]
    page = press_office.get(address("accreditation", f"{journalist.pk}/change/"))
    (history,) = page.context["inline_admin_formsets"]
    assert [form.instance.verb for form in history.formset.forms] == ["confirmed"]
    assert [page.context["show_history"], page.context["has_absolute_url"]] == [False, False]


def test_who_cannot_be_refused_is_named_with_what_can_be_done(desk: Client, edition: Edition) -> None:
    category = factories.category(edition, name_en="Mayors")
    waits = submitted(edition, category=category, organisation_name="Košice", family_name="Zorn")
    earlier = submitted(edition, category=category, family_name="Adam")
    seated = factories.registration(edition, category=category)
    page = desk.post(address("registration"), choose("refuse_chosen", seated, waits, earlier))

    assert [row.pk for row in page.context["chosen"]] == [earlier.pk, waits.pk]
    assert page.context["left_out"] == [
        f"{seated.name} is confirmed already; cancel the registration instead."
    ]
    assert f"{waits.name} · Mayors · Košice" in text(page)


def test_the_desk_does_not_accredit_the_press(desk: Client, journalist: Registration) -> None:
    done = desk.post(address("registration"), choose("approve_chosen", journalist), follow=True)

    assert statuses(journalist) == ["submitted"]
    assert messages(done)[0].startswith(f"{journalist}: The registration desk decides")
    assert desk.get(address("accreditation")).status_code == 403


def test_the_press_office_accredits_journalists_and_sees_nobody_else(
    press_office: Client, edition: Edition, journalist: Registration
) -> None:
    mayor = submitted(edition, family_name="Mayor")
    listed = press_office.get(address("accreditation"))

    assert list(listed.context["cl"].result_list) == [journalist]
    page = press_office.get(address("accreditation", f"{journalist.pk}/change/"))
    card = press_office.get(address("accreditation", f"{journalist.pk}/card/"))
    assert [
        "The Paper" in text(page),
        b"".join(card.streaming_content if card.streaming else [card.content]),
    ] == [True, b"picture"]
    assert [
        press_office.get(address("accreditation", f"{mayor.pk}/change/")).status_code,
        press_office.get(address("accreditation", f"{mayor.pk}/card/")).status_code,
        press_office.get(address("registration")).status_code,
        press_office.get(address("registration", f"{journalist.pk}/change/")).status_code,
    ] == [302, 404, 403, 403]

    press_office.post(address("accreditation"), choose("approve_chosen", journalist, mayor))
    assert statuses(journalist, mayor) == ["confirmed", "submitted"]


@pytest.mark.parametrize("who", ["desk", "press_office"])
def test_the_first_page_says_whom_one_has_to_decide_on(
    request: pytest.FixtureRequest, edition: Edition, journalist: Registration, who: str
) -> None:
    submitted(edition, family_name="Mayor")
    shown = text(request.getfixturevalue(who).get("/admin/"))

    assert [
        sentence in shown
        for sentence in ("1 registration is to be approved.", "1 journalist waits to be accredited.")
    ] == [who == "desk", who == "press_office"]


def test_handing_over_in_the_admin_is_in_the_history(desk: Client, edition: Edition, robin: User) -> None:
    row = factories.registration(
        edition, is_own=False, organisation_name="Košice", country="SK", language="nl"
    )
    keeper = factories.user()
    values = by_hand(edition, keeper, category=row.category.pk, mails_to="person", is_own="on")
    desk.post(address("registration", f"{row.pk}/change/"), values)

    row.refresh_from_db()
    assert (row.managed_by, row.is_own) == (keeper, True)
    assert list(row.events.order_by("pk").values_list("verb", flat=True)) == ["changed", "handed_over"]


def category_values(category: Category, **changed: Any) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "order": 10,
        "quota": "",
        "opens_at_0": "",
        "opens_at_1": "",
        "closes_at_0": "",
        "closes_at_1": "",
        **{f"name_{code}": "researcher" for code in ("en", "fr", "nl")},
        **{f"hint_{code}": "" for code in ("en", "fr", "nl")},
        **changed,
    }


def test_a_quota_is_raised_in_the_admin_and_offers_its_places_and_not_lowered_under_what_is_given(
    desk: Client, edition: Edition
) -> None:
    category = factories.category(edition, quota=2)
    for _ in range(2):
        factories.registration(edition, category=category)
    waiting = factories.registration(
        edition, category=category, status="waiting", waiting_since=timezone.now() - timedelta(hours=1)
    )
    page = address("category", f"{category.pk}/change/")

    refused = desk.post(page, category_values(category, quota=1))
    assert "More places are given in this category already" in text(refused)
    assert desk.post(page, category_values(category, quota=3)).status_code == 302

    assert statuses(waiting) == ["approved"]
    assert Category.objects.get().free == 0
