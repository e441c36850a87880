from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.models import Video, Voice
from efus_conference.erasing import erase
from efus_conference.models import Edition, LoadedItem, Mail, User
from programme.actions import release
from programme.models import (
    Appearance,
    ConsentEvent,
    Material,
    ReleasedSession,
    Session,
    Speaker,
    SpeakerLink,
)
from registration.actions import book_seat
from registration.models import (
    AgendaChange,
    Answer,
    Booking,
    Category,
    Certificate,
    CheckIn,
    Consent,
    ConsentText,
    Delegation,
    DeskAlert,
    DeskDevice,
    DeskLink,
    FeedLink,
    HeadsetLoan,
    IdentityDocument,
    Message,
    NeedReply,
    PendingFile,
    Place,
    PlaceInvitation,
    PlaceRequest,
    PressCard,
    Question,
    Registration,
    RegistrationEvent,
    SensitiveReading,
    Star,
    Ticket,
)
from tests import factories
from tests.searching import columns_with, files_with, says

pytestmark = pytest.mark.django_db

OWN = "".join("abcdefghij"[int(digit)] for digit in str(os.getpid()))
GIVEN, FAMILY, ADDRESS = f"Zephyrine{OWN}", f"Quillonwick{OWN}", f"z.q@zqwick{OWN}.example"
NAME = f"{GIVEN} {FAMILY}"
NEEDLES = (GIVEN, FAMILY, f"zqwick{OWN}")
NOW = datetime(2031, 5, 14, 8, 0, tzinfo=UTC)


@dataclass
class Everywhere:
    """One person who did all that one can do, with what others wrote of them."""

    user: User
    edition: Edition
    registration: Registration
    speaker: Speaker
    other: Registration
    spoken: Session


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> list[Path]:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    settings.EMAIL_BACKEND = "efus_conference.mail.ReadableFileBackend"
    # Files of rows lie in the folder that all tests of this run share: the name is this process's own.
    return [tmp_path, settings.MEDIA_ROOT, settings.PRIVATE_MEDIA_ROOT]


def file(name: str = "f.pdf") -> ContentFile:
    return ContentFile(f"Here stands {NAME}.".encode(), name=name)


@pytest.fixture
def everywhere(folders: list[Path]) -> Everywhere:
    user = factories.user(name=NAME, email=ADDRESS, is_staff=True)
    factories.user(is_superuser=True, is_staff=True)  # who stays
    EmailAddress.objects.create(user=user, email=f"second.{ADDRESS}", verified=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": NAME})
    edition = factories.edition()
    factories.category(edition)
    speaker = factories.speaker(
        name=NAME,
        sort_name=f"{FAMILY}, {GIVEN}",
        slug=f"zephyrine-{FAMILY}".lower(),
        email=ADDRESS,
        user=user,
        function_en=f"Mayor {FAMILY}",
        biography_en=f"{NAME} was born.",
        biography_fr=f"{NAME} est née.",
    )
    speaker.portrait.save("p.jpg", file("p.jpg"))
    speaker.slug = FAMILY.lower()  # the former address is remembered
    speaker.save()
    spoken = factories.session(
        edition, speakers=(speaker,), title_en=f"Opening by {NAME}", note=f"Call {NAME}"
    )
    Appearance.objects.update(answer_note=f"Says {NAME}")
    for appearance in Appearance.objects.all():
        appearance.function_en, appearance.function_fr = f"Mayor {FAMILY}", f"Maire {FAMILY}"
        appearance.save()
    bookable = factories.session(edition, starts_at=factories.NINE + timedelta(days=1))
    factories.pool(bookable)
    release(edition=edition, by=user, note=f"With {NAME}")
    ConsentEvent.objects.create(speaker=speaker, verb="given", through="link", wording=f"I, {NAME}")
    SpeakerLink.objects.create(speaker=speaker, edition=edition, sent_to=ADDRESS, expires_at=NOW)
    Material.objects.create(
        session=spoken, kind="slides", title_en=f"Slides of {NAME}", file=file(), handed_in_by=speaker
    )
    Material.objects.create(
        session=spoken, kind="document", title_en=f"Words of {NAME}", address="https://x.example/"
    )
    Voice.objects.create(edition=edition, speaker=speaker, function_en=f"Mayor {FAMILY}")
    Video.objects.create(edition=edition, speaker=speaker, title_en=f"{NAME} speaks")
    Video.objects.create(edition=edition, title_en=f"A talk with {NAME}")

    other = factories.registration(edition, needs=f"I come with {NAME}", managed_by=factories.user())
    row = factories.registration(
        edition,
        managed_by=user,
        given_name=GIVEN,
        family_name=FAMILY,
        email=ADDRESS,
        function=f"Assistant of {FAMILY}",
        organisation_name=f"{FAMILY} Ltd",
        needs=f"{GIVEN} needs a ramp",
        speaker=speaker,
    )
    row.place.note = f"For {NAME}"
    row.place.save()
    # Who writes of them in their own answers comes with them.
    Place.objects.filter(pk=other.place_id).update(accompanies=row.place, companion_kind="assistant")
    book_seat(place=row.place, session=bookable, by=user)
    Star.objects.create(registration=row, session=spoken)
    FeedLink.objects.create(registration=row, token=f"{FAMILY}-token")
    question = Question.objects.create(edition=edition, slug="q", text="?", kind="text", privacy="personal")
    Answer.objects.create(registration=row, question=question, value=f"{GIVEN} eats")
    Answer.objects.create(registration=other, question=question, value=f"I know {NAME}")
    filed = Question.objects.create(edition=edition, slug="f", text="?", kind="file", privacy="personal")
    Answer.objects.create(registration=row, question=filed, value=f"{FAMILY}.pdf", file=file())
    NeedReply.objects.create(registration=row, reply=f"Dear {GIVEN}", replied_at=NOW)
    NeedReply.objects.create(registration=other, reply=f"With {NAME}", replied_at=NOW)
    PressCard.objects.create(registration=row, medium=f"{FAMILY} News", card=file())
    IdentityDocument.objects.create(
        booking=Booking.objects.get(place=row.place), registration=row, name=NAME, born_on="1990-01-01",
        kind="passport", number=FAMILY, country="BE",
    )  # fmt: skip
    PendingFile.objects.create(kept_by=user, file=file(), name=f"{FAMILY}.pdf")
    AgendaChange.objects.create(
        registration=row, session=spoken, release=edition.releases.get(), after={"note": NAME}
    )
    RegistrationEvent.objects.create(registration=row, verb="changed", actor=user, reason=f"{GIVEN} is ill")
    RegistrationEvent.objects.create(
        registration=other, verb="changed", reason=f"Asked by {NAME}", detail={"told": [NAME]}
    )
    SensitiveReading.objects.create(reader=user, registration=other, what="needs", how="page")
    ticket = Ticket.objects.create(registration=row, place=row.place)
    device = DeskDevice.objects.create(edition=edition, user=user, name=f"{GIVEN}'s phone")
    DeskDevice.objects.create(edition=edition, name=f"Door of {NAME}")
    DeskLink.objects.create(
        edition=edition, day="2031-05-14", label=f"For {NAME}", token_hash="x", pin_hash="y", made_by=user
    )
    CheckIn.objects.create(
        edition=edition, place=row.place, registration=row, ticket=ticket, day="2031-05-14", how="scan", at=NOW,
        device=device, by=user,
    )  # fmt: skip
    DeskAlert.objects.create(edition=edition, kind="void", at=NOW, registration=row, ticket=ticket)
    HeadsetLoan.objects.create(edition=edition, registration=row, number=7)
    text = ConsentText.objects.create(edition=edition, purpose="photos", text="Photos.")
    Consent.objects.create(registration=row, text=text, language="en", given_by=user)
    Certificate.objects.create(
        edition=edition, registration=row, name=NAME, organisation_name=FAMILY, days=["2031-05-14"],
        language="en", file=file(), sha256="a" * 64,
    )  # fmt: skip
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=user
    )
    PlaceRequest.objects.create(delegation=delegation, places=2, why=f"Signed: {GIVEN}", asked_by=user)
    place = Place.objects.create(edition=edition, delegation=delegation, note=f"Perhaps {NAME}")
    PlaceInvitation.objects.create(place=place, email=ADDRESS, expires_at=NOW + timedelta(days=1))
    Message.objects.create(
        edition=edition, subject_en=f"Hear {NAME}", body_en=f"{NAME} speaks.", sent_at=NOW, written_by=user
    )

    for to, about in ((ADDRESS, row.pk), ("other@example.org", row.pk), ("other@example.org", other.pk)):
        Mail.objects.create(
            kind="registration/confirmation", to=to, language="en", subject=f"For {NAME}",
            text=f"Dear {NAME} <{ADDRESS}>", subject_ids={"registration_id": about},
        )  # fmt: skip
    bounced = Mail.objects.create(
        kind="registration/changed", to="other@example.org", language="en", subject="–", text="–",
        bounce="failed", bounced_at=NOW, bounce_diagnostic=f"<{ADDRESS}> is full",
    )  # fmt: skip
    for to, words in (
        (ADDRESS, "Hello"),
        ("other@example.org", f"Your colleague {NAME} comes, at last, to you."),
    ):
        letter = EmailMultiAlternatives("Hello", words, to=[to])
        letter.attach_alternative(f"<p>{words}</p>", "text/html")
        letter.send()
    logged = (user, row, row.place, speaker, ticket, bounced, other, spoken)
    for one in logged:
        LogEntry.objects.log_actions(
            user.pk, [one], CHANGE, change_message=f"Changed {NAME}.", single_object=True
        )
    for model, one in ((Registration, row), (Speaker, speaker)):
        LoadedItem.objects.create(
            key=f"{model.__name__}-{FAMILY}".lower(),
            model=model._meta.label,
            object_id=str(one.pk),
            fields={"name": NAME},
        )
    session = SessionStore()
    session["register"] = {"given_name": GIVEN, "family_name": FAMILY}
    session.save()
    Client().force_login(user)
    return Everywhere(user, edition, row, speaker, other, spoken)


def counts(edition: Edition) -> dict[str, Any]:
    """What an edition is counted by."""
    registrations = Registration.objects.filter(edition=edition)
    return {
        "registered": registrations.count(),
        "confirmed": registrations.confirmed().count(),
        "taken": sorted(Category.objects.filter(edition=edition).values_list("taken_count", flat=True)),
        "countries": sorted(registrations.values_list("country", flat=True)),
        "there": CheckIn.objects.standing().filter(edition=edition).count(),
        "appearances": Appearance.objects.filter(session__edition=edition).count(),
        "spoken": [len(row.appearances) for row in ReleasedSession.objects.order_by("pk")],
    }


LISTS = (
    "registration_registration",
    "registration_registrationevent",
    "registration_place",
    "registration_delegation",
    "registration_message",
    "registration_accessneed",
    "efus_conference_user",
    "efus_conference_mail",
    "programme_speaker",
    "programme_appearance",
    "programme_session",
)
SHEETS = ("programme_speaker", "programme_appearance", "programme_session", "registration_registration")
FEEDS = ("schedule.json", "schedule.xml", "schedule.ics", "changes.atom", "sessions.csv")


def exports_with(client: Client, edition: Edition, needles: tuple[str, ...]) -> list[str]:
    """Of the sheets and lists that organisers take out of the admin, and of what is public, those with one of them."""
    admin = {f"admin:{name}_changelist": {} for name in LISTS}
    answers = {name: client.get(reverse(name)) for name in admin}
    for name in SHEETS:
        for resource in ("0", "1"):
            wanted = {"format": "0", "resource": resource}
            answers[f"{name}_{resource}"] = client.post(reverse(f"admin:{name}_export"), wanted)
    addresses = [
        *(f"/editions/{edition.slug}/{feed}" for feed in FEEDS),
        *(
            f"/en/editions/{edition.slug}/{page}"
            for page in ("", "programme/", "programme/changes/", "speakers/")
        ),
        "/en/",
        "/en/search/?q=Zephyrine",
    ]
    answers |= {address: client.get(address) for address in addresses}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 200} == {}
    contents = {
        name: b"".join(answer) if answer.streaming else answer.content  # type: ignore[arg-type]
        for name, answer in answers.items()
    }
    return [name for name, content in contents.items() if says(content, needles)]


def test_of_an_erased_person_nothing_is_found_in_any_column_file_or_export(
    everywhere: Everywhere, folders: list[Path], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    before = counts(everywhere.edition)
    assert len(columns_with(NEEDLES)) > 60
    assert len(files_with(folders, NEEDLES)) == 8
    organiser = Client()
    organiser.force_login(User.objects.get(is_superuser=True))
    assert len(exports_with(organiser, everywhere.edition, NEEDLES)) > 15

    with django_capture_on_commit_callbacks(execute=True):
        erase(user=everywhere.user, by=everywhere.user)

    assert columns_with(NEEDLES) == []
    assert files_with(folders, NEEDLES) == []
    assert exports_with(organiser, everywhere.edition, NEEDLES) == []
    assert counts(everywhere.edition) == before


def test_a_phrase_for_a_name_wipes_out_no_word_of_a_stranger() -> None:
    """People choose what they are called."""
    edition = factories.edition()
    stranger = factories.registration(edition, needs="Induction loop. No nuts.")
    question = Question.objects.create(edition=edition, slug="q", text="?", kind="text", privacy="diet")
    answer = Answer.objects.create(registration=stranger, question=question, value="No nuts, induction loop")
    reply = NeedReply.objects.create(registration=stranger, reply="The induction loop is on.", replied_at=NOW)
    begun = SessionStore()
    begun["register"] = {"given_name": "Ada", "family_name": "Example", "needs": "Induction loop"}
    begun.save()
    user = factories.user(name="No nuts")
    factories.registration(edition, managed_by=user, given_name="Induction", family_name="loop")

    erase(user=user, by=user)

    for row in (stranger, answer, reply):
        row.refresh_from_db()
    assert (stranger.needs, answer.value, reply.reply) == (
        "Induction loop. No nuts.",
        "No nuts, induction loop",
        "The induction loop is on.",
    )
    assert begun.exists(begun.session_key)


def test_a_name_that_another_of_the_edition_has_is_left_to_them() -> None:
    edition = factories.edition()
    named = {"given_name": "Ada", "family_name": "Example"}
    row, stays = factories.registration(edition, **named), factories.registration(edition, **named)
    unlike = factories.registration(edition, given_name="Uma", family_name="Unlike")
    events = [
        stays.events.create(verb="changed", reason=f"{name} telephoned")
        for name in ("Ada Example", "Uma Unlike")
    ]

    for gone in (row, unlike):
        erase(user=gone.managed_by, by=gone.managed_by)

    assert [RegistrationEvent.objects.get(pk=event.pk).reason for event in events] == [
        "Ada Example telephoned",
        "••• telephoned",
    ]


def test_all_is_searched_before_anything_is_locked_that_others_need() -> None:
    row = factories.registration(factories.edition(), given_name="Ada", family_name="Example")

    with CaptureQueriesContext(connection) as queries:
        erase(user=row.managed_by, by=row.managed_by)

    searches = [n for n, query in enumerate(queries) if "~*" in query["sql"]]
    locks = [
        n
        for n, query in enumerate(queries)
        if 'FROM "registration_' in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]
    ]
    assert searches
    assert max(searches) < min(locks)
