"""One number for the whole site: what raises it, what leaves it alone, and that nobody waits for it in a circle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.utils import timezone

from declarations.actions import verify
from declarations.models import DeclarationPoint
from efus_conference import kept
from efus_conference.models import Edition, Organisation, User
from programme.actions import give_consent, release, withdraw_consent
from programme.models import Appearance, Material, Room, Session, Speaker, Theme
from registration.actions import book_seat, give_up_seat
from registration.models import Booking, Category, SeatPool, Star
from tests import factories
from tests.declarations.making import office, officer, submitted

OURS = ["efus_conference", "programme", "registration", "declarations", "archive"]
RAISES = {
    "efus_conference.Edition",
    "efus_conference.EditionHost",
    "efus_conference.Organisation",
    "efus_conference.Project",
    "programme.Material",
    "programme.Release",
    "programme.ReleaseChange",
    "programme.ReleasedSession",
    "programme.Room",
    "programme.Session",  # its code and guid, which released sessions are known by; all else is the draft
    "programme.SessionKind",
    "programme.Speaker",
    "programme.Theme",
    "programme.Theme_editions",
    "programme.Venue",
    "programme.WalkingTime",
    "declarations.Declaration",
    "declarations.DeclarationPoint",
    "declarations.Ceremony",
    "declarations.Checkpoint",
    "declarations.LogAlarm",
    "declarations.LogEntry",
    "declarations.LogKey",
    "declarations.Mandate",
    "declarations.SealedDocument",
    "declarations.Signatory",
    "declarations.Signature",
    "declarations.StageSigning",
    "declarations.TextVersion",
    "registration.Category",  # what one may come as, and whether it is full; not how many came
    "archive.Block",
    "archive.Captions",
    "archive.Document",
    "archive.EditionRecord",
    "archive.NewsItem",
    "archive.Page",
    "archive.PageVersion",
    "archive.Part",
    "archive.Photo",
    "archive.Picture",
    "archive.EditionNote",
    "archive.KeyFigure",
    "archive.Partner",
    "archive.Video",
    "archive.Voice",
}
# With the reason: no kept page reads it.
LEAVES_ALONE = {
    "efus_conference.PublicVersion": "the version itself",
    "efus_conference.FormerAddress": "only redirects come of it, and these are not kept",
    "efus_conference.LoadedItem": "what the content loader remembers",
    "efus_conference.OrganisationMerge": "organisers read it; what it did to the rows raises it",
    "efus_conference.Erasure": "a number and a moment; no page shows it",
    "efus_conference.Mail": "personal",
    "efus_conference.Project_partners": "shown nowhere",
    "efus_conference.User": "personal",
    "efus_conference.User_groups": "personal",
    "efus_conference.User_user_permissions": "personal",
    "programme.Session_themes": "a draft",
    "programme.Appearance": "a draft",
    "programme.ConsentEvent": "a history; what counts stands with the speaker",
    "programme.SpeakerLink": "secret",
    "registration.Delegation": "personal",
    "registration.Place": "personal",
    "registration.Registration": "personal",
    "registration.RegistrationEvent": "personal",
    "registration.SeatPool": "changes by the minute; its page is not kept",
    "registration.Booking": "personal",
    "registration.Star": "personal",
    "registration.FeedLink": "secret",
    "registration.AgendaChange": "personal",
    "registration.AccessNeed": "personal",
    "registration.Accreditation": "personal",
    "registration.Answer": "personal",
    "registration.BookingLimit": "shown to those who book",
    "registration.BookingRules": "shown to those who book",
    "registration.Hold": "changes by the minute; organisers read it",
    "registration.Message": "personal",
    "registration.NeedReply": "personal",
    "registration.Party": "personal",
    "registration.PendingFile": "personal",
    "registration.PlaceInvitation": "secret",
    "registration.PlaceRequest": "personal",
    "registration.PressCard": "personal",
    "registration.Question": "shown on forms only",
    "registration.QuestionChoice": "shown on forms only",
    "registration.Question_categories": "shown on forms only",
    "registration.Certificate": "read by its code only, on a page that is not kept",
    "registration.CheckIn": "personal",
    "registration.Consent": "personal",
    "registration.ConsentText": "shown on forms only",
    "registration.DeskAlert": "personal",
    "registration.DeskDevice": "organisers read it",
    "registration.DeskLink": "secret",
    "registration.DeskPassphrase": "secret",
    "registration.EditionClosing": "organisers read it",
    "registration.HeadsetLoan": "personal",
    "registration.Participation": "organisers read it",
    "registration.RetentionRule": "organisers read it",
    "registration.RetentionRun": "organisers read it",
    "registration.DecisionRun": "what an organiser decides on many, for a day",
    "registration.Ticket": "personal",
    "registration.TicketKey": "read by the desk only",
    "registration.Wait": "personal",
    "registration.WaitParty": "personal",
    "registration.IdentityDocument": "personal",
    "registration.SensitiveReading": "personal",
    "declarations.Actor": "a pseudonym, shown to officers",
    "declarations.Mailbox": "personal",
    "declarations.Invitation": "secret",
    "declarations.FormerLink": "secret",
    "declarations.SignatureEvent": "a history; what counts stands with the signature",
    "declarations.Evidence": "confidential",
    "declarations.InvitationRun": "a round of invitations, shown to officers",
    "declarations.MailboxCode": "secret",
    "declarations.Log": "shown with its entries and checkpoints, which raise it",
    "declarations.LogNode": "made with the entries, which raise it",
    "declarations.LogOpening": "made with its entry, and gone with the name in the register or long after it",
    "declarations.StageEvent": "a history, read by organisers",
    "declarations.Withdrawal": "a wish, shown to officers; what comes of it stands with the signature",
    "archive.SearchEntry": "the search is not kept",
    "archive.SearchWord": "the search is not kept",
}


def test_of_every_table_it_is_decided_whether_it_changes_what_is_public() -> None:
    """A new model fails this: do kept pages read it? Then it needs `raises_public_version()`."""
    models = {
        model._meta.label
        for app in OURS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    assert RAISES | LEAVES_ALONE.keys() == models
    assert RAISES & LEAVES_ALONE.keys() == set()


@pytest.mark.django_db
def test_the_tables_have_the_triggers_that_were_decided_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, tgdeferrable AND tginitdeferred, tgtype & 28 = 28 AND tgtype & 1 = 1
            FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE tgname LIKE '%raises_public_version%'
            """
        )
        found = cursor.fetchall()
    tables = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label in RAISES
    }
    # At the commit, for rows that come, change and go.
    assert sorted(found) == [(table, True, True) for table in sorted(tables)]


# --- one by one ----------------------------------------------------------------------------------------


@pytest.fixture
def edition(fresh_db: str) -> Edition:
    """With a released session in a room, a speaker of an organisation, and seats."""
    edition = factories.edition()
    person = factories.speaker(organisation=factories.organisation())
    factories.pool(factories.session(edition, room=factories.room(edition), speakers=(person,)))
    release(edition=edition, by=None)
    factories.category(edition)  # what a category offers is told on the home page; who registers in it is not
    return edition


def risen(change: Callable[[], object]) -> int:
    before = kept.read_number()
    change()
    return kept.read_number() - before


def the(model: Any) -> Any:
    return model.objects.earliest("pk")


def released_again() -> None:
    Session.objects.update(title_en="Another title")
    release(edition=the(Edition), by=None)


def cancelled() -> None:
    Session.objects.update(is_cancelled=True)
    release(edition=the(Edition), by=None)


def renamed(model: Any) -> None:
    one = the(model)
    one.name = "Another name"
    one.save()


def published_material() -> None:
    Material.objects.create(
        session=the(Session),
        kind="recording",
        title="A talk",
        address="https://video.example/1",
        is_published=True,
    )


CHANGES: dict[str, Callable[[], object]] = {
    "a release": released_again,
    "a cancellation": cancelled,
    "a consent withdrawn": lambda: withdraw_consent(speaker=the(Speaker), through="link"),
    "a speaker deleted": lambda: (Appearance.objects.all().delete(), the(Speaker).delete()),
    "an organisation renamed": lambda: renamed(Organisation),
    "a room renamed": lambda: renamed(Room),
    "a material published": published_material,
    "an edition taken back": lambda: Edition.objects.update(is_published=False),
    "a theme of an edition": lambda: Theme.objects.create(slug="night", name="Night").editions.add(
        the(Edition)
    ),
    "a row written by hand": lambda: connection.cursor().execute(
        "UPDATE programme_releasedsession SET sequence = sequence + 1"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_public_raises_the_version_once_in_a_transaction(edition: Edition, name: str) -> None:
    def in_one_transaction() -> None:
        with transaction.atomic():
            CHANGES[name]()

    assert risen(in_one_transaction) == 1


def test_a_verified_signature_raises_the_version(fresh_db: str) -> None:
    signature = submitted()
    checker = officer()
    assert risen(lambda: verify(signature=signature, by=checker)) == 1


def test_many_changes_in_one_transaction_are_one_step_and_none_is_no_step(edition: Edition) -> None:
    def many() -> None:
        with transaction.atomic():
            for name in ("an organisation renamed", "a release", "a room renamed", "a consent withdrawn"):
                with transaction.atomic():
                    CHANGES[name]()

    def taken_back() -> None:
        with transaction.atomic():
            CHANGES["a release"]()
            transaction.set_rollback(True)

    def partly_taken_back() -> None:
        with transaction.atomic():
            with transaction.atomic(), connection.cursor() as cursor:
                renamed(Room)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                transaction.set_rollback(True)
            Organisation.objects.update(country="FR")

    assert [risen(many), risen(taken_back), risen(partly_taken_back)] == [1, 0, 1]


def a_registration() -> Any:
    return factories.registration(the(Edition), category=the(Category))


def seat_booked() -> Booking:
    someone = a_registration()
    return book_seat(place=someone.place, session=the(Session), by=someone.managed_by)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Session.objects.update(title_en="A draft", room=None),
        lambda: factories.session(the(Edition), kind=the(Session).kind, speakers=(the(Speaker),)),
        lambda: Appearance.objects.update(answer="declined", answered_at=timezone.now()),
        seat_booked,
        lambda: Star.objects.create(registration=a_registration(), session=the(Session)),
        lambda: SeatPool.objects.update(capacity=30),
        lambda: User.objects.update(name="Another Name"),
        lambda: release(edition=the(Edition), by=None),  # nothing differs
    ],
    ids=["draft", "new draft", "answer", "seat", "star", "capacity", "account", "empty release"],
)
def test_drafts_and_what_is_personal_leave_the_version_alone(
    edition: Edition, change: Callable[[], object]
) -> None:
    assert risen(change) == 0


def draft_material() -> None:
    material = Material.objects.create(
        session=the(Session), kind="slides", title="Not yet", address="https://example.org/slides"
    )
    material.title = "Soon"
    material.save()
    material.delete()


def draft_declaration() -> None:
    declaration = factories.declaration()
    DeclarationPoint.objects.create(declaration=declaration, text="A call")
    declaration.texts.update(body="Other words")
    factories.signatory(declaration, organisation=the(Organisation)).delete()
    declaration.texts.all().delete()
    declaration.delete()


def test_what_is_not_published_yet_leaves_the_version_alone(edition: Edition) -> None:
    signatory = office()
    assert [risen(draft_material), risen(draft_declaration), risen(lambda: submitted(signatory))] == [0, 0, 0]


def test_what_was_published_raises_it_when_it_goes(edition: Edition) -> None:
    published_material()
    assert risen(lambda: Material.objects.update(is_published=False)) == 1
    assert risen(lambda: Material.objects.update(title="Not shown")) == 0


def test_a_released_session_s_code_raises_it_and_a_draft_s_does_not(edition: Edition) -> None:
    draft = factories.session(edition, kind=the(Session).kind)

    def recoded(session: Session, code: str) -> int:
        return risen(lambda: Session.objects.filter(pk=session.pk).update(code=code))

    assert [recoded(draft, "AAAAA2"), recoded(the(Session), "AAAAA3")] == [0, 1]


# --- at once -------------------------------------------------------------------------------------------


def test_those_who_raise_it_at_once_wait_for_nobody_in_a_circle(edition: Edition) -> None:
    """A release that takes seat pools, seats that come and go, and others who change what is public meanwhile."""
    session, organisation, room, person = the(Session), the(Organisation), the(Room), the(Speaker)
    people = [factories.registration(edition) for _ in range(2)]
    rounds = 8

    def releases() -> int:
        for number in range(rounds):
            draft = Session.objects.get(pk=session.pk)
            draft.starts_at += timedelta(minutes=15)
            draft.ends_at += timedelta(minutes=15)
            draft.title_en = f"Round {number}"
            draft.save()
            release(edition=edition, by=None)
        return rounds

    def seats(which: int) -> int:
        for _ in range(rounds):
            keeper = people[which].managed_by
            booking = book_seat(place=people[which].place, session=session, by=keeper)
            give_up_seat(booking=booking, by=keeper)
        return 0

    def renames(first: Any, second: Any) -> int:
        for number in range(rounds):
            with transaction.atomic():
                for one in (first, second):
                    type(one).objects.filter(pk=one.pk).update(name=f"Name {number}")
        return rounds

    def consents() -> int:
        for number in range(rounds):
            change = withdraw_consent if number % 2 == 0 else give_consent
            change(speaker=Speaker.objects.get(pk=person.pk), through="link")
        return rounds

    work: list[Callable[[], int]] = [
        releases,
        lambda: seats(0),
        lambda: seats(1),
        lambda: renames(organisation, room),
        consents,
    ]
    start, end = Barrier(len(work)), Barrier(len(work))

    def one(act: Callable[[], int]) -> int:
        connection.ensure_connection()
        start.wait(timeout=30)
        try:
            return act()
        finally:
            end.wait(timeout=60)
            connections.close_all()

    before = kept.read_number()
    with ThreadPoolExecutor(len(work)) as threads:
        steps = sum(threads.map(one, work))
    # Whoever found a deadlock would have raised an error above. Every commit has a number of its own.
    assert kept.read_number() - before == steps == 3 * rounds
