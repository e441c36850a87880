"""A small world with one of everything: for each role something of its own and something of another's."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from archive.actions.merging import merge_organisations
from archive.actions.pages import make_page, publish
from archive.models import (
    Block,
    Captions,
    Document,
    EditionNote,
    KeyFigure,
    NewsItem,
    Partner,
    Picture,
    Video,
    Voice,
)
from archive.models import Page as PageOfSite
from declarations.actions import enter_withdrawal, verify
from declarations.actions.sealing import seal_declaration
from declarations.models import Evidence, InvitationRun, LogAlarm
from efus_conference.mail import queue
from efus_conference.management.content.groups import load_groups
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Erasure, Mail, Project, User
from efus_conference.secret_links import hash_of_token
from programme import actions as programme_actions
from programme.actions import release
from programme.after import public_name
from programme.models import Material, Release, Theme, WalkingTime
from registration.actions import ticket_for
from registration.actions.certificates import issue_certificate
from registration.desk.people import cursor_at
from registration.models import (
    Accreditation,
    AgendaChange,
    Answer,
    Booking,
    BookingLimit,
    BookingRules,
    Certificate,
    CheckIn,
    Consent,
    ConsentText,
    Delegation,
    DeskAlert,
    DeskDevice,
    DeskLink,
    DeskPassphrase,
    EditionClosing,
    FeedLink,
    HeadsetLoan,
    Message,
    NeedReply,
    Participation,
    Place,
    PlaceInvitation,
    PressCard,
    Question,
    QuestionChoice,
    Registration,
    RetentionRule,
    RetentionRun,
    SeatPool,
    SensitiveReading,
    Star,
    Wait,
    WaitParty,
)
from registration.ticket_keys import signer
from registration.views.desk_access import KEY
from tests import factories
from tests.declarations import making, staging
from tests.declarations.log.keeping import logged
from tests.permissions.addresses import Address
from tests.permissions.roles import ENTERED, PEOPLE, ROLES, WITHOUT_ACCOUNT

GROUP_OF = {
    "content": "content",
    "desk": "registration desk",
    "press": "press",
    "officer": "declarations officer",
    "organiser": "registration desk",
}
LANGUAGES = ("en", "fr", "nl")
CSRF = "t" * 32
PASSPHRASE = "four invented words here"
NO_UUID = "00000000-0000-4000-8000-000000000000"


class World:
    """`values` fills an address for a role, with its own object or with another's."""

    def __init__(self) -> None:
        load_groups(Ledger())
        self.edition = factories.edition(registration_closes_at=datetime(2031, 5, 1, tzinfo=UTC))
        self.town, self.other_town = factories.organisation(), factories.organisation()
        self.category = factories.category(self.edition)
        self.users = {role: self._user(role) for role in ROLES if role not in WITHOUT_ACCOUNT}
        self._programme()
        self._people()
        self._declarations()
        self._what_remains()
        self._desk()
        self.cookies = {role: self._cookies(role) for role in ROLES}

    # --- what there is ---------------------------------------------------------------------------------

    def _user(self, role: str) -> User:
        made = factories.user(
            email=f"{role}@example.org",
            name=role.title(),
            password="a long enough secret",
            is_staff=role not in PEOPLE,
            is_superuser=role == "administrator",
        )
        if role in GROUP_OF:
            made.groups.add(Group.objects.get(name=GROUP_OF[role]))
        return made

    def _programme(self) -> None:
        self.speaker = factories.speaker(email="speaker@example.org")
        self.room = factories.room(self.edition)
        self.session = factories.session(self.edition, speakers=(self.speaker,), room=self.room)
        later = self.session.starts_at + timedelta(hours=4)
        self.free_session = factories.session(self.edition, starts_at=later)
        for session in (self.session, self.free_session):
            factories.pool(session)
        release(edition=self.edition, by=self.users["content"])
        self.material = Material.objects.create(
            session=self.session,
            kind="slides",
            title="Slides",
            language="en",
            file=ContentFile(making.pdf(), "slides.pdf"),
            is_published=True,
            handed_in_by=self.speaker,
        )
        self.document = Document.objects.create(
            edition=self.edition,
            title="Report",
            file=ContentFile(making.pdf(), "report.pdf"),
            cover=ContentFile(b"", "cover.webp"),
            size=1,
            sha256="0" * 64,
        )
        self.video = Video.objects.create(
            edition=self.edition, title="Opening", file=ContentFile(b"a video", "video.mp4")
        )
        self.captions = Captions.objects.create(
            video=self.video, language="en", file=ContentFile(b"WEBVTT", "captions.vtt")
        )
        [link] = programme_actions.send_links(
            speakers=[self.speaker], edition=self.edition, language="en", by=self.users["content"]
        )
        self.speaker_token = programme_actions.new_speaker_token(link=link)

    def _people(self) -> None:
        self.delegations = {
            "coordinator": Delegation.objects.create(
                edition=self.edition, organisation=self.town, coordinator=self.users["coordinator"]
            ),
            "stranger": Delegation.objects.create(
                edition=self.edition, organisation=self.other_town, coordinator=factories.user()
            ),
        }
        self.registrations = {
            "participant": self._registration("participant"),
            "assistant": self._registration("assistant", is_own=False),
            "coordinator": self._registration("coordinator", is_own=False, place=self._place("coordinator")),
            # Of a delegation of somebody else's, and kept by its person.
            "stranger": self._registration("stranger", place=self._place("stranger")),
        }
        self.bookings, self.feeds, self.shared = {}, {}, {}
        self.answers, self.mails, self.waits, self.tickets = {}, {}, {}, {}
        self.certificates: dict[str, Certificate] = {}
        signer()
        self._questions()
        for role, registration in self.registrations.items():
            self.bookings[role] = Booking.objects.create(
                place=registration.place,
                session=self.session,
                during=self.session.released.during,
                booked_by=registration.managed_by,
            )
            Star.objects.create(registration=registration, session=self.free_session)
            self.feeds[role] = FeedLink.objects.create(registration=registration)
            self.shared[role] = FeedLink.objects.create(registration=registration, purpose="page")
            self._told(role, registration)
        SeatPool.objects.filter(pk=self.session.pk).update(taken=len(self.bookings))
        SeatPool.objects.filter(pk=self.free_session.pk).update(waiting=len(self.waits))
        queue("registration/confirmation", registration_id=self.registrations["stranger"].pk)

        # Two places of the city that nobody has: one is free, somebody is invited to the other.
        self.free_places = {role: self._place(role) for role in self.delegations}
        self.invitation_token = "an-invitation-to-a-place-and-long-enough"
        PlaceInvitation.objects.create(
            place=self._place("coordinator"),
            email="invited@example.org",
            token_hash=hash_of_token(self.invitation_token),
            expires_at=timezone.now() + timedelta(days=30),
        )

    def _questions(self) -> None:
        self.question = Question.objects.create(
            edition=self.edition, slug="letter", kind="file", text="A letter", order=1
        )
        diet = Question.objects.create(
            edition=self.edition, slug="diet", kind="choice", privacy="diet", text="What do you eat?", order=2
        )
        QuestionChoice.objects.create(question=diet, slug="vegan", text="Vegan")
        self.diet = Question.objects.create(
            edition=self.edition, slug="kitchen", kind="text", privacy="diet", text="An allergy?", order=3
        )

    def _told(self, role: str, registration: Registration) -> None:
        """What belongs to one person alone: files, mails, a wait."""
        self.answers[role] = Answer.objects.create(
            registration=registration,
            question=self.question,
            value="letter.pdf",
            file=ContentFile(making.pdf(), "letter.pdf"),
        )
        Answer.objects.create(registration=registration, question=self.diet, value=f"Diet-of-{role}")
        PressCard.objects.create(
            registration=registration, medium=f"Medium-of-{role}", card=ContentFile(making.png(), "card.png")
        )
        NeedReply.objects.create(
            registration=registration, reply=f"Reply-of-{role}", replied_at=timezone.now()
        )
        self.mails[role] = Mail.objects.create(
            kind="registration/confirmation",
            to=registration.email,
            language="en",
            subject="You are registered",
            text=f"Mail-of-{role}",
            subject_ids={"registration_id": registration.pk},
        )
        self.tickets[role] = ticket_for(registration)
        CheckIn.objects.create(
            edition=self.edition,
            place=registration.place,
            registration=registration,
            day=self.edition.ends_on,
            how="name",
            at=timezone.now(),
        )
        self.certificates[role] = issue_certificate(registration=registration, language="en", by=None)
        party = WaitParty.objects.create(pool=self.free_session.seat_pool, asked_by=registration.managed_by)
        self.waits[role] = Wait.objects.create(
            session=self.free_session, place=registration.place, party=party
        )

    def _registration(self, role: str, **fields: Any) -> Registration:
        keeper = self.users.get(role) or factories.user(email=f"{role}@example.org", name=role.title())
        registration = factories.registration(
            self.edition,
            category=self.category,
            managed_by=keeper,
            family_name=f"Name-of-{role}",
            email=f"{role}-person@example.org",
            needs=f"Needs-of-{role}",
            function=f"Function-of-{role}",
            **fields,
        )
        registration.events.create(verb="registered", actor=keeper)
        return registration

    def _place(self, role: str) -> Place:
        return Place.objects.create(edition=self.edition, delegation=self.delegations[role])

    def _declarations(self) -> None:
        self.declaration = making.published(adopted_at_edition=self.edition)
        sender = making.officer()
        signatory = making.office(self.declaration, by=sender)
        self.invitation, self.office_token = making.invited(signatory, by=sender)
        self.ceremony = staging.ceremony(self.declaration, is_open=False)
        self.signing = staging.cleared(self.ceremony, signatory=signatory)
        other = factories.signatory(self.declaration)
        making.set_mailbox(signatory=other, email="other-office@town.example", by=sender)
        self.signature = making.submitted(other, by=sender)
        # Over: it asked for nothing more.
        self.run = InvitationRun.objects.create(
            declaration=self.declaration, what="invite", by=making.actor(sender), finished_at=timezone.now()
        )
        self.evidence = Evidence.objects.get(signature=self.signature)
        self.signed_town = factories.organisation()
        town = making.office(self.declaration, organisation=self.signed_town, by=sender)
        standing = verify(signature=making.submitted(town, by=sender), by=making.officer())
        enter_withdrawal(signature=standing, by=making.officer(), reason="A letter.")
        with TemporaryDirectory() as memory:
            log = logged(self.declaration, Path(memory))
        # Over as well: an open one would stand on pages.
        LogAlarm.objects.create(log=log, reason="rewound", settled_at=timezone.now())
        self.log_id = standing.log_id
        seal_declaration(declaration=self.declaration, language="en", at=timezone.now())

    def _cookies(self, role: str) -> str:
        """Those of a browser in which the role logged in, or opened its link once."""
        client = Client()
        if role in self.users:
            client.force_login(self.users[role])
        elif role == "speaker":
            client.get(f"/speak/{self.speaker_token}/")
        elif role == "office":
            client.get(f"/sign/{self.office_token}/")
        if role in self.devices:
            session = client.session
            session[KEY] = str(self.devices[role].pk)
            session.save()
        kept = {name: cookie.value for name, cookie in client.cookies.items() if name != "csrftoken"}
        return "; ".join(f"{name}={value}" for name, value in {**kept, "csrftoken": CSRF}.items())

    def environ(self, role: str, method: str, body: Body) -> dict[str, Any]:
        """What a browser adds to a request: its cookies, and to a form its fields and the token in it.

        A text is sent by a script, as JSON.
        """
        environ: dict[str, Any] = {"HTTP_COOKIE": self.cookies[role]}
        if method == "POST":
            is_form = not isinstance(body, str)
            sent = (urlencode(body) if is_form else body).encode()
            environ |= {
                "HTTP_X_CSRFTOKEN": CSRF,
                "CONTENT_TYPE": "application/x-www-form-urlencoded" if is_form else "application/json",
                "CONTENT_LENGTH": str(len(sent)),
                "wsgi.input": io.BytesIO(sent),
            }
        return environ

    def _desk(self) -> None:
        """A link of today, by which a volunteer has entered; an organiser has too. Somebody takes no part."""
        edition, person = self.edition, self.registrations["stranger"]
        self.desk_token = "a-link-for-volunteers-and-long-enough"
        today = timezone.now().astimezone(edition.zone).date()
        link = DeskLink.objects.create(
            edition=edition,
            day=today,
            label="Entrance",
            token_hash=hash_of_token(self.desk_token),
            pin_hash="!",
        )
        passphrase = DeskPassphrase(edition=edition)
        passphrase.keep(PASSPHRASE)
        passphrase.save()
        self.devices = {
            "volunteer": DeskDevice.objects.create(edition=edition, name="A telephone", link=link),
            ENTERED: DeskDevice.objects.create(edition=edition, name="A tablet", user=self.users[ENTERED]),
        }
        self.absent = self._registration("absent", status="refused", refusal="No room.")
        DeskAlert.objects.create(edition=edition, kind="void", at=timezone.now(), registration=person)
        HeadsetLoan.objects.create(edition=edition, registration=person, number=1)

    def _pages(self) -> None:
        """One of the edition and one of the site, public; a draft, which can be changed, comes first."""
        draft = PageOfSite(edition=self.edition, slug="draft", title="A draft", order=1)
        make_page(page=draft, by=None, blocks=[Block(title="Not yet")])
        for edition in (self.edition, None):
            page = PageOfSite(edition=edition, slug="getting-there", title="Getting there")
            make_page(page=page, by=None, blocks=[Block(title="By train", text="Ten minutes.")])
            publish(page=page, by=None)

    def _what_remains(self) -> None:
        """One row of each other model that has a page in the admin."""
        edition, reader = self.edition, self.users["administrator"]
        KeyFigure.objects.create(
            edition=edition, counted="participants", label="Participants", value=800, source="Invented"
        )
        Video.objects.create(edition=edition, title="Opening", address="https://youtu.be/dQw4w9WgXcQ")
        Voice.objects.create(edition=edition, speaker=self.speaker)
        Partner.objects.create(edition=edition, organisation=self.town)
        merge_organisations(kept=factories.organisation(), gone=factories.organisation(), by=reader)
        self.picture = Picture.objects.create(digest="0" * 20, width=1600, height=900, alt="A hall")
        self.news = NewsItem.objects.create(
            slug="it-opens", title="It opens", lead="On Monday.", published_at=timezone.now()
        )
        EditionNote.objects.create(edition=edition, text="An invented note.")
        self._pages()
        Theme.objects.create(slug="nights", name="Nights")
        WalkingTime.objects.create(
            first=factories.venue(edition), second=factories.venue(edition), minutes=10
        )
        Project.objects.create(acronym="EXAMPLE", slug="example", name="An invented project")
        AgendaChange.objects.create(
            registration=self.registrations["stranger"],
            session=self.session,
            release=Release.objects.get(edition=edition),
        )
        BookingLimit.objects.create(edition=edition, kind=self.session.kind, most=2)
        BookingRules.objects.create(edition=edition)
        Message.objects.create(edition=edition, subject="Welcome", body="See you soon.")
        press = factories.category(edition, is_press=True, needs_approval=True)
        self.journalist = factories.registration(
            edition, category=press, status="submitted", family_name="Name-of-journalist"
        )
        PressCard.objects.create(
            registration=self.journalist,
            medium="Medium-of-journalist",
            card=ContentFile(making.png(), "card.png"),
        )
        # Words that nobody agreed to yet come first: those to which somebody did are deleted by nobody.
        for version in (1, 2):
            text = ConsentText.objects.create(
                edition=edition, purpose="photos", version=version, text=f"Words {version}."
            )
        Consent.objects.create(registration=self.registrations["stranger"], text=text, language="en")
        SensitiveReading.objects.create(
            reader=reader,
            registration=self.registrations["stranger"],
            session=self.session,
            what="needs",
            how="page",
        )
        RetentionRule.objects.create(edition=self.edition, what="needs", days=30)
        RetentionRun.objects.create(edition=self.edition, what="needs", is_trial=True)
        EditionClosing.objects.create(edition=self.edition, figures={"registered": 2, "there": 1})
        Participation.objects.create(
            edition=self.edition, organisation=self.edition.hosts.get(), registered=2, there=1
        )
        Erasure.objects.create(user_id=0)

    # --- what an address is filled with ----------------------------------------------------------------

    def values(self, address: Address, role: str, *, is_own: bool) -> dict[str, object]:
        has_own = role in (self.delegations if "delegation" in address.name else self.registrations)
        whose = role if is_own and has_own else "stranger"
        values: dict[str, object] = {}
        for field in address.fields:
            maker = OBJECTS.get((address.name, field)) or OBJECTS.get((address.name.split(":")[0], field))
            assert maker is not None, (
                f"Say in tests/permissions/world.py what “{field}” is in {address.name} ({address.route})."
            )
            values[field] = maker(self, whose, is_own)
        return values

    def key_in_admin(self, model: Any) -> object:
        """Some row of the model; of one that has none here, a key that leads nowhere."""
        if model is Accreditation:
            return self.journalist.pk
        if model is Question:  # one that was answered is deleted by nobody
            return Question.objects.get(slug="diet").pk
        row = model._base_manager.order_by("pk").first()
        return row.pk if row is not None else 0

    def body(self, address: Address, role: str, *, is_own: bool) -> Body:
        """What is sent there, where an empty form would not say whose it is about."""
        whose = role if is_own and role in self.registrations else "stranger"
        registration = {"registration": self.registrations[whose].pk}
        nothing: list[object] = []
        sent: dict[str, Body] = {
            "registration:my_session": {**registration, "what": "star"},
            "registration:calendar_address": {**registration, "what": "make"},
            "registration:certificate": {"language": "en"},
            "registration:desk_person": {"what": "check_in"},
            "registration_machine:desk_list": json.dumps({"passphrase": PASSPHRASE}),
            # With the cursor that a list gives out: what has changed is told.
            "registration_machine:desk_sync": json.dumps(
                {
                    "now": timezone.now().isoformat(),
                    "cursor": cursor_at(self.edition, timezone.now() - timedelta(days=1)),
                    **dict.fromkeys(("check_ins", "undone", "alerts"), nothing),
                }
            ),
        }
        return sent.get(address.name, {})


Body = dict[str, object] | str
Maker = Callable[[World, str, bool], object]
NO_TOKEN = "a-token-nobody-was-given"  # of the length of none

# What is asked there, where nothing would be shown without a question.
QUERIES = {
    "registration:desk_people": "?q=name",
    "admin:declarations_campaign_ask": "?what=invite",
    # Of one edition alone an officer may have nothing to translate, and is led back to the list.
    "translations_sheet": "?language=fr&edition=all",
}

# By address, or by namespace.
OBJECTS: dict[tuple[str, str], Maker] = {
    # Of someone else's decision, or of none: nobody but who decided comes back to it.
    ("admin:registration_registration_decided", "pk"): lambda world, whose, is_own: NO_UUID,
    ("admin:registration_accreditation_decided", "pk"): lambda world, whose, is_own: NO_UUID,
    **{
        (f"admin:declarations_campaign{page}", "pk"): lambda world, whose, is_own: world.declaration.pk
        for page in ("", "_ask", "_round", "_sheet", "_template")
    },
    ("admin:declarations_ceremony_signer", "signing"): lambda world, whose, is_own: world.signing.pk,
    ("admin:declarations_campaign_round", "run"): lambda world, whose, is_own: world.run.pk,
    ("programme", "slug"): lambda world, whose, is_own: world.edition.slug,
    ("programme", "code"): lambda world, whose, is_own: world.session.code,
    ("programme", "room_slug"): lambda world, whose, is_own: world.room.slug,
    ("programme", "speaker_slug"): lambda world, whose, is_own: world.speaker.slug,
    ("programme_machine", "slug"): lambda world, whose, is_own: world.edition.slug,
    ("programme_machine", "code"): lambda world, whose, is_own: world.session.code,
    ("programme_machine:portrait", "slug"): lambda world, whose, is_own: world.speaker.slug,
    ("programme_machine:portrait_in_size", "slug"): lambda world, whose, is_own: world.speaker.slug,
    ("programme_machine", "size"): lambda world, whose, is_own: 200,
    ("programme_machine", "ending"): lambda world, whose, is_own: "webp",
    ("programme_machine", "number"): lambda world, whose, is_own: world.material.pk,
    ("programme_machine", "filename"): lambda world, whose, is_own: public_name(world.material),
    ("programme_machine", "token"): lambda world, whose, is_own: world.speaker_token if is_own else NO_TOKEN,
    ("speak/<str:token>", "token"): lambda world, whose, is_own: world.speaker_token if is_own else NO_TOKEN,
    ("declarations", "slug"): lambda world, whose, is_own: world.declaration.slug,
    ("declarations", "organisation_slug"): lambda world, whose, is_own: world.signed_town.slug,
    ("declarations_machine", "slug"): lambda world, whose, is_own: world.declaration.slug,
    ("declarations_machine", "log_id"): lambda world, whose, is_own: world.log_id,
    ("declarations_machine", "lang"): lambda world, whose, is_own: "en",
    ("declarations_machine", "receipt_code"): lambda world, whose, is_own: (
        world.signature.receipt_code if is_own else "NOSUCHCODE"
    ),
    ("declarations_machine", "token"): lambda world, whose, is_own: (
        world.office_token if is_own else NO_TOKEN
    ),
    ("sign/<str:token>/", "token"): lambda world, whose, is_own: world.office_token if is_own else NO_TOKEN,
    ("archive_machine:document", "pk"): lambda world, whose, is_own: world.document.pk,
    ("archive_machine:document", "filename"): lambda world, whose, is_own: "report.pdf",
    ("archive_machine:document_cover", "pk"): lambda world, whose, is_own: world.document.pk,
    ("archive_machine:video", "pk"): lambda world, whose, is_own: world.video.pk,
    ("archive_machine:video", "ending"): lambda world, whose, is_own: "mp4",
    ("archive_machine:captions", "pk"): lambda world, whose, is_own: world.captions.pk,
    ("archive:news_item", "slug"): lambda world, whose, is_own: world.news.slug,
    ("archive_machine:picture", "digest"): lambda world, whose, is_own: world.picture.digest,
    ("archive_machine:picture", "width"): lambda world, whose, is_own: 480,
    ("archive_machine:picture", "ending"): lambda world, whose, is_own: "webp",
    ("archive:edition", "slug"): lambda world, whose, is_own: world.edition.slug,
    ("archive:page", "edition_slug"): lambda world, whose, is_own: world.edition.slug,
    ("archive:page", "slug"): lambda world, whose, is_own: "getting-there",
    ("archive:site_page", "slug"): lambda world, whose, is_own: "getting-there",
    ("archive:organisation", "slug"): lambda world, whose, is_own: world.town.slug,
    ("archive:country", "code"): lambda world, whose, is_own: world.town.country.lower(),
    ("admin:efus_conference_organisationmerge_merge", "object_id"): lambda world, whose, is_own: (
        world.town.pk
    ),
    ("guide", "name"): lambda world, whose, is_own: "organiser",
    ("guide_picture", "name"): lambda world, whose, is_own: "home.png",
    ("media", "name"): lambda world, whose, is_own: world.material.file.name,
    ("registration", "slug"): lambda world, whose, is_own: world.edition.slug,
    ("registration", "code"): lambda world, whose, is_own: world.session.code,
    ("registration", "pk"): lambda world, whose, is_own: world.registrations[whose].pk,
    ("registration:answer_file", "pk"): lambda world, whose, is_own: world.answers[whose].pk,
    **{
        (f"registration:{page}", "code"): lambda world, whose, is_own: world.tickets[whose].code
        for page in ("ticket", "ticket_pdf", "ticket_renew")
    },
    ("sitemap_of", "language"): lambda world, whose, is_own: "en",
    ("registration:certificate_pdf", "language"): lambda world, whose, is_own: "en",
    ("registration_machine", "code"): lambda world, whose, is_own: (
        world.certificates[whose].code if is_own else "NOSUCHCODE"
    ),
    ("registration", "part"): lambda world, whose, is_own: 1,
    ("registration", "mail_pk"): lambda world, whose, is_own: world.mails[whose].pk,
    ("registration:shared_agenda", "token"): lambda world, whose, is_own: (
        world.shared[whose].token if is_own else NO_TOKEN
    ),
    ("registration:desk_enter_by_link", "token"): lambda world, whose, is_own: (
        world.desk_token if is_own else NO_TOKEN
    ),
    ("registration:desk_delegation", "pk"): lambda world, whose, is_own: world.delegations[whose].pk,
    **{
        # One who takes part, and one who does not.
        (f"registration:desk_{page}", "pk"): lambda world, whose, is_own: (
            (world.registrations["stranger"] if is_own else world.absent).pk
        )
        for page in ("person", "badge")
    },
    ("registration:join", "token"): lambda world, whose, is_own: (
        world.invitation_token if is_own else NO_TOKEN
    ),
    **{
        (f"registration:delegation_{page}", "pk"): lambda world, whose, is_own: world.delegations[whose].pk
        for page in ("agenda", "session", "more", "people", "template", "export")
    },
    **{
        (f"registration:delegation_{page}", "pk"): lambda world, whose, is_own: (
            world.registrations[whose].place_id
        )
        for page in ("place", "replace", "give_up")
    },
    **{
        (f"registration:delegation_{page}", "pk"): lambda world, whose, is_own: world.free_places[whose].pk
        for page in ("name", "invite")
    },
    ("registration_machine", "token"): lambda world, whose, is_own: (
        world.feeds[whose].token if is_own else NO_TOKEN
    ),
    ("admin:registration_answers_of", "pk"): lambda world, whose, is_own: world.registrations["stranger"].pk,
    ("admin:registration_certificate_file", "pk"): lambda world, whose, is_own: (
        world.certificates["stranger"].pk
    ),
    ("admin:registration_answer_file", "pk"): lambda world, whose, is_own: world.answers["stranger"].pk,
    ("admin:registration_press_card", "pk"): lambda world, whose, is_own: world.journalist.pk,
    ("account_reset_password_from_key", "uidb36"): lambda world, whose, is_own: "1",
    ("account_reset_password_from_key", "key"): lambda world, whose, is_own: "no-such-key",
    ("erase_account", "pk"): lambda world, whose, is_own: world.registrations["stranger"].managed_by_id,
    ("mfa_remove_webauthn", "pk"): lambda world, whose, is_own: 1,
    ("mfa_edit_webauthn", "pk"): lambda world, whose, is_own: 1,
}
