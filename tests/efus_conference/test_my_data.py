"""“Your data”: all of it in one zip, none of anybody else's, and what the page says."""

from __future__ import annotations

import io
import json
import re
import threading
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jsonschema
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import User
from efus_conference.personal import LONGEST_NAME, file_name
from efus_conference.views.my_data import PER_HOUR
from efus_conference.views.taking import NothingLeft, take_data
from registration.models import Answer, Question, Registration
from tests import factories
from tests.efus_conference.someone import Someone, a_conference, someone

MOMENT = re.compile(r"^20(?!31)\d\d-\d\d-\d\dT[\d:]+(\+00:00)$")
NOW = "now"


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    kinds = {
        name: {**django_settings.STORAGES[name], "OPTIONS": {"location": tmp_path / name}}
        for name in ("default", "private")
    }
    settings.STORAGES = {**django_settings.STORAGES, **kinds}
    return tmp_path


@pytest.fixture
def robin(db: None, files: Path) -> Someone:
    """With a neighbour who has all the same."""
    edition = factories.edition()
    conference = a_conference(edition)
    organiser = factories.user(is_staff=True, is_superuser=True, name="Olga Organiser")
    someone("Neighbour", edition, conference, organiser)
    return someone("Robin", edition, conference, organiser)


def taken(user: User) -> ZipFile:
    target = io.BytesIO()
    take_data(target, user=user)
    return ZipFile(target)


def data_in(archive: ZipFile) -> Any:
    return json.loads(archive.read("data.json"))


def plain(value: Any) -> Any:
    """Without the moments of the test itself; those of the edition in 2031 stay."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return NOW if isinstance(value, str) and MOMENT.match(value) else value


# --- what is in it ------------------------------------------------------------------------------------

NINE = "2031-05-14T07:00:00+00:00"
TEN = "2031-05-14T08:00:00+00:00"


def event(verb: str, in_words: str, **about: Any) -> dict[str, Any]:
    return {
        "at": NOW,
        "what": verb,
        "in_words": in_words,
        "by": "you",
        "before": "",
        "after": "",
        "why": "",
        "about": about,
    }


def of_registration(row: Registration, **fields: Any) -> dict[str, Any]:
    return {
        "number": row.pk,
        "edition": {"number": row.edition.number, "name": row.edition.name},
        "language": "en",
        "category": "researcher",
        "function": "",
        "organisation": "",
        "country": "",
        "delegation": "",
        "accompanies_as": "",
        "status": "confirmed",
        "refusal": "",
        "registered_at": NOW,
        "changed_at": NOW,
        "cancelled_at": None,
        "waiting_since": None,
        "offered_until": None,
        "reminded_at": None,
        "seats": [],
        "waits": [],
        "history": [],
        **fields,
    }


EMPTY = {
    "told": {
        "needs": "",
        "replies_to_needs": [],
        "answers": [],
        "press_cards": [],
        "identity_documents": [],
        "consents": [],
        "readings": [],
    },
    "agenda": {"stars": [], "addresses": [], "changes": []},
    "days": {"tickets": [], "check_ins": [], "headsets": [], "alerts": [], "certificates": []},
}


def own(robin: Someone) -> dict[str, Any]:
    here = f"registrations/{robin.own.pk}"
    return of_registration(
        robin.own,
        is_own=True,
        given_name="Robin",
        family_name="Own",
        email="robin@example.org",
        mails_to="person",
        function="Robin adviser",
        organisation="Robin Town",
        country="BE",
        seats=[
            {
                "session": "VISIT0",
                "title": "Visit",
                "from": NINE,
                "to": TEN,
                "status": "active",
                "is_wheelchair": False,
                "booked_at": NOW,
            }
        ],
        waits=[
            {
                "session": "FULLXX",
                "title": "Full",
                "status": "waiting",
                "is_wheelchair": False,
                "asked_at": NOW,
                "offered_at": None,
                "ended_at": None,
            }
        ],
        history=[
            event("booked", "booked a seat", session="VISIT0"),
            event("identity", "gave the identity document for a visit", session="VISIT0"),
            event("seat_waits", "waits for a seat", session="FULLXX"),
            event("consented", "agreed", purposes=["photos"]),
        ],
        is_told=True,
        told={
            "needs": "Robin needs a ramp",
            "replies_to_needs": [{"reply": "A ramp for Robin.", "replied_at": NINE}],
            "answers": [
                {
                    "question": "letter",
                    "text": "A letter",
                    "privacy": "ordinary",
                    "answer": "Robin-letter.PDF",
                    "in_words": "Robin-letter.PDF",
                    "answered_at": NOW,
                    "file": f"{here}/answers/letter/Robin-letter.pdf",
                },
                {
                    "question": "diet",
                    "text": "What do you eat?",
                    "privacy": "diet",
                    "answer": "vegan",
                    "in_words": "Vegan food",
                    "answered_at": NOW,
                    "file": None,
                },
            ],
            "press_cards": [{"medium": "Robin Gazette", "number": "7", "file": f"{here}/press-card.png"}],
            "identity_documents": [
                {
                    "session": "VISIT0",
                    "name": "Robin PERSON",
                    "born_on": "1975-05-21",
                    "kind": "passport",
                    "number": "Robin-123",
                    "country": "BE",
                    "changed_at": NOW,
                }
            ],
            "consents": [
                {
                    "purpose": "photos",
                    "version": 1,
                    "words": "Des photos.",
                    "language": "fr",
                    "given_at": NOW,
                    "given_by": "you",
                    "withdrawn_at": None,
                }
            ],
            "readings": [{"at": NINE, "what": "needs", "how": "pdf", "session": ""}],
        },
        agenda={
            "stars": [{"session": "WSHOP0", "title": "Workshop", "starred_at": NOW}],
            "addresses": [
                {"purpose": "calendar", "made_at": NOW, "revoked_at": None},
                {"purpose": "page", "made_at": NOW, "revoked_at": None},
            ],
            "changes": [
                {
                    "session": "WSHOP0",
                    "title": "Workshop",
                    "before": [NINE, TEN],
                    "after": [TEN, "2031-05-14T09:00:00+00:00"],
                    "made_at": NOW,
                    "told_at": None,
                }
            ],
        },
        days={
            "tickets": [
                {
                    "made_at": NOW,
                    "void_since": None,
                    "void_why": "",
                    "badge_printed_at": NINE,
                    "badge_handed_out_at": None,
                }
            ],
            "check_ins": [
                {
                    "day": "2031-05-14",
                    "session": "",
                    "title": "",
                    "how": "scan",
                    "at": NINE,
                    "taken_back_at": None,
                },
                {
                    "day": "2031-05-14",
                    "session": "WSHOP0",
                    "title": "Workshop",
                    "how": "name",
                    "at": TEN,
                    "taken_back_at": None,
                },
            ],
            "headsets": [{"number": 5, "lent_at": NINE, "returned_at": None}],
            "alerts": [{"kind": "void", "at": NINE}],
            "certificates": [
                {
                    "code": "ABCDEFGH2345",
                    "name": "Robin Own",
                    "organisation": "Robin Town",
                    "days": ["2031-05-14"],
                    "language": "en",
                    "issued_at": NOW,
                    "withdrawn_at": None,
                    "withdrawn_why": "",
                    "file": f"{here}/certificates/ABCDEFGH2345.pdf",
                }
            ],
        },
    )


def kept_for_others(robin: Someone) -> list[dict[str, Any]]:
    assisted = of_registration(
        robin.assisted,
        is_own=False,
        given_name="Robin",
        family_name="Assisted",
        email="",
        mails_to="manager",
        is_told=True,
        **{**EMPTY, "told": {**EMPTY["told"], "needs": "Robin assisted needs"}},
    )
    # Of whom one named for a delegation, no more than one's pages show.
    named = of_registration(
        robin.named,
        is_own=False,
        given_name="Shy",
        family_name="Named",
        email="shy-Robin@example.org",
        mails_to="manager",
        delegation="Robin City",
        seats=[
            {
                "session": "WSHOP0",
                "title": "Workshop",
                "from": "2031-05-14T09:00:00+00:00",
                "to": "2031-05-14T10:00:00+00:00",
                "status": "active",
                "is_wheelchair": False,
                "booked_at": NOW,
            }
        ],
        history=[event("booked", "booked a seat", session="WSHOP0")],
        is_told=False,
    )
    return [assisted, named]


def test_it_holds_everything_of_the_person_and_says_of_each_what_it_is(robin: Someone) -> None:
    portrait, slides = (
        f"speaker/{robin.speaker.pk}/{rest}" for rest in ("portrait.png", "{}/Robin slides.pdf")
    )
    archive = taken(robin.user)
    data = data_in(archive)
    slides = next(file["path"] for file in data["files"] if file["path"].endswith("Robin slides.pdf"))

    mailbox, *none = data["declarations"].pop("mailboxes")
    assert none == []
    assert plain({**mailbox, "organisation": ""}) == {"set_at": NOW, "what": "set", "organisation": ""}
    assert plain(data) == {
        "schema": "data.schema.json",
        "version": 1,
        "made_at": NOW,
        "site": django_settings.SITE_URL,
        "language": "en",
        "account": {
            "number": robin.user.pk,
            "email": "robin@example.org",
            "name": "Robin Person",
            "language": "en",
            "organisation": "Robin Town",
            "is_organiser": False,
            "groups": [],
            "joined_at": NOW,
            "logged_in_at": None,
            "addresses": [{"email": "robin@example.org", "is_proved": True, "is_first": True}],
            "second_factors": [{"kind": "totp", "made_at": NOW, "used_at": None}],
            "work_in_the_admin": [{"at": NINE, "what": "changed", "kind": "registration"}],
        },
        "registrations": [own(robin), *kept_for_others(robin)],
        "delegations": [
            {
                "edition": robin.edition.name,
                "organisation": "Robin City",
                "is_coordinator": True,
                "places": 1,
                "requests": [
                    {
                        "places": 2,
                        "why": "Robin asks",
                        "asked_at": NOW,
                        "granted": None,
                        "answered_at": None,
                    }
                ],
            }
        ],
        "invitations": [
            {
                "edition": robin.edition.name,
                "delegation": "City that invited Robin",
                "email": "robin@example.org",
                "made_at": NOW,
                "expires_at": NINE,
                "used_at": None,
                "revoked_at": None,
            }
        ],
        "files_not_sent": [
            {"name": "Robin pending.png", "kept_at": NOW, "file": "not-sent/1/Robin pending.png"}
        ],
        "messages_written": [{"subject": "Robin wrote", "made_at": NOW, "sent_at": None}],
        "readings_made": [{"at": NINE, "what": "answers", "how": "page"}],
        "devices_at_the_desk": [{"name": "Robin tablet", "opened_at": NOW, "closed_at": None}],
        "speaker": [
            {
                "address": "robin-speaks",
                "name": "Robin Speaks",
                "sorted_as": "Speaks, Robin",
                "organisation": "",
                "function": {"en": "Robin Mayor"},
                "biography": {"fr": "Robin parle."},
                "email": "Robin-speaks@example.org",
                "portrait": portrait,
                "basis": "consent",
                "agreed_at": NOW,
                "withdrawn_at": None,
                "consents": [
                    {
                        "what": "given",
                        "at": NOW,
                        "how": "link",
                        "words": "You may show me.",
                        "language": "en",
                    }
                ],
                "links": [
                    {
                        "edition": robin.edition.name,
                        "sent_to": "Robin-speaks@example.org",
                        "made_at": NOW,
                        "expires_at": NINE,
                        "opened_at": None,
                        "completed_at": None,
                        "revoked_at": None,
                    }
                ],
                "sessions": [],
                "materials": [
                    {
                        "session": "TALK00",
                        "kind": "slides",
                        "title": {"en": "Robin slides"},
                        "added_at": NOW,
                        "is_published": False,
                        "web_address": "",
                        "file": slides,
                    }
                ],
            }
        ],
        "declarations": {
            "pseudonym": robin.actor.pk,
            "signatures": [],
            "invitations": [],
            "texts": [],
            "names": [],
            "rounds": [],
            "withdrawals": [],
            "stage": [],
        },
        "mails": [
            {
                "sent_at": NOW,
                "kind": "registration/changed",
                "to": to,
                "language": "en",
                "subject": f"{about} Robin",
                "text": "Dear Robin",
                "not_delivered": "",
            }
            for about, to in (("To", "robin@example.org"), ("About", ""))
        ],
        "files": [
            {"path": path, "bytes": size, "is_missing": False}
            for path, size in (
                (f"registrations/{robin.own.pk}/answers/letter/Robin-letter.pdf", 15),
                (f"registrations/{robin.own.pk}/press-card.png", 13),
                (f"registrations/{robin.own.pk}/certificates/ABCDEFGH2345.pdf", 20),
                ("not-sent/1/Robin pending.png", 16),
                (portrait, robin.speaker.portrait.size),
                (slides, 15),
            )
        ],
    }
    jsonschema.validate(data_in(archive), json.loads(archive.read("data.schema.json")))
    assert sorted(archive.namelist()) == sorted(
        ["data.json", "data.schema.json", "README.txt", *(file["path"] for file in data["files"])]
    )
    assert archive.read("not-sent/1/Robin pending.png") == b"pending of Robin"
    assert archive.read(slides) == b"slides of Robin"


def everything_in(archive: ZipFile) -> bytes:
    return b"\n".join(
        [*(name.encode() for name in archive.namelist()), *map(archive.read, archive.namelist())]
    )


def test_nothing_of_a_neighbour_is_in_it_and_nothing_that_opens_anything(robin: Someone) -> None:
    found = everything_in(taken(robin.user))
    codes = [ticket.code for ticket in robin.own.tickets.all()]

    assert b"Robin" in found
    assert b"neighbour" not in found.lower()
    # What was told by someone whom one named for a delegation, and whoever works for the conference.
    strangers = ("SHY", "Olga", "former-keeper", "office@elsewhere.example")
    assert [each for each in strangers if each.encode() in found] == []
    assert [secret for secret in [*robin.secrets, *codes] if secret.encode() in found] == []


def test_what_follows_on_a_place_is_not_theirs_who_had_it_before(robin: Someone) -> None:
    """The successor's seats are not in the predecessor's data, nor the other way round."""
    place = robin.named.place
    before = factories.registration(
        robin.edition,
        managed_by=robin.user,
        is_own=False,
        status="cancelled",
        cancelled_at=timezone.now(),
        place=place,
        category=robin.own.category,
    )
    later = timezone.now()
    Registration.objects.filter(pk=before.pk).update(
        submitted_at=later.replace(year=2021), cancelled_at=later.replace(year=2022)
    )

    registrations = data_in(taken(robin.user))["registrations"]

    assert [row["seats"] for row in registrations if row["number"] == before.pk] == [[]]


def test_a_file_that_the_disk_lost_is_named_and_stops_nothing(robin: Someone, files: Path) -> None:
    answer = Answer.objects.get(registration=robin.own, question__slug="letter")
    Path(answer.file.path).unlink()
    path = f"registrations/{robin.own.pk}/answers/letter/Robin-letter.pdf"

    archive = taken(robin.user)

    found = {file["path"]: file for file in data_in(archive)["files"]}
    assert found[path] == {"path": path, "bytes": None, "is_missing": True}
    assert [row["is_missing"] for name, row in found.items() if name != path] == [False] * 5
    assert path not in archive.namelist()
    assert path in archive.read("README.txt").decode()


NAMES = {
    "Έγγραφο του Γιώργου.pdf": "Έγγραφο του Γιώργου.pdf",
    "Писмо на Стоян.PDF": "Писмо на Стоян.pdf",
    "Ľubomír Šťastný Łódź ÅÄÖ.pdf": "Ľubomír Šťastný Łódź ÅÄÖ.pdf",
    "رسالة ليلى.pdf": "رسالة ليلى.pdf",
    "../../etc/passwd": "-..-etc-passwd.pdf",
    "C:\\con?.pdf": "C--con-.pdf",
    "\u202egnp.exe": "gnp.exe.pdf",
    " . ": "file.pdf",
    "": "file.pdf",
}


@pytest.mark.parametrize(("written", "saved"), NAMES.items())
def test_files_keep_their_names_in_any_alphabet_and_lead_nowhere_else(written: str, saved: str) -> None:
    assert file_name(written, "answers/0123.pdf") == saved


@pytest.mark.parametrize("letter", ["a", "Ω", "Ж", "ش", "Ł"])
def test_a_name_of_200_characters_in_any_alphabet_fits_every_disk(robin: Someone, letter: str) -> None:
    question = Question.objects.create(edition=robin.edition, slug="long", kind="file", text="Long")
    Answer.objects.create(
        registration=robin.own,
        question=question,
        value=f"{letter * 196}.pdf",
        file=ContentFile(b"long", "x.pdf"),
    )
    Registration.objects.filter(pk=robin.own.pk).update(given_name=letter * 100, family_name=letter * 100)

    archive = taken(robin.user)

    [path] = [name for name in archive.namelist() if "/long/" in name]
    name = path.rsplit("/", 1)[1]
    assert (len(name.encode()) <= LONGEST_NAME, set(name), archive.read(path)) == (
        True,
        set(f"{letter}.pdf"),
        b"long",
    )
    assert data_in(archive)["registrations"][0]["family_name"] == letter * 100


def test_two_files_of_one_name_are_both_in_it(robin: Someone) -> None:
    for slug in ("first", "second"):
        question = Question.objects.create(edition=robin.edition, slug=slug, kind="file", text=slug)
        Answer.objects.create(
            registration=robin.own,
            question=question,
            value="same.pdf",
            file=ContentFile(slug.encode(), "x.pdf"),
        )

    archive = taken(robin.user)

    here = f"registrations/{robin.own.pk}/answers"
    assert [archive.read(f"{here}/{slug}/same.pdf") for slug in ("first", "second")] == [b"first", b"second"]


def test_it_costs_the_same_queries_for_one_person_and_for_thirty(robin: Someone) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            taken(robin.user)
        return len(captured)

    taken(robin.user)
    before = queries()
    for number in range(30):
        factories.registration(
            robin.edition,
            managed_by=robin.user,
            is_own=False,
            mails_to="manager",
            email="",
            family_name=f"Assisted {number}",
            category=robin.own.category,
        )
    assert queries() == before


# --- asking for it ------------------------------------------------------------------------------------


@pytest.fixture
def browser(client: Client, robin: Someone) -> Client:
    client.force_login(robin.user)
    return client


def test_it_is_downloaded_and_kept_by_nobody_in_between(browser: Client, robin: Someone) -> None:
    answer = browser.post(reverse("take_my_data"))

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="my-data-{timezone.localdate():%Y-%m-%d}.zip"'
    )
    archive = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert data_in(archive)["account"]["email"] == "robin@example.org"
    assert b"robin@example.org" not in archive.read("README.txt")


def test_it_is_taken_a_few_times_in_an_hour(browser: Client) -> None:
    answers = [browser.post(reverse("take_my_data")) for _time in range(PER_HOUR + 1)]

    for answer in answers:
        answer.close()
    assert [answer.status_code for answer in answers] == [*[200] * PER_HOUR, 429]
    assert b"Please wait a little." in answers[-1].content


def test_of_an_erased_account_there_is_nothing_and_the_page_says_so(browser: Client, robin: Someone) -> None:
    User.objects.filter(pk=robin.user.pk).update(erased_at=timezone.now())

    with pytest.raises(NothingLeft):
        taken(robin.user)
    answer = browser.post(reverse("take_my_data"))

    assert (answer.status_code, b"You are logged out." in answer.content) == (410, True)
    assert browser.get(reverse("my_data")).status_code == 302


def test_asked_while_the_account_is_being_erased_it_waits_and_finds_nothing(fresh_db: str) -> None:
    user = factories.user()
    is_erasing, ended = threading.Event(), threading.Event()
    outcome: list[str] = []

    def take() -> None:
        is_erasing.wait(10)
        try:
            take_data(io.BytesIO(), user=user)
        except NothingLeft:
            outcome.append("nothing left")
        else:
            outcome.append("taken")
        finally:
            connections.close_all()
            ended.set()

    asking = threading.Thread(target=take)
    asking.start()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        is_erasing.set()
        # It waits for the lock: as long as the erasure lasts, nothing was decided.
        assert not ended.wait(0.5)
        User.objects.filter(pk=user.pk).update(erased_at=timezone.now(), name="")
    asking.join(10)

    assert outcome == ["nothing left"]


# --- the page -----------------------------------------------------------------------------------------


def test_the_page_says_what_is_kept_and_who_read_what_is_sensitive(browser: Client, robin: Someone) -> None:
    page = browser.get(reverse("my_data"))

    assert [kind.name for kind in page.context["kinds"]] == [
        "Your account",
        "Who you are at the conference",
        "How to reach you, and your agenda",
        "Access needs",
        "Answers to our questions",
        "Identity document for a secured visit",
        "Accreditation of the press",
        "E-mails",
        "The desk",
        "Who read your sensitive answers",
        "If you speak",
    ]
    readings = [(one.whose, one.what, one.how, one.who) for one in page.context["readings"]]
    assert readings == [("Robin Own", "access needs", "as a PDF", "An administrator")]
    assert b"Olga" not in page.content
    assert list(page.context["registrations"]) == [robin.own, robin.assisted]


def test_an_account_without_anything_has_its_page_and_its_zip(client: Client, db: None) -> None:
    user = factories.user()
    client.force_login(user)

    page = client.get(reverse("my_data"))
    data = data_in(taken(user))

    assert (page.status_code, page.context["readings"]) == (200, [])
    assert {name: data[name] for name in ("registrations", "speaker", "mails", "files")} == {
        "registrations": [],
        "speaker": [],
        "mails": [],
        "files": [],
    }


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_the_sheet_and_the_words_are_in_the_language_of_the_page(
    client: Client, robin: Someone, language: str, settings: Any
) -> None:
    client.force_login(robin.user)

    answer = client.post(f"/{language}/my/data/take/")

    archive = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert data_in(archive)["language"] == language
