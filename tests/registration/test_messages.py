"""What organisers write to a group: to whom, in whose words, once."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition, Mail, User
from programme.models import Release, Session
from registration.actions import book_seat, wait_for_seats
from registration.actions.messages import AlreadySent, NobodyToWriteTo, NotAllowedToWrite, send_message
from registration.admin.messages import progress_of
from registration.audiences import audience_of
from registration.models import AgendaChange, Delegation, Message, Place, Registration
from registration.placeholders import filled, unknown_placeholders
from tests import factories

Bookable = Callable[..., Session]


def written(edition: Edition, **fields: Any) -> Message:
    values = {"subject_en": "Hello", "body_en": "Dear {given_name},\n\nsee {agenda}.", **fields}
    return Message.objects.create(edition=edition, **values)


@pytest.fixture
def organiser(client: Client) -> User:
    """An administrator of the demonstration, logged in."""
    made = factories.user(name="Otto Organiser", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


def test_a_value_is_text_and_nothing_else() -> None:
    values = {"given_name": "{family_name} {0.__class__}", "family_name": "Example"}
    assert filled("{given_name} {family_name} {} {x}", values) == "{family_name} {0.__class__} Example {} {x}"
    assert unknown_placeholders("{given_name} {name} {} {0} {agenda!r} {name}") == [
        "{name}",
        "{}",
        "{0}",
        "{agenda!r}",
    ]


@pytest.mark.django_db
def test_each_group_is_who_it_says(edition: Edition, bookable: Bookable) -> None:
    session = bookable(capacity=1)
    delegation = Delegation.objects.create(edition=edition, organisation=factories.organisation())
    seated, waiting, seatless = (factories.registration(edition) for _ in range(3))
    of_city = factories.registration(
        edition, place=Place.objects.create(edition=edition, delegation=delegation)
    )
    undecided = factories.registration(edition, status="submitted")
    factories.registration(factories.edition(is_current=False))
    factories.registration(edition, status="refused", refusal="No")
    book_seat(place=seated.place, session=session, by=seated.managed_by)
    wait_for_seats(places=[waiting.place], session=session, by=waiting.managed_by)

    def meant(audience: str, **fields: Any) -> set[Registration]:
        return set(audience_of(Message(edition=edition, audience=audience, **fields)))

    assert meant("all") == {seated, waiting, seatless, of_city}
    assert meant("city", delegation=delegation) == {of_city}
    assert meant("session", session=session) == {seated}
    assert meant("waiting", session=session) == {waiting}
    assert meant("seatless") == {waiting, seatless, of_city}
    assert meant("category", category=seatless.category) == {seatless}
    assert meant("category", category=undecided.category) == set()


@pytest.mark.django_db
def test_it_is_sent_once_to_each_and_remembered_in_their_history(edition: Edition, organiser: User) -> None:
    people = [factories.registration(edition) for _ in range(3)]
    message = written(edition)

    sent = send_message(message=message, by=organiser)
    with pytest.raises(AlreadySent):
        send_message(message=message, by=organiser)

    jobs = ProcrastinateJob.objects.filter(args__kind="registration/message").order_by("id")
    assert [job.args["ids"] for job in jobs] == [
        {"registration_id": person.pk, "message_id": message.pk} for person in people
    ]
    assert (sent.sent_count, sent.sent_at is not None, progress_of(sent)) == (3, True, "Sent to 0 of 3")
    assert [event.verb for person in people for event in person.events.all()] == ["mailed"] * 3


@pytest.mark.django_db
def test_nobody_and_nobody_s_right_are_refused(edition: Edition, organiser: User) -> None:
    with pytest.raises(NobodyToWriteTo):
        send_message(message=written(edition), by=organiser)
    factories.registration(edition)
    with pytest.raises(NotAllowedToWrite):
        send_message(message=written(edition), by=factories.user())


def test_each_reads_it_in_their_language_with_their_own_name(
    fresh_db: str, mailbox: Callable[[], list[EmailMessage]], run_worker: Callable[[], None]
) -> None:
    edition, by = factories.edition(), factories.user(is_staff=True, is_superuser=True)
    english, french, dutch = (
        factories.registration(edition, language=language, given_name=name, organisation_name="Košice")
        for language, name in (("en", "Ada <b>"), ("fr", "Zoé"), ("nl", "{family_name}"))
    )
    message = written(
        edition,
        subject_fr="Bonjour {given_name}",
        body_fr="{family_name}, {organisation}, {edition}: {agenda}",
    )
    send_message(message=message, by=by)
    run_worker()

    mails = mailbox()
    texts = [str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n") for mail in mails]  # type: ignore[union-attr]
    agenda = "http://localhost:8000/{}/my/agenda/?registration={}"
    assert [mail["Subject"] for mail in mails] == ["Hello", "Bonjour Zoé", "Hello"]
    assert texts[0].startswith(f"Dear Ada <b>,\n\nsee {agenda.format('en', english.pk)}.\n")
    assert texts[1].startswith(f"{french.family_name}, Košice, ")
    assert agenda.format("fr", french.pk) in texts[1]
    assert texts[2].startswith(f"Dear {{family_name}},\n\nsee {agenda.format('nl', dutch.pk)}.\n")
    html = str(mails[0].get_body(("html",)).get_content())  # type: ignore[union-attr]
    assert "Ada &lt;b&gt;" in html
    assert progress_of(Message.objects.get()) == "Sent to 3 of 3"
    assert Mail.objects.about(registration_id=french.pk).get().subject == "Bonjour Zoé"


@pytest.mark.django_db
class TestInTheAdmin:
    add = "/admin/registration/message/add/"

    def answers(self, edition: Edition, **fields: str) -> dict[str, str]:
        return {
            "edition": str(edition.pk), "audience": "all", "subject_en": "Hello", "body_en": "Dear {given_name}",
            "subject_fr": "", "body_fr": "", "subject_nl": "", "body_nl": "", **fields,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"body_en": "Dear {name}"}, "Nothing is known by the name of {name}."),
            ({"subject_en": "Hello {}"}, "Nothing is known by the name of {}."),
            ({"subject_fr": "Bonjour"}, "Write subject and text in Français, or neither."),
            ({"audience": "session"}, "Say which one is meant."),
            ({"audience": "banana"}, "banana is not one of the available choices"),
            ({"body_en": "x" * 10_001}, "at most 10"),
            ({"body_en": "a\x00b"}, ""),
        ],
    )
    def test_what_is_wrong_is_said_and_kept(
        self, client: Client, organiser: User, edition: Edition, fields: dict[str, str], sentence: str
    ) -> None:
        response = client.post(self.add, self.answers(edition, **fields))
        assert (response.status_code, Message.objects.count()) == (200, 0)
        assert sentence in response.content.decode()

    def test_a_draft_is_looked_at_tried_asked_about_and_sent_once(
        self, client: Client, organiser: User, edition: Edition
    ) -> None:
        factories.registration(edition, given_name="Ada <i>", family_name="Example")
        client.post(self.add, self.answers(edition))
        message = Message.objects.get()
        page = f"/admin/registration/message/{message.pk}/send/"

        shown = client.get(page).content.decode()
        assert "1 person gets it." in shown
        assert "Dear Ada &lt;i&gt;" in shown

        client.post(page, {"what": "trial"})
        assert [job.args["kind"] for job in ProcrastinateJob.objects.all()] == ["registration/message_trial"]

        asked = client.post(page, {"what": "ask"}).content.decode()
        assert "Send this to 1 person now?" in asked
        assert Message.objects.get().sent_at is None

        for _click in range(2):
            client.post(page, {"what": "send"})
        jobs = ProcrastinateJob.objects.filter(args__kind="registration/message")
        assert jobs.count() == 1
        change = f"/admin/registration/message/{message.pk}/change/"
        client.post(change, self.answers(edition, subject_en="Another"))
        assert Message.objects.get().subject_en == "Hello"  # type: ignore[attr-defined]
        assert (
            client.post(f"/admin/registration/message/{message.pk}/delete/", {"post": "yes"}).status_code
            == 403
        )
        assert client.get(change).status_code == 200

    def test_only_who_may_change_messages_sees_the_page(self, client: Client, edition: Edition) -> None:
        client.force_login(factories.user(is_staff=True))
        message = written(edition)
        assert client.get(f"/admin/registration/message/{message.pk}/send/").status_code == 403


@pytest.mark.django_db
def test_which_group_is_meant_and_what_was_sent_can_be_read(
    client: Client, edition: Edition, organiser: User
) -> None:
    city = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(name_en="Košice", name_fr="", name_nl="")
    )
    factories.registration(edition, place=Place.objects.create(edition=edition, delegation=city))
    message = written(edition, audience="city", delegation=city)
    page = f"/admin/registration/message/{message.pk}"
    preview = client.get(f"{page}/send/").content.decode()
    draft = client.get(f"{page}/change/").content.decode()
    send_message(message=message, by=organiser)
    sent = client.get(f"{page}/change/").content.decode()
    listed = client.get("/admin/registration/message/").content.decode()

    assert ["a delegation: Košice" in shown for shown in (preview, sent, listed)] == [True, True, True]
    # Of the two languages without a text, also where nobody reads it yet.
    assert preview.count("Nothing is written in this language") == 2
    assert ["Nothing is sent from this page" in " ".join(shown.split()) for shown in (draft, sent)] == [
        True,
        False,
    ]
    assert "Dear {given_name},<br><br>see {agenda}." in sent


@pytest.mark.django_db
def test_the_lists_of_messages_and_changes_cost_the_same_at_one_and_at_fifty(
    client: Client, organiser: User, edition: Edition, bookable: Bookable
) -> None:
    session, made = bookable(), Release.objects.get()
    facts = {"during": [], "room": None, "status": "confirmed", "languages": []}
    counts = []
    for more in (1, 49):
        for _ in range(more):
            written(edition, written_by=factories.user())
            AgendaChange.objects.create(
                registration=factories.registration(edition),
                session=session,
                release=made,
                before=facts,
                after=facts,
            )
        for model in ("message", "agendachange"):
            client.get(f"/admin/registration/{model}/")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/admin/registration/{model}/").status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
