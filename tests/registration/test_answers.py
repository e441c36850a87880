from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook
from PIL import Image

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import (
    NoLongerRegistered,
    NotYours,
    book_seat,
    cancel_registration,
    forget_answers,
    give_up_seat,
    keep_file,
    save_answers,
    save_press_card,
)
from registration.actions.retention import run_what_is_due
from registration.asking import unanswered
from registration.models import Answer, Delegation, Place, PressCard, Question, Registration, SensitiveReading
from tests import factories

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]
KINDS = [kind.value for kind in Question.Privacy]


def ask(edition: Edition, slug: str, kind: str = "text", **fields: Any) -> Question:
    return Question.objects.create(
        edition=edition, slug=slug, kind=kind, text_en=f"What about {slug}?", **fields
    )


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "navy").save(out, "PNG")
    return SimpleUploadedFile("letter.png", out.getvalue())


def with_rights(*rights: str) -> User:
    user = factories.user(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="registration", codename__in=rights)
    )
    return user


def text(response: Any) -> str:
    return str(response.content.decode())


# --- who reads what: written by hand --------------------------------------------------------------------

#                             ordinary personal diet   access assist. identity
READS = {
    "the person":             (True,   True,   True,   True,   True,   True),
    "their assistant":        (True,   True,   True,   True,   True,   True),
    "someone else":           (False,  False,  False,  False,  False,  False),
    "the coordinator":        (False,  False,  False,  False,  False,  False),
    "coordinator as keeper":  (False,  False,  False,  False,  False,  False),
    "desk":                   (True,   False,  False,  False,  False,  False),
    "desk, personal":         (True,   True,   False,  False,  False,  False),
    "desk, diet":             (True,   False,  True,   False,  False,  False),
    "desk, needs":            (True,   False,  False,  True,   False,  False),
    "desk, assistance":       (True,   False,  False,  False,  True,   False),
    "desk, identity":         (True,   False,  False,  False,  False,  True),
    "diet without the desk":  (False,  False,  False,  False,  False,  False),
    "administrator":          (True,   True,   True,   True,   True,   True),
}  # fmt: skip
RIGHTS = {
    "desk": (),
    "desk, personal": ("read_personal",),
    "desk, diet": ("read_diet",),
    "desk, needs": ("read_needs",),
    "desk, assistance": ("read_assistance",),
    "desk, identity": ("read_identity",),
}


@pytest.mark.parametrize("role", READS)
def test_each_role_reads_the_kinds_it_may_and_no_other(role: str, edition: Edition) -> None:
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    place = Place.objects.create(edition=edition, delegation=delegation)
    if role == "their assistant":
        person = factories.registration(edition, is_own=False)
    else:
        keeper = coordinator if role == "coordinator as keeper" else None
        person = factories.registration(edition, place=place, managed_by=keeper, is_own=keeper is None)
    for kind in KINDS:
        Answer.objects.create(registration=person, question=ask(edition, kind, privacy=kind), value=kind)
    readers = {
        "the person": person.managed_by,
        "their assistant": person.managed_by,
        "someone else": factories.user(),
        "the coordinator": coordinator,
        "coordinator as keeper": coordinator,
        "diet without the desk": with_rights("read_diet"),
        "administrator": factories.user(is_staff=True, is_superuser=True),
        **{name: with_rights("view_registration", *rights) for name, rights in RIGHTS.items()},
    }

    read = set(Answer.objects.readable_by(readers[role]).values_list("question__privacy", flat=True))
    assert tuple(kind in read for kind in KINDS) == READS[role]


# --- saving ---------------------------------------------------------------------------------------------


def test_answers_are_saved_changed_and_taken_back_and_the_history_holds_no_value(
    registration: Registration, robin: User
) -> None:
    ask(registration.edition, "diet", privacy="diet")
    ask(registration.edition, "arrival", "date")
    save_answers(registration=registration, answers={"diet": "vegan", "arrival": "2031-05-13"}, by=robin)
    save_answers(registration=registration, answers={"diet": "", "arrival": "2031-05-13"}, by=robin)
    save_answers(registration=registration, answers={"unknown": "x", "arrival": "2031-05-13"}, by=robin)

    assert list(Answer.objects.values_list("question__slug", "value")) == [("arrival", "2031-05-13")]
    assert [event.detail for event in registration.events.order_by("pk")] == [
        {"questions": ["diet", "arrival"]},
        {"questions": ["diet"]},
    ]


def test_nobody_else_answers_and_nobody_for_a_registration_that_is_over(
    registration: Registration, robin: User
) -> None:
    ask(registration.edition, "diet")
    with pytest.raises(NotYours):
        save_answers(registration=registration, answers={"diet": "x"}, by=factories.user())
    cancel_registration(registration=registration, by=robin)
    with pytest.raises(NoLongerRegistered):
        save_answers(registration=registration, answers={"diet": "x"}, by=robin)


def test_what_an_answer_called_for_goes_with_it(registration: Registration, robin: User) -> None:
    trigger = ask(registration.edition, "speaks", "yes_no")
    ask(registration.edition, "language", depends_on=trigger, depends_value="yes")
    save_answers(registration=registration, answers={"speaks": "yes", "language": "Dutch"}, by=robin)
    save_answers(registration=registration, answers={"speaks": "no"}, by=robin)

    assert list(Answer.objects.values_list("question__slug", "value")) == [("speaks", "no")]


def test_a_replaced_file_is_deleted_once_the_new_one_is_there(
    registration: Registration, robin: User, django_capture_on_commit_callbacks: Any
) -> None:
    ask(registration.edition, "letter", "file")
    names = []
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            key = str(keep_file(upload=picture(), by=robin).key)
            save_answers(registration=registration, answers={"letter": key}, by=robin)
        names.append(Answer.objects.get().file.name)
    with django_capture_on_commit_callbacks(execute=True):
        save_answers(registration=registration, answers={"letter": "stays"}, by=robin)

    storage = Answer.objects.get().file.storage
    assert [storage.exists(name) for name in names] == [False, True]


# --- the pages ------------------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def test_answers_are_completed_later_and_shown_to_their_person(
    page: Client, registration: Registration
) -> None:
    trigger = ask(registration.edition, "guide-dog", "yes_no", privacy="access", is_required=True)
    ask(registration.edition, "breed", depends_on=trigger, depends_value="yes")
    address = f"/en/my/registrations/{registration.pk}/questions/"
    wrong = page.post(address + "1/", {"q_guide-dog": "perhaps"})
    first = page.post(address, {"q_guide-dog": "yes"})
    second = page.post(first.headers["Location"], {"q_breed": "Labrador"})

    assert wrong.context["form"].errors == {
        "q_guide-dog": ["Choose one of the answers to “What about guide-dog?”."]
    }
    assert first.headers["Location"] == address + "2/"
    assert second.headers["Location"] == registration.get_absolute_url()
    assert page.get(address).context["form"].initial == {"q_guide-dog": "yes"}
    assert SensitiveReading.objects.count() == 0


def test_a_coordinator_answers_for_someone_and_reads_nothing(client: Client, edition: Edition) -> None:
    coordinator = factories.user()
    delegation = Delegation.objects.create(
        edition=edition, organisation=factories.organisation(), coordinator=coordinator
    )
    person = factories.registration(
        edition,
        place=Place.objects.create(edition=edition, delegation=delegation),
        managed_by=coordinator,
        is_own=False,
        needs="A secret need",
    )
    Answer.objects.create(registration=person, question=ask(edition, "diet", privacy="diet"), value="Secret")
    client.force_login(coordinator)
    address = f"/en/my/registrations/{person.pk}"
    shown = text(client.get(f"{address}/questions/"))
    change = text(client.get(f"{address}/change/"))
    client.post(f"{address}/questions/1/", {"q_diet": ""})
    kept = Answer.objects.get().value
    client.post(f"{address}/questions/1/", {"q_diet": "Vegan"})

    assert ["Secret" in shown, "only its person reads the answer" in shown, "secret" in change] == [
        False,
        True,
        False,
    ]
    assert (kept, Answer.objects.get().value) == ("Secret", "Vegan")


def test_a_file_is_a_download_of_who_may_read_it(
    client: Client, registration: Registration, robin: User
) -> None:
    ask(registration.edition, "letter", "file", privacy="assistance")
    key = str(keep_file(upload=picture(), by=robin).key)
    save_answers(registration=registration, answers={"letter": key}, by=robin)
    answer = Answer.objects.get()
    own, admins = f"/en/my/answers/{answer.pk}/", f"/admin/registration/question/answers/files/{answer.pk}/"

    def asks(user: User, address: str) -> int:
        client.force_login(user)
        response = client.get(address)
        b"".join(getattr(response, "streaming_content", []))  # to its end, so that the file is closed
        return int(response.status_code)

    desk = with_rights("view_registration")
    assistance = with_rights("view_registration", "read_assistance")
    assert [
        asks(robin, own),
        asks(factories.user(), own),
        asks(assistance, own),
        asks(robin, admins),
        asks(desk, admins),
        asks(assistance, admins),
    ] == [200, 404, 404, 302, 404, 200]
    client.force_login(robin)
    response = client.get(own)
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    assert [response.headers[name] for name in ("Content-Type", "Content-Disposition")] == [
        "application/octet-stream",
        'attachment; filename="letter.png"',
    ]
    assert "no-store" in response.headers["Cache-Control"]
    assert list(SensitiveReading.objects.values_list("reader", "what", "how")) == [
        (assistance.pk, "answers", "page")
    ]


# --- organisers -----------------------------------------------------------------------------------------


def test_sensitive_answers_are_asked_for_and_their_reading_is_noted(
    client: Client, registration: Registration
) -> None:
    edition = registration.edition
    for kind in ("ordinary", "diet", "assistance"):
        Answer.objects.create(
            registration=registration, question=ask(edition, kind, privacy=kind), value=f"said-{kind}"
        )
    cook = with_rights("view_registration", "read_diet")
    client.force_login(cook)
    address = f"/admin/registration/question/answers/{registration.pk}/"
    before = text(client.get(address))
    noted = SensitiveReading.objects.count()
    after = text(client.post(address))

    def found(shown: str) -> list[bool]:
        return [f"said-{kind}" in shown for kind in ("ordinary", "diet", "assistance")]

    assert [found(before), found(after), noted] == [[True, False, False], [True, True, False], 0]
    assert list(SensitiveReading.objects.values_list("reader", "registration", "what")) == [
        (cook.pk, registration.pk, "answers")
    ]


def test_the_sheet_holds_what_its_reader_may_read_and_no_formula(
    client: Client, registration: Registration
) -> None:
    edition = registration.edition
    for kind, value in (("ordinary", "=1+1"), ("diet", "vegan"), ("personal", "secret")):
        Answer.objects.create(
            registration=registration, question=ask(edition, kind, privacy=kind), value=value
        )
    client.force_login(with_rights("view_registration", "read_diet"))
    address = "/admin/registration/registration/export/"
    page = text(client.get(address))
    sheets = []
    for number in "01":
        response = client.post(address, {"format": "0", "resource": number})
        head, row = load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)
        sheets.append(dict(zip(head[12:], row[12:], strict=True)))
        noted = SensitiveReading.objects.values_list("registration", "how")
        assert list(noted) == ([(registration.pk, "sheet")] if number == "1" else [])

    assert sheets == [{"ordinary": "'=1+1"}, {"ordinary": "'=1+1", "diet": "vegan"}]
    assert ["diet" in page, "personal" in page, "That you read them is noted" in page] == [True, False, True]


def test_needs_that_leave_in_a_sheet_are_noted(client: Client, edition: Edition) -> None:
    ramp, _nothing = factories.registration(edition, needs="A ramp"), factories.registration(edition)
    client.force_login(with_rights("view_registration", "read_needs"))
    client.post("/admin/registration/registration/export/", {"format": "0", "resource": "1"})

    assert list(SensitiveReading.objects.values_list("registration", "what", "how")) == [
        (ramp.pk, "needs", "sheet")
    ]


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def question_form(edition: Edition, **changed: Any) -> dict[str, Any]:
    return {
        "edition": edition.pk,
        "slug": "diet",
        "kind": "choice",
        "privacy": "diet",
        "kept_days": "30",
        "is_asked": "on",
        "order": "1",
        "depends_value": "",
        "text_en": "What do you eat?",
        "text_fr": "",
        "text_nl": "",
        "hint_en": "",
        "hint_fr": "",
        "hint_nl": "",
        "choices-TOTAL_FORMS": "2",
        "choices-INITIAL_FORMS": "0",
        "choices-0-slug": "vegan",
        "choices-0-text_en": "Vegan",
        "choices-0-order": "1",
        "choices-1-slug": "all",
        "choices-1-text_en": "Everything",
        "choices-1-order": "2",
        **changed,
    }


def test_an_organiser_makes_a_question_without_code(organiser: Client, edition: Edition) -> None:
    refused = organiser.post(
        "/admin/registration/question/add/",
        question_form(edition, **{"choices-1-slug": "", "choices-1-text_en": ""}),
    )
    made = organiser.post("/admin/registration/question/add/", question_form(edition))

    assert (refused.status_code, made.status_code) == (200, 302)
    question = Question.objects.get()
    assert [choice.slug for choice in question.choices.all()] == ["vegan", "all"]
    assert text(organiser.get("/admin/registration/question/")).count("What do you eat?") >= 1


def _choice(organiser: Client, address: str, at: int) -> Any:
    """The row of one choice in the form of its question."""
    [choices] = organiser.get(address).context["inline_admin_formsets"]
    return choices.formset.forms[at]


def test_an_answered_question_is_frozen_and_says_so_and_can_be_copied(
    organiser: Client, edition: Edition, registration: Registration
) -> None:
    organiser.post("/admin/registration/question/add/", question_form(edition))
    question = Question.objects.get()
    Answer.objects.create(registration=registration, question=question, value="vegan")
    address = f"/admin/registration/question/{question.pk}/change/"
    shown = text(organiser.get(address))
    choices = list(question.choices.order_by("order"))
    ids = {f"choices-{at}-id": choice.pk for at, choice in enumerate(choices)}
    ids |= {f"choices-{at}-question": question.pk for at in range(2)}
    changed = question_form(edition, text_en="Otherwise?", **ids, **{"choices-INITIAL_FORMS": "2"})
    organiser.post(address, {**changed, "kept_days": "20"})
    longer = organiser.post(address, {**changed, "kept_days": "400"})
    reworded = organiser.post(address, {**changed, "choices-0-text_en": "Meat"})
    copied = organiser.post(f"/admin/registration/question/{question.pk}/as-new/")

    question.refresh_from_db()
    assert "This question was answered" in shown
    assert (question.text_en, question.kept_days) == ("What do you eat?", 20)
    assert "It can only get shorter." in text(longer)
    assert "“Vegan” was chosen by someone" in text(reworded)
    is_fixed = {
        field.name: "readonly" in field.field.widget.attrs for field in _choice(organiser, address, 0)
    }
    assert (is_fixed["slug"], is_fixed["text_en"], is_fixed["order"]) == (True, True, False)
    assert not any("readonly" in field.field.widget.attrs for field in _choice(organiser, address, 1))
    copy = Question.objects.exclude(pk=question.pk).get()
    assert copied.headers["Location"] == f"/admin/registration/question/{copy.pk}/change/"
    assert (copy.slug, copy.text_en, copy.is_asked, copy.choices.count()) == (
        "diet-2",
        "What do you eat?",
        False,
        2,
    )


# --- forgetting -----------------------------------------------------------------------------------------


def test_answers_are_kept_as_long_as_their_question_said(
    registration: Registration, robin: User, django_capture_on_commit_callbacks: Any
) -> None:
    edition = registration.edition
    ask(edition, "a-month", "file", kept_days=30)
    ask(edition, "a-year", kept_days=365)
    key = str(keep_file(upload=picture(), by=robin).key)
    save_answers(registration=registration, answers={"a-month": key, "a-year": "x"}, by=robin)
    file = Answer.objects.get(question__slug="a-month").file
    assert edition.ends_on is not None
    noon = datetime.combine(edition.ends_on, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    with django_capture_on_commit_callbacks(execute=True):
        counts = [forget_answers(at=noon + timedelta(days=days)) for days in (30, 31)]

    assert counts == [0, 1]
    assert list(Answer.objects.values_list("question__slug", flat=True)) == ["a-year"]
    assert not file.storage.exists(file.name)
    assert forget_answers(at=noon + timedelta(days=366)) == 1


def test_what_was_asked_with_a_seat_goes_when_the_seat_does(
    registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable()
    question = ask(registration.edition, "boots", session=session)
    booking = book_seat(place=registration.place, session=session, by=robin)
    assert unanswered(registration, session=session) == [question]
    save_answers(registration=registration, answers={"boots": "43"}, by=robin)
    now = datetime.now(UTC)
    before = forget_answers(at=now)
    give_up_seat(booking=booking, by=robin)

    assert (before, forget_answers(at=now), Answer.objects.count()) == (0, 1, 0)


def test_press_cards_go_a_year_after_the_edition(registration: Registration, robin: User) -> None:
    save_press_card(registration=registration, medium="Le Soir", number="7", card="", by=robin)
    ends = datetime(2031, 5, 16, 12, tzinfo=UTC)

    gone = [run_what_is_due(at=ends + timedelta(days=days)) for days in (362, 365, 368)]
    # With them goes how to reach their people, after as long.
    assert (gone, PressCard.objects.count()) == ([0, 0, 2], 0)
