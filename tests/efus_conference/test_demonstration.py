"""What the demonstration holds, read from one that `load_content --demo` made."""

from __future__ import annotations

import json
import stat
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from declarations.models import Ceremony, Declaration, Invitation, Signatory
from efus_conference.management.content import files
from efus_conference.models import Edition, LoadedItem, User
from efus_conference.secret_links import hash_of_token
from programme.models import ReleasedSession, Speaker, SpeakerLink
from registration.models import (
    Answer,
    Booking,
    Category,
    Delegation,
    Hold,
    Message,
    Place,
    Question,
    QuestionChoice,
    Registration,
    SeatPool,
    Star,
    Wait,
)

pytestmark = pytest.mark.usefixtures("demo_db")

OURS = ("efus_conference", "programme", "registration", "declarations", "archive")


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every model of ours."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for label in OURS
        for model in apps.get_app_config(label).get_models()
    }


def clean_errors(rows: list[Model]) -> list[str]:
    errors = []
    for row in rows:
        try:
            row.full_clean()
        except ValidationError as error:
            errors.append(f"{row._meta.label} {row}: {error}")
    return errors


def speaker_slugs() -> list[str]:
    return [item["slug"] for item in files.records("demo/speakers")]


def test_the_demonstration_has_the_size_of_2021_and_is_marked_so() -> None:
    edition = Edition.objects.get(slug="demonstration")
    kinds = ReleasedSession.objects.of(edition).values_list("kind__slug", flat=True)
    assert {kind: list(kinds).count(kind) for kind in ("plenary", "workshop", "focus", "visit")} == {
        "plenary": 3,
        "workshop": 18,
        "focus": 12,
        "visit": 10,
    }
    assert Speaker.objects.filter(slug__in=speaker_slugs()).shown().count() == 100
    assert (edition.number, edition.is_demonstration, edition.is_current) == (9, True, True)
    hosts = [host.organisation for host in edition.main_hosts]
    assert [(host.name_en, host.name_fr, host.name_nl, host.is_demonstration) for host in hosts] == [
        ("Sampleham", "Exempleville", "Voorbeeldstad", True)
    ]


def test_its_days_count_from_the_day_it_is_loaded_and_registration_is_open() -> None:
    edition = Edition.objects.get(slug="demonstration")
    assert edition.starts_on is not None
    assert edition.ends_on is not None
    assert (edition.starts_on.weekday(), edition.ends_on.weekday()) == (2, 4)
    ahead = edition.starts_on - timezone.localdate(timezone=edition.zone)
    assert timedelta(days=149) < ahead < timedelta(days=158)
    assert edition.phase() == "registration"


def test_its_people_hold_the_seats_they_booked() -> None:
    assert Counter(Registration.objects.values_list("status", flat=True)) == {
        "confirmed": 27,
        "submitted": 3,
        "refused": 1,
        "cancelled": 1,
    }
    assert Delegation.objects.filter(places__registrations__isnull=False).distinct().count() == 3
    taken = sum(SeatPool.objects.values_list("taken", flat=True))
    assert Booking.objects.standing().count() == taken > 20
    assert Star.objects.count() > 20


def test_it_takes_part_as_what_real_editions_do() -> None:
    categories = Category.objects.filter(edition__is_demonstration=True)
    assert {
        category.slug: (category.is_by_invitation, category.needs_approval, category.is_press, category.quota)
        for category in categories
    } == {
        "elected": (False, False, False, None),
        "local-authority": (False, False, False, None),
        "institution": (False, False, False, 150),
        "research": (False, False, False, 100),
        "civil-society": (False, False, False, 120),
        "private-sector": (False, True, False, 60),
        "press": (False, True, True, 60),
        "speaker": (True, False, False, None),
        "organiser": (True, False, False, None),
    }
    assert [
        category.slug for category in categories if not category.is_open() and not category.opens_at
    ] == []


def test_it_asks_questions_of_every_kind_in_three_languages() -> None:
    questions = Question.objects.filter(edition__is_demonstration=True)
    assert {question.kind for question in questions} == set(Question.Kind.values)
    assert {question.privacy for question in questions} == set(Question.Privacy.values) - {"identity"}
    assert questions.get(slug="diet-other").depends_on == questions.get(slug="diet")
    assert questions.get(slug="boots").session.kind.slug == "visit"  # type: ignore[union-attr]
    texts = [
        text
        for row in [*questions, *QuestionChoice.objects.filter(question__in=questions)]
        for text in (row.text_en, row.text_fr, row.text_nl)  # type: ignore[attr-defined]
    ]
    assert "" not in texts


def test_it_shows_what_waits_for_the_organisers() -> None:
    submitted = Registration.objects.filter(status="submitted")
    assert sorted(submitted.values_list("category__slug", "family_name")) == [
        ("press", "Presse-Exemple"),
        ("private-sector", "Dæmisdóttir-Prófun"),
        ("private-sector", "Exempelsson"),
    ]
    assert Registration.objects.get(status="refused").refusal != ""
    told = (
        Registration.objects.live()
        .exclude(needs="")
        .values_list("family_name", "need_reply__responsible__email")
    )
    assert {name: bool(by) for name, by in told if name in ("Wethouder-Voorbeeld", "Kokeilu-Malli")} == {
        "Wethouder-Voorbeeld": True,
        "Kokeilu-Malli": False,
    }


def test_what_its_people_answered_fits_what_they_are_asked() -> None:
    answers = Answer.objects.values_list("registration__given_name", "question__slug", "value")
    assert {slug: value for name, slug, value in answers if name == "Wim"} == {
        "first-time": "yes",
        "diet": "other",
        "diet-other": "No nuts, please.",
        "access": "wheelchair",
        "assistance": "yes",
    }
    assert ("Стоян", "boots", "42-44") in answers


def test_its_organisers_wrote_to_one_city() -> None:
    message = Message.objects.get()
    assert (message.audience, str(message.delegation), message.sent_count) == (
        "city",
        "Beispielstadt · Sampleham 2027",
        Registration.objects.confirmed().filter(place__delegation=message.delegation).count(),
    )


def test_its_full_visit_offers_a_seat_and_lets_others_wait() -> None:
    pool = SeatPool.objects.get(waiting__gt=0)
    assert (pool.capacity, pool.taken, pool.offered, pool.waiting) == (4, 3, 1, 4)
    standing = Wait.objects.filter(session_id=pool.pk).order_by("party_id", "pk")
    assert [
        (wait.status, wait.party.wants_all, wait.place.registrations.get().given_name) for wait in standing
    ] == [
        ("offered", False, "Tessa"),
        ("waiting", True, "Berta"),
        ("waiting", True, "Dora"),
        ("waiting", True, "Gregor"),
        ("waiting", False, "Ewa"),
    ]


def test_its_second_release_left_two_people_with_two_seats_at_one_time() -> None:
    clashing = Booking.objects.filter(status="clash")
    people = clashing.values_list("place__registrations__given_name", flat=True)
    assert Counter(people) == {"Wim": 2, "Tomás": 2}
    assert all(booking.clash_until for booking in clashing)


def test_its_city_has_every_kind_of_place_and_seats_held_back() -> None:
    places = Place.objects.filter(delegation__organisation__slug="beispielstadt").order_by("pk")
    assert [
        (place.registrations.count(), place.note, place.invitations.usable().count()) for place in places
    ] == [(1, "", 0)] * 4 + [(0, "For the youth council", 0), (0, "", 1)]
    assert Place.objects.exclude(accompanies=None).get().companion_kind == "interpreter"
    assert sorted(
        ("city" if hold.delegation else "speaker" if hold.speaker else "desk", hold.seats, hold.used)
        for hold in Hold.objects.all()
    ) == [("city", 3, 1), ("desk", 1, 0), ("desk", 2, 0), ("speaker", 1, 0)]


def test_its_programme_promises_the_wheelchair_places_that_can_be_booked() -> None:
    said = ReleasedSession.objects.filter(wheelchair_places__isnull=False, session__seat_pool__isnull=False)
    numbers = list(said.values_list("session__code", "wheelchair_places", "session__seat_pool__wheelchairs"))
    assert len(numbers) > 5
    assert [code for code, promised, booked in numbers if promised != booked] == []


def test_its_declaration_shows_every_step_of_a_signature() -> None:
    signatories = Signatory.objects.filter(declaration__is_demonstration=True)
    states = [
        signatory.signatures.values_list("state", flat=True).first() or "invited"
        for signatory in signatories.order_by("order")
        if signatory.invitations.exists()
    ]
    assert states == ["verified"] * 5 + ["submitted"] + ["invited"] * 4
    texts = Declaration.objects.get(is_demonstration=True).texts.order_by("language")
    assert [(text.language, text.status) for text in texts] == [
        ("en", "authentic"),
        ("fr", "authentic"),
        ("nl", "translation"),
    ]


def test_its_ceremony_is_planned_with_who_is_cleared_and_who_is_not() -> None:
    """Not opened: who rehearses it does that. The second officer has part in none, so that they may confirm."""
    ceremony = Ceremony.objects.get()
    second = User.objects.get(email="second-officer@demo.example")
    signings = [
        (signing.signatory.organisation.slug, signing.cleared_by and signing.cleared_by.user == second)
        for signing in ceremony.signings.all()
    ]
    assert (ceremony.opened_at, signings) == (
        None,
        [("peldavaros", None), ("modele-sur-fiction", True), ("voorbeelderdam", True)],
    )


def test_the_accounts_file_opens_the_accounts_and_the_links_of_those_without() -> None:
    path = Path(settings.DATA_DIR) / "demo-accounts.json"
    accounts = json.loads(path.read_text(encoding="utf-8"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(accounts) == [
        "organiser",
        "participant",
        "coordinator",
        "officer",
        "second_officer",
        "office",
        "speaker",
    ]
    for part in list(accounts)[:-2]:
        user = User.objects.get(email=accounts[part]["email"])
        assert user.check_password(accounts[part]["password"])
    token = accounts["office"]["link"].rstrip("/").rsplit("/", 1)[1]
    invitation = Invitation.objects.usable().get(token_hash=hash_of_token(token))
    assert invitation.mailbox.email == accounts["office"]["email"]
    token = accounts["speaker"]["link"].rstrip("/").rsplit("/", 1)[1]
    assert SpeakerLink.objects.usable().by_token(token).get().sent_to == accounts["speaker"]["email"]


def test_every_row_passes_the_checks_of_the_admin() -> None:
    # Those two have no form there: actions alone make them.
    without_form = {"declarations.Invitation", "programme.Release"}
    labels = set(LoadedItem.objects.values_list("model", flat=True)) - without_form
    rows = [row for label in sorted(labels) for row in apps.get_model(label)._default_manager.all()]
    assert clean_errors(rows) == []


def test_loading_again_changes_nothing() -> None:
    before = everything()
    call_command("load_content", demo=True, verbosity=0)
    assert everything() == before
