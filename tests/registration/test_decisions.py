"""What organisers decide in the admin: the desk on registrations, the press office on the press alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from efus_conference.management.content.groups import GROUPS, permissions
from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import SeatsInTheWay, begin_run, book_seat, go_on
from registration.jobs import sweep_old_runs
from registration.models import Category, DecisionRun, PressCard, Registration
from tests import factories
from tests.registration.test_admin import address, by_hand, messages, text

pytestmark = pytest.mark.django_db


def member(name: str) -> User:
    group = Group.objects.create(name=name)
    group.permissions.set(permissions(GROUPS[name.replace("desk again", "registration desk")]))
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


def said(page: Any) -> dict[str, Any]:
    """What the page of a decision on many tells, of each registration in the order in which it was taken."""
    shown = page.context
    return {
        "title": shown["title"],
        "done": [(row.name, row.said) for row in shown["done"]],
        "refused": [(row.name, row.said) for row in shown["refused"]],
    }


def test_those_chosen_are_approved_in_the_order_of_their_arrival(desk: Client, edition: Edition) -> None:
    category = factories.category(edition, needs_approval=True, quota=1)
    # The list sorts by name, in which the later one comes first.
    first = submitted(edition, category=category, family_name="Zorn")
    second = submitted(edition, category=category, family_name="Adam")
    cancelled = factories.registration(edition, status="cancelled", cancelled_at=timezone.now())

    done = desk.post(address("registration"), choose("approve_chosen", second, cancelled, first), follow=True)

    assert statuses(first, second, cancelled) == ["confirmed", "waiting", "cancelled"]
    assert said(done) == {
        "title": "2 registrations are approved.",
        "done": [(first.name, "confirmed"), (second.name, "on the waiting list")],
        "refused": [
            (cancelled.name, "This registration was cancelled. The person may register again."),
        ],
    }


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
    assert (statuses(row), said(done)["title"]) == (["refused"], "1 registration is refused.")

    desk.post(address("registration"), choose("reopen_chosen", row))
    assert statuses(row) == ["submitted"]
    assert list(row.events.order_by("pk").values_list("verb", "reason")) == [
        ("refused", "No room."),
        ("reopened", ""),
    ]


DECISIONS = ("Approve", "Refuse", "Take the refusal back", "Cancel")


def buttons(client: Client, model: str, row: Registration) -> list[str]:
    page = client.get(address(model, f"{row.pk}/change/"))
    titles = [str(button["title"]) for button in page.context["actions_detail"]]
    return [title for title in titles if title in DECISIONS]


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
        ["Approve", "Refuse", "Cancel"],
        ["Take the refusal back"],
        ["Cancel"],
        [],
    ]


def test_the_press_office_decides_from_the_page_of_a_journalist_and_reads_its_history_there(
    press_office: Client, desk: Client, edition: Edition, journalist: Registration
) -> None:
    mayor = submitted(edition)
    assert buttons(press_office, "accreditation", journalist) == ["Approve", "Refuse"]
    assert buttons(desk, "registration", journalist) == ["Cancel"]
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
    ((name, why),) = said(done)["refused"]
    assert (name, why.startswith("The registration desk decides")) == (journalist.name, True)
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


# --- on many at once ---------------------------------------------------------------------------------


def move_to(category: Any, *rows: Registration, **more: str) -> dict[str, Any]:
    return choose("move_chosen", *rows, confirmed="yes", category=category, **more)


def test_moving_asks_for_the_category_and_says_what_is_free_there(desk: Client, edition: Edition) -> None:
    small = factories.category(edition, name_en="Speakers", quota=3)
    factories.category(factories.edition(is_current=False), name_en="Others")
    row = factories.registration(edition, category=factories.category(edition, name_en="Mayors"))
    over = factories.registration(edition, status="cancelled", cancelled_at=timezone.now(), category=small)

    asked = desk.post(address("registration"), choose("move_chosen", row, over))
    nothing = desk.post(address("registration"), move_to("", row))
    nonsense = [
        desk.post(address("registration"), move_to(value, row)) for value in ("banana", "\0", "9" * 40)
    ]

    assert [label for value, label in asked.context["form"].fields["category"].choices if value] == [
        "Speakers: 3 places are free",
        "Mayors: no limit",
    ]
    assert asked.context["left_out"] == [f"The registration of {over.name} is cancelled already."]
    assert "Choose the category." in text(nothing)
    assert [[str(each) for each in page.context["form"].errors["category"]] for page in nonsense] == [
        ["Choose one of the list."],
        ["Null characters are not allowed."],
        ["Choose one of the list."],
    ]
    assert Registration.objects.get(pk=row.pk).category == row.category


def test_moving_obeys_quota_approval_and_seats_and_says_who_stays_and_why(
    desk: Client, edition: Edition, bookable: Callable[..., Session]
) -> None:
    mayors = factories.category(edition, name_en="Mayors")
    full = factories.category(edition, quota=2)
    first, second, third = (factories.registration(edition, category=mayors) for _ in range(3))
    waits_for_approval = submitted(edition, category=mayors)
    there = factories.registration(edition, category=full)
    seated = factories.registration(edition, category=mayors)
    book_seat(place=seated.place, session=bookable(), by=seated.managed_by)

    done = desk.post(
        address("registration"),
        move_to(full.pk, first, second, third, waits_for_approval, there, seated),
        follow=True,
    )

    assert said(done) == {
        "title": "4 registrations are in their new category.",
        "done": [
            (first.name, "confirmed"),
            (second.name, "on the waiting list"),
            (third.name, "on the waiting list"),
            (waits_for_approval.name, "on the waiting list"),
        ],
        "refused": [
            (there.name, "It is in this category already."),
            (seated.name, str(SeatsInTheWay())),
        ],
    }
    assert statuses(first, second, third, there, seated) == [
        "confirmed",
        "waiting",
        "waiting",
        "confirmed",
        "confirmed",
    ]
    assert set(Registration.objects.filter(category=full).values_list("pk", flat=True)) == {
        row.pk for row in (first, second, third, waits_for_approval, there)
    }


def test_of_three_hundred_each_request_decides_on_some_and_the_page_goes_on(
    desk: Client, edition: Edition
) -> None:
    category = factories.category(edition, needs_approval=True, quota=60)
    keeper = factories.user()
    rows = [submitted(edition, category=category, managed_by=keeper, is_own=False) for _ in range(120)]
    filtered = address("registration") + "?status__exact=submitted"

    page = desk.post(filtered, choose("approve_chosen", rows[0], select_across="1"), follow=True)
    handled = [page.context["run"].handled]
    assert (page.context["is_over"], "data-goes-on" in text(page)) == (False, True)
    while not page.context["is_over"]:
        page = desk.post(page.wsgi_request.get_full_path(), follow=True)
        handled.append(page.context["run"].handled)

    assert (handled[-1], len(handled) >= 3, handled == sorted(handled)) == (120, True, True)
    assert page.context["title"] == "120 registrations are approved."
    assert page.context["states"] == [("confirmed", 60), ("on the waiting list", 60)]
    assert page.context["back_url"] == filtered
    assert statuses(*rows) == ["confirmed"] * 60 + ["waiting"] * 60
    # Sent once more, nothing changes.
    again = desk.post(page.wsgi_request.get_full_path(), follow=True)
    assert again.context["run"].handled == 120


def test_a_second_request_at_the_same_moment_decides_on_nobody(desk: Client, edition: Edition) -> None:
    by = member("desk again")
    row = submitted(edition)
    run = begin_run(what="approve", registration_ids=[row.pk], by=by)
    DecisionRun.objects.update(busy_until=timezone.now() + timedelta(minutes=1))
    go_on(run=run, by=by)
    assert statuses(row) == ["submitted"]
    DecisionRun.objects.update(busy_until=timezone.now() - timedelta(seconds=1))  # its process died
    go_on(run=run, by=by)
    assert (statuses(row), DecisionRun.objects.get().busy_until) == (["confirmed"], None)


def test_what_came_of_it_is_for_who_decided_and_for_a_day(desk: Client, edition: Edition) -> None:
    row = submitted(edition)
    done = desk.post(
        address("registration"), choose("refuse_chosen", row, confirmed="yes", reason="No room."), follow=True
    )
    run = DecisionRun.objects.get()
    assert run.reason == ""  # it stands in the registration alone
    page = done.wsgi_request.get_full_path()
    other = Client()
    other.force_login(factories.user(is_staff=True, is_superuser=True))
    gone = other.get(page, follow=True)
    assert messages(gone) == ["What came of this is kept for a day, for who decided it. Look at the list."]

    DecisionRun.objects.update(started_at=timezone.now() - timedelta(days=1, minutes=1))
    desk.post(address("registration"), choose("reopen_chosen", row))
    sweep_old_runs(timestamp=0)
    assert [each.what for each in DecisionRun.objects.all()] == ["reopen"]


def test_who_is_not_there_any_more_is_said_so(desk: Client, edition: Edition) -> None:
    by = member("desk again")
    run = begin_run(what="approve", registration_ids=[0], by=by)
    assert go_on(run=run, by=by).refused == [[0, "This registration is not there any more."]]
