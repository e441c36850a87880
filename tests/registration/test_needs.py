from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition, User
from registration.actions import (
    NobodyForNeeds,
    NoNeeds,
    NotReadable,
    change_registration,
    reply_to_needs,
    take_on_needs,
)
from registration.actions.retention import run_what_is_due
from registration.models import Answer, NeedReply, Question, Registration, SensitiveReading
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ramp(edition: Edition, robin: User) -> Registration:
    return factories.registration(edition, managed_by=robin, email=robin.email, needs="A secret ramp")


@pytest.fixture
def carer() -> User:
    return with_rights("read_needs")


def with_rights(*rights: str) -> User:
    user = factories.user(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="registration", codename__in=rights)
    )
    return user


def text(response: Any) -> str:
    return str(response.content.decode())


def address(person: Registration | None = None, query: str = "") -> str:
    page = f"{person.pk}/change/" if person else ""
    return f"/admin/registration/accessneed/{page}{query}"


def mails() -> list[dict[str, Any]]:
    jobs = ProcrastinateJob.objects.filter(task_name="mail.send").order_by("id")
    return [job.args["ids"] for job in jobs if job.args["kind"] == "registration/need_reply"]


def test_a_reply_makes_its_writer_responsible_and_is_told_once(ramp: Registration, carer: User) -> None:
    for _click in range(2):
        reply_to_needs(registration=ramp, reply="There is one at the side.", by=carer)

    row = NeedReply.objects.get()
    assert (row.responsible, row.reply, row.replied_at is not None) == (
        carer,
        "There is one at the side.",
        True,
    )
    assert mails() == [{"registration_id": ramp.pk}]
    assert [(event.verb, event.detail) for event in ramp.events.all()] == [("replied", {})]


def test_only_who_may_read_needs_answers_for_them(ramp: Registration, carer: User) -> None:
    desk = with_rights("change_registration", "view_registration")
    with pytest.raises(NotReadable):
        reply_to_needs(registration=ramp, reply="x", by=desk)
    with pytest.raises(NobodyForNeeds):
        take_on_needs(registration=ramp, responsible=desk, by=carer)

    assert take_on_needs(registration=ramp, responsible=carer, by=carer).responsible == carer


def test_there_is_nothing_to_reply_to_without_a_need(edition: Edition, carer: User) -> None:
    with pytest.raises(NoNeeds):
        reply_to_needs(registration=factories.registration(edition), reply="x", by=carer)


def test_other_needs_open_the_question_again_and_keep_who_answers(
    ramp: Registration, robin: User, carer: User
) -> None:
    reply_to_needs(registration=ramp, reply="There is one.", by=carer)
    change_registration(registration=ramp, by=robin, function="Mayor")
    same = NeedReply.objects.get().reply
    change_registration(registration=ramp, by=robin, needs="A guide dog")

    row = NeedReply.objects.get()
    assert (same, row.reply, row.replied_at, row.responsible) == ("There is one.", "", None, carer)


def test_the_list_tells_who_needs_a_reply_and_never_what(
    client: Client, ramp: Registration, edition: Edition, carer: User
) -> None:
    other = factories.registration(edition, needs="Secret food", family_name="Served")
    factories.registration(edition, family_name="Needless")
    reply_to_needs(registration=other, reply="Of course", by=carer)
    client.force_login(carer)
    everyone, without = text(client.get(address())), text(client.get(address(query="?reply=none")))
    client.force_login(with_rights("view_registration", "change_registration"))

    names = (ramp.family_name, "Served", "Needless", "ecret")
    assert [name in everyone for name in names] == [True, True, False, False]
    assert [name in without for name in names[:2]] == [True, False]
    assert client.get(address()).status_code == 403
    assert SensitiveReading.objects.count() == 0


def test_reading_a_need_is_noted_and_the_reply_is_given_there(
    client: Client, ramp: Registration, carer: User
) -> None:
    client.force_login(carer)
    shown = text(client.get(address(ramp)))
    client.post(address(ramp), {"responsible": str(carer.pk), "reply": "Side door"})

    assert "A secret ramp" in shown
    row = NeedReply.objects.get()
    assert (row.responsible, row.reply) == (carer, "Side door")
    assert list(SensitiveReading.objects.values_list("reader", "registration", "what")) == [
        (carer.pk, ramp.pk, "needs")
    ]


def test_the_person_sees_the_reply_on_their_page(
    client: Client, ramp: Registration, robin: User, carer: User
) -> None:
    client.force_login(robin)
    before = text(client.get(ramp.get_absolute_url()))
    reply_to_needs(registration=ramp, reply="There is one at the side.", by=carer)
    after = text(client.get(ramp.get_absolute_url()))

    assert ["at the side" in before, "at the side" in after] == [False, True]


def test_the_list_costs_the_same_for_one_and_for_ten(client: Client, edition: Edition, carer: User) -> None:
    client.force_login(carer)
    counts = []
    for more in (1, 9):
        for _number in range(more):
            person = factories.registration(edition, needs="x")
            reply_to_needs(registration=person, reply="y", by=carer)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address())
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_need_told_as_an_answer_has_someone_who_replies_too(
    client: Client, edition: Edition, robin: User
) -> None:
    person = factories.registration(edition, managed_by=robin, email=robin.email)
    question = Question.objects.create(
        edition=edition, slug="follow", text="What do you need?", kind="text", privacy="access"
    )
    Answer.objects.create(registration=person, question=question, value="Large print")
    desk = factories.user(is_staff=True, is_superuser=True)
    client.force_login(desk)

    assert person.name in client.get("/admin/registration/accessneed/").content.decode()
    page = client.get(f"/admin/registration/accessneed/{person.pk}/change/")
    assert "What do you need? Large print" in page.content.decode()
    assert SensitiveReading.objects.filter(registration=person, what="needs").count() == 1
    assert reply_to_needs(registration=person, reply="It is at the desk.", by=desk).responsible == desk


def test_needs_and_replies_are_forgotten_a_month_after_the_edition(ramp: Registration) -> None:
    desk = factories.user(is_staff=True, is_superuser=True)
    reply_to_needs(registration=ramp, reply="There is one.", by=desk)
    last_day = datetime(2031, 5, 16, 12, tzinfo=UTC)

    for days in (27, 30):
        run_what_is_due(at=last_day + timedelta(days=days))
    assert Registration.objects.get().needs == "A secret ramp"
    run_what_is_due(at=last_day + timedelta(days=31))

    assert (Registration.objects.get().needs, NeedReply.objects.count()) == ("", 0)
