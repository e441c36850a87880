"""A person of whom the site keeps something in every place where it can, and what stands there in full."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from declarations.models import Actor, Mailbox
from efus_conference.models import Edition, Mail, User
from programme.actions import release
from programme.actions.consents import give_consent
from programme.models import Material, Release, Session, Speaker, SpeakerLink
from registration.actions import book_seat, give_identity, star, wait_for_seats
from registration.actions.consents import agree, keep_consent_text
from registration.models import (
    AgendaChange,
    Answer,
    Certificate,
    CheckIn,
    ConsentText,
    Delegation,
    DeskAlert,
    DeskDevice,
    FeedLink,
    HeadsetLoan,
    Message,
    NeedReply,
    PendingFile,
    Place,
    PlaceInvitation,
    PlaceRequest,
    PressCard,
    Question,
    QuestionChoice,
    Registration,
    SensitiveReading,
    Ticket,
)
from tests import factories
from tests.declarations import making
from tests.factories import NINE

EARLIER = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Someone:
    user: User
    edition: Edition
    speaker: Speaker
    own: Registration
    assisted: Registration
    named: Registration  # for a delegation, whose coordinator reads nothing of what they told
    visit: Session
    workshop: Session
    talk: Session
    actor: Actor
    secrets: list[str]  # what opens something, or is a hash


def someone(mark: str, edition: Edition, sessions: dict[str, Session], organiser: User) -> Someone:
    """Everything of theirs has `mark` in it, as text, file name and content."""
    user = factories.user(
        email=f"{mark}@example.org",
        name=f"{mark} Person",
        password=f"a secret of {mark} and long enough",
        organisation=factories.organisation(name=f"{mark} Town"),
    )
    visit, workshop, talk = sessions["visit"], sessions["workshop"], sessions["talk"]
    speaker = Speaker.objects.create(
        slug=f"{mark.lower()}-speaks",
        name=f"{mark} Speaks",
        user=user,
        function_en=f"{mark} Mayor",
        biography_fr=f"{mark} parle.",
        email=f"{mark}-speaks@example.org",
        portrait=ContentFile(making.png(), "portrait.png"),
    )
    own = factories.registration(
        edition,
        managed_by=user,
        given_name=mark,
        family_name="Own",
        email=user.email,
        category=sessions["category"],  # type: ignore[arg-type]
        function=f"{mark} adviser",
        organisation_name=f"{mark} Town",
        country="BE",
        needs=f"{mark} needs a ramp",
        speaker=speaker,
    )
    assisted = factories.registration(
        edition,
        managed_by=user,
        is_own=False,
        mails_to="manager",
        given_name=mark,
        family_name="Assisted",
        email="",
        category=own.category,
        needs=f"{mark} assisted needs",
    )
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(name=f"{mark} City"), coordinator=user
    )
    named = factories.registration(
        edition,
        managed_by=user,
        is_own=False,
        mails_to="manager",
        given_name="Shy",
        family_name="Named",
        email=f"shy-{mark}@example.org",
        category=own.category,
        needs="SHY-needs",
        place=Place.objects.create(edition=edition, delegation=delegation),
    )
    given = _seats_and_answers(mark, user, own, named, sessions)
    _days(mark, own, workshop, organiser)
    link = SpeakerLink.objects.create(
        speaker=speaker,
        edition=edition,
        token_hash=f"hash-of-link-{mark}",
        sent_to=speaker.email,
        expires_at=NINE,
    )
    give_consent(speaker=speaker, through="link", wording="You may show me.", language="en")
    Material.objects.create(
        session=talk,
        kind="slides",
        title_en=f"{mark} slides",
        file=ContentFile(f"slides of {mark}".encode(), "slides.pdf"),
        handed_in_by=speaker,
    )
    actor = _office_work(mark, user, delegation, organiser)
    return Someone(
        user,
        edition,
        speaker,
        own,
        assisted,
        named,
        visit,
        workshop,
        talk,
        actor,
        [user.password, f"{mark}-TOTP", *given, str(link.token_hash), f"invited-{mark}", "f" * 64],
    )


def _seats_and_answers(
    mark: str, user: User, own: Registration, named: Registration, sessions: dict[str, Session]
) -> list[str]:
    visit, workshop, full = sessions["visit"], sessions["workshop"], sessions["full"]
    book_seat(place=own.place, session=visit, by=user)
    give_identity(
        registration=own,
        session=visit,
        by=user,
        name=f"{mark} PERSON",
        born_on=date(1975, 5, 21),
        kind="passport",
        number=f"{mark}-123",
        country="BE",
    )
    wait_for_seats(places=[own.place], session=full, by=user)
    book_seat(place=named.place, session=workshop, by=user)
    star(registration=own, session=workshop)
    links = [
        FeedLink.objects.create(registration=own, purpose=purpose, token=f"feed-{purpose}-of-{mark}")
        for purpose in ("calendar", "page")
    ]
    AgendaChange.objects.create(
        registration=own,
        session=workshop,
        release=Release.objects.latest("pk"),
        before={"during": ["2031-05-14T07:00:00+00:00", "2031-05-14T08:00:00+00:00"]},
        after={"during": ["2031-05-14T08:00:00+00:00", "2031-05-14T09:00:00+00:00"]},
    )
    letter, diet = sessions["letter"], sessions["diet"]
    Answer.objects.create(
        registration=own,
        question=letter,
        value=f"{mark}-letter.PDF",
        file=ContentFile(f"letter of {mark}".encode(), "x.pdf"),
    )
    for registration, value in ((own, "vegan"), (named, "vegan")):
        Answer.objects.create(registration=registration, question=diet, value=value)
    Answer.objects.create(registration=named, question=letter, value="SHY-letter.pdf")
    NeedReply.objects.create(registration=own, reply=f"A ramp for {mark}.", replied_at=NINE)
    PressCard.objects.create(
        registration=own,
        medium=f"{mark} Gazette",
        number="7",
        card=ContentFile(f"card of {mark}".encode(), "card.png"),
    )
    agree(registration=own, texts=[sessions["photos"]], language="fr", by=user)
    return [link.token for link in links]


def _days(mark: str, own: Registration, workshop: Session, organiser: User) -> None:
    ticket = Ticket.objects.create(place=own.place, registration=own, printed_at=NINE)
    for session in (None, workshop):
        CheckIn.objects.create(
            edition=own.edition,
            place=own.place,
            registration=own,
            ticket=ticket,
            day=NINE.date(),
            session=session,
            how="scan" if session is None else "name",
            at=NINE if session is None else NINE + timedelta(hours=1),
        )
    HeadsetLoan.objects.create(edition=own.edition, registration=own, number=len(mark), lent_at=NINE)
    DeskAlert.objects.create(edition=own.edition, registration=own, kind="void", at=NINE)
    Certificate.objects.create(
        edition=own.edition,
        registration=own,
        code=f"{'ABCDEFGH' if mark == 'Robin' else 'HGFEDCBA'}2345",
        name=f"{mark} Own",
        organisation_name=f"{mark} Town",
        days=[NINE.date()],
        language="en",
        sha256="f" * 64,
        file=ContentFile(f"certificate of {mark}".encode(), "x.pdf"),
    )
    SensitiveReading.objects.create(reader=organiser, registration=own, what="needs", how="pdf", at=NINE)


def _office_work(mark: str, user: User, delegation: Delegation, organiser: User) -> Actor:
    """What an account does beside its own registration, and what was written to it."""
    own = Registration.objects.get(managed_by=user, is_own=True)
    Authenticator.objects.create(user=user, type="totp", data={"secret": f"{mark}-TOTP"})
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(Registration),
        object_id="1",
        object_repr="SHY Colleague",
        action_flag=2,
        change_message="SHY",
        action_time=NINE,
    )
    PendingFile.objects.create(
        key=uuid.uuid4(),
        kept_by=user,
        name=f"{mark} pending.png",
        file=ContentFile(f"pending of {mark}".encode(), "x.png"),
    )
    PlaceRequest.objects.create(delegation=delegation, places=2, why=f"{mark} asks", asked_by=user)
    elsewhere = Delegation.objects.create(
        edition=delegation.edition, organisation=factories.organisation(name=f"City that invited {mark}")
    )
    PlaceInvitation.objects.create(
        place=Place.objects.create(edition=delegation.edition, delegation=elsewhere),
        email=user.email,
        token_hash=f"invited-{mark}",
        expires_at=NINE,
    )
    Message.objects.create(edition=delegation.edition, subject=f"{mark} wrote", body="…", written_by=user)
    SensitiveReading.objects.create(
        reader=user,
        registration=factories.registration(delegation.edition),
        what="answers",
        how="page",
        at=NINE,
    )
    DeskDevice.objects.create(edition=delegation.edition, user=user, name=f"{mark} tablet")
    for subject, to, fields in (
        (f"To {mark}", user.email, {"user": user}),
        (f"About {mark}", "former-keeper@example.org", {"subject_ids": {"registration_id": own.pk}}),
    ):
        Mail.objects.create(
            kind="registration/changed", to=to, language="en", subject=subject, text=f"Dear {mark}", **fields
        )
    actor = making.actor(user)
    signatory = factories.signatory(making.published(slug=f"declaration-{mark.lower()}"))
    Mailbox.objects.create(signatory=signatory, email="office@elsewhere.example", set_by=actor)
    return actor


def a_conference(edition: Edition) -> dict[str, Any]:
    """Released sessions, questions and words to agree to, for several people at once."""
    sessions = {
        "visit": factories.session(
            edition, title="Visit", starts_at=NINE, identity_by=NINE - timedelta(days=3), code="VISIT0"
        ),
        "workshop": factories.session(
            edition, title="Workshop", starts_at=NINE + timedelta(hours=2), code="WSHOP0"
        ),
        "full": factories.session(edition, title="Full", starts_at=NINE + timedelta(hours=4), code="FULLXX"),
        "talk": factories.session(edition, title="Talk", starts_at=NINE + timedelta(hours=6), code="TALK00"),
    }
    for name, capacity in (("visit", 20), ("workshop", 20), ("full", 0)):
        factories.pool(sessions[name], capacity)
    release(edition=edition, by=None)
    letter = Question.objects.create(edition=edition, slug="letter", kind="file", text_en="A letter", order=1)
    diet = Question.objects.create(
        edition=edition, slug="diet", kind="choice", privacy="diet", text_en="What do you eat?", order=2
    )
    QuestionChoice.objects.create(question=diet, slug="vegan", text_en="Vegan food")
    photos = keep_consent_text(
        text=ConsentText(edition=edition, purpose="photos", text_en="Photos.", text_fr="Des photos.")
    )
    category = factories.category(edition, name="researcher")
    return {**sessions, "letter": letter, "diet": diet, "photos": photos, "category": category}
