from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from efus_conference.models import Edition, User
from programme.models import Session
from registration.actions import drop_abandoned, keep_file, sweep_files
from registration.asking import Asking, questions_of, unanswered
from registration.models import Answer, Category, PendingFile, PressCard, Question, Registration
from tests import factories

pytestmark = pytest.mark.django_db

Bookable = Callable[..., Session]


@pytest.fixture
def category(edition: Edition) -> Category:
    return factories.category(edition, name_en="Elected official")


@pytest.fixture
def page(client: Client, robin: User) -> Client:
    client.force_login(robin)
    return client


def ask(edition: Edition, slug: str, kind: str = "text", **fields: Any) -> Question:
    choices = fields.pop("choices", ())
    categories = fields.pop("categories", ())
    made = Question.objects.create(
        edition=edition, slug=slug, kind=kind, text_en=f"What about {slug}?", **fields
    )
    for order, choice in enumerate(choices):
        made.choices.create(slug=choice, text_en=choice.capitalize(), order=order)
    made.categories.set(categories)
    return made


def filled(category: Category, **changed: str) -> dict[str, str]:
    return {
        "given_name": "Ελένη",
        "family_name": "Παπαδοπούλου",
        "email": "eleni@example.org",
        "language": "fr",
        "category": str(category.pk),
        "function": "Αντιδήμαρχος",
        "organisation_name": "Πειραιάς",
        "country": "GR",
        "needs": "",
        **changed,
    }


def picture(name: str = "card.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "navy").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def text(response: Any) -> str:
    return str(response.content.decode())


def start(page: Client, category: Category, **changed: str) -> str:
    """To where the details lead."""
    page.post("/en/register/", {"who": "own"})
    return str(page.post("/en/register/details/", filled(category, **changed)).headers["Location"])


def answered() -> dict[str, str]:
    return dict(Answer.objects.order_by("pk").values_list("question__slug", "value"))


# --- what is asked --------------------------------------------------------------------------------------


def test_a_question_is_asked_of_its_categories_by_answers_and_with_seats(
    edition: Edition, category: Category
) -> None:
    other = factories.category(edition)
    session = factories.session(edition)
    diet = ask(edition, "diet", "choice", choices=("vegan", "other"))
    ask(edition, "which", depends_on=diet, depends_value="other")
    ask(edition, "more", depends_on=Question.objects.get(slug="which"))
    ask(edition, "only-theirs", categories=[other])
    ask(edition, "boots", session=session)
    ask(edition, "retired", is_asked=False)

    def slugs(answers: dict[str, str], category_id: int, *session_ids: int) -> list[str]:
        asking = Asking(questions_of(edition), category_id=category_id, session_ids=session_ids)
        values = {Question.objects.get(slug=slug).pk: value for slug, value in answers.items()}
        return [question.slug for question in asking.called_for(values)]

    assert [
        slugs({}, category.pk),
        slugs({}, other.pk),
        slugs({"diet": "vegan"}, category.pk),
        slugs({"diet": "other"}, category.pk),
        slugs({"diet": "other", "which": "no nuts"}, category.pk),
        slugs({"which": "an answer that stayed from before"}, category.pk),
        slugs({}, category.pk, session.pk),
    ] == [
        ["diet"],
        ["diet", "only-theirs"],
        ["diet"],
        ["diet", "which"],
        ["diet", "which", "more"],
        ["diet"],
        ["diet", "boots"],
    ]


def test_questions_that_wait_for_each_other_are_refused(edition: Edition) -> None:
    first = ask(edition, "first")
    second = ask(edition, "second", depends_on=first)
    third = ask(edition, "third", depends_on=second)
    first.depends_on = third

    with pytest.raises(ValidationError, match="neither would ever be asked"):
        first.full_clean()
    with pytest.raises(IntegrityError, match="wait for each other"), transaction.atomic():
        first.save()


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("yes_no", "perhaps", "That question cannot be answered so. Write one of: no, yes."),
        ("choice", "meat", "That question cannot be answered so. Write one of: other, vegan."),
        *(
            (
                kind,
                "nonsense",
                "That question has no answers to choose from. Leave this empty: then any answer counts.",
            )
            for kind in ("text", "date", "file")
        ),
    ],
)
def test_a_condition_is_an_answer_that_can_be_given(
    edition: Edition, kind: str, value: str, sentence: str
) -> None:
    trigger = ask(edition, "trigger", kind, choices=("vegan", "other"))
    with pytest.raises(ValidationError) as refused:
        Question(
            edition=edition, slug="next", kind="text", text_en="?", depends_on=trigger, depends_value=value
        ).full_clean()

    assert refused.value.message_dict == {"depends_value": [sentence]}


# --- in the form ----------------------------------------------------------------------------------------


def test_questions_come_after_the_details_and_those_they_call_for_after_them(
    page: Client, edition: Edition, category: Category
) -> None:
    diet = ask(edition, "diet", "choice", choices=("vegan", "other"), is_required=True)
    ask(edition, "which", depends_on=diet, depends_value="other", is_required=True)
    ask(edition, "first-time", "yes_no")
    ask(edition, "arrival", "date")

    assert start(page, category) == "/en/register/questions/1/"
    first = page.post(
        "/en/register/questions/1/", {"q_diet": "other", "q_first-time": "no", "q_arrival": "2031-05-13"}
    )
    second = page.post("/en/register/questions/2/", {"q_which": "No nuts,\r\nplease"})
    check = text(page.get("/en/register/check/"))
    page.post("/en/register/check/")

    assert [first.headers["Location"], second.headers["Location"]] == [
        "/en/register/questions/2/",
        "/en/register/check/",
    ]
    assert ["What about which?" in check, "No nuts," in check, "Other" in check] == [True] * 3
    made = Registration.objects.get()
    assert answered() == {
        "diet": "other",
        "which": "No nuts,\r\nplease",
        "first-time": "no",
        "arrival": "2031-05-13",
    }
    event = made.events.get(verb="answered")
    assert event.detail == {"questions": ["diet", "first-time", "arrival", "which"]}


def test_an_answer_that_calls_for_nothing_leads_to_the_check(
    page: Client, edition: Edition, category: Category
) -> None:
    diet = ask(edition, "diet", "choice", choices=("vegan", "other"))
    ask(edition, "which", depends_on=diet, depends_value="other", is_required=True)
    start(page, category)
    page.post("/en/register/questions/1/", {"q_diet": "other"})
    page.post("/en/register/questions/2/", {"q_which": "No nuts"})
    changed = page.post("/en/register/questions/1/", {"q_diet": "vegan"})
    page.post("/en/register/check/")

    assert (changed.headers["Location"], answered()) == ("/en/register/check/", {"diet": "vegan"})


def test_without_questions_there_is_no_such_step(page: Client, category: Category) -> None:
    assert start(page, category) == "/en/register/check/"
    assert page.get("/en/register/questions/1/").headers["Location"] == "/en/register/check/"


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("text", "", "Answer the question “What about it?”"),
        ("text", "x" * 10_000, "This is 10000 characters long. Shorten it to 2000."),
        (
            "text",
            "Nul\x00l",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        (
            "text",
            "Turned \u202eround",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        ("choice", "banana", "Choose one of the answers to “What about it?”."),
        ("choice", "", "Answer the question “What about it?”"),
        ("yes_no", "perhaps", "Choose one of the answers to “What about it?”."),
        ("date", "31 February", "Enter a day that exists, such as 2027-05-21."),
        ("date", "0001-01-01", "Check the year: this is long before or after any conference."),
        ("file", "not-a-key", "Answer the question “What about it?”"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_question_and_the_rest_is_kept(
    page: Client, edition: Edition, category: Category, kind: str, value: str, sentence: str
) -> None:
    ask(edition, "it", kind, is_required=True, choices=("vegan",))
    ask(edition, "other")
    start(page, category)
    response = page.post("/en/register/questions/1/", {"q_it": value, "q_other": "Πειραιάς"})
    sent = page.post("/en/register/check/")

    assert response.status_code == 200
    assert response.context["form"].errors == {"q_it": [sentence]}
    assert "Πειραιάς" in text(response)
    assert (Registration.objects.count(), sent.context["form"].errors) == (0, {"q_it": [sentence]})


@pytest.mark.parametrize(
    ("privacy", "days", "is_taken"),
    [
        ("ordinary", -181, False),
        ("ordinary", -180, True),
        ("ordinary", 0, True),
        ("personal", -20000, True),
    ],
)
def test_an_ordinary_day_lies_around_the_conference_and_a_date_of_birth_may_lie_anywhere(
    page: Client, edition: Edition, category: Category, privacy: str, days: int, is_taken: bool
) -> None:
    ask(edition, "it", "date", privacy=privacy)
    start(page, category)
    assert edition.starts_on is not None
    day = edition.starts_on + timedelta(days=days)

    answer = page.post("/en/register/questions/1/", {"q_it": day.isoformat()})

    assert answer.status_code == (302 if is_taken else 200)
    assert ("Check the day and the year" in text(answer)) is not is_taken


def test_a_question_that_became_necessary_meanwhile_is_asked_before_sending(
    page: Client, edition: Edition, category: Category
) -> None:
    start(page, category)
    ask(edition, "late", is_required=True)
    response = page.post("/en/register/check/")

    assert (Registration.objects.count(), response.context["form"].errors) == (
        0,
        {"q_late": ["Answer the question “What about late?”"]},
    )


# --- files ----------------------------------------------------------------------------------------------


def stored() -> set[str]:
    folder = Path(settings.PRIVATE_MEDIA_ROOT) / "answers"
    return {path.name for path in folder.glob("*")} if folder.exists() else set()


def test_a_file_survives_a_mistake_beside_it_and_is_sent_once(
    page: Client, edition: Edition, category: Category, django_capture_on_commit_callbacks: Any
) -> None:
    ask(edition, "letter", "file", is_required=True)
    ask(edition, "why", is_required=True)
    start(page, category)
    wrong = page.post("/en/register/questions/1/", {"q_letter": picture("Lettre d’appui.png")})
    kept = PendingFile.objects.get()
    assert wrong.context["form"].errors == {"q_why": ["Answer the question “What about why?”"]}
    assert "Lettre d’appui.png" in text(wrong)
    page.post("/en/register/questions/1/", {"q_letter-kept": str(kept.key), "q_why": "Because"})
    assert "Lettre d’appui.png" in text(page.get("/en/register/check/"))
    with django_capture_on_commit_callbacks(execute=True):
        page.post("/en/register/check/")

    answer = Answer.objects.get(question__slug="letter")
    assert (answer.value, answer.file.name, PendingFile.objects.count()) == (
        "Lettre d’appui.png",
        kept.file.name,
        0,
    )
    assert answer.file.storage.exists(answer.file.name)


def test_what_is_no_document_is_refused_kindly(page: Client, edition: Edition, category: Category) -> None:
    ask(edition, "letter", "file")
    start(page, category)
    response = page.post(
        "/en/register/questions/1/", {"q_letter": SimpleUploadedFile("a.pdf", b"<script>alert(1)</script>")}
    )

    assert response.context["form"].errors == {
        "q_letter": ["This is not a PDF, JPEG or PNG that can be read. Save it as a PDF and send it again."]
    }
    assert PendingFile.objects.count() == 0


def test_nobody_uses_the_file_of_another_account(page: Client, edition: Edition, category: Category) -> None:
    ask(edition, "letter", "file")
    theirs = keep_file(upload=picture(), by=factories.user())
    start(page, category)
    page.post("/en/register/questions/1/", {"q_letter-kept": str(theirs.key)})
    page.post("/en/register/check/")

    assert (Registration.objects.count(), answered(), PendingFile.objects.get()) == (1, {}, theirs)


def test_an_optional_file_can_be_taken_out_again(page: Client, edition: Edition, category: Category) -> None:
    ask(edition, "letter", "file")
    start(page, category)
    page.post("/en/register/questions/1/", {"q_letter": picture()})
    key = str(PendingFile.objects.get().key)
    page.post("/en/register/questions/1/", {"q_letter-kept": key, "q_letter-remove": "1"})
    page.post("/en/register/check/")

    assert answered() == {}


def test_abandoned_files_go_after_two_days_and_lost_ones_are_swept(
    robin: User, django_capture_on_commit_callbacks: Any
) -> None:
    abandoned, fresh = (keep_file(upload=picture(), by=robin) for _number in range(2))
    storage = fresh.file.storage
    lost = storage.save("answers/lost.png", picture())
    now = timezone.now()
    PendingFile.objects.filter(pk=abandoned.pk).update(kept_at=now - timedelta(days=2))
    with django_capture_on_commit_callbacks(execute=True):
        assert drop_abandoned(at=now) == 1
    swept_now = sweep_files(at=now)

    assert list(PendingFile.objects.all()) == [fresh]
    assert (swept_now, storage.exists(lost)) == (0, True)  # it may be of a transaction that is not over yet
    sweep_files(at=now + timedelta(hours=7))
    assert [storage.exists(name) for name in (abandoned.file.name, fresh.file.name, lost)] == [
        False,
        True,
        False,
    ]


def test_an_account_keeps_twenty_files_of_forms_at_most(robin: User) -> None:
    first = keep_file(upload=picture(), by=robin)
    for _number in range(20):
        keep_file(upload=picture(), by=robin)

    assert (PendingFile.objects.count(), PendingFile.objects.filter(pk=first.pk).exists()) == (20, False)


def test_of_files_only_so_many_are_read_for_an_account_within_an_hour(robin: User) -> None:
    broken = SimpleUploadedFile("a.pdf", b"no document")
    codes = []
    for _number in range(62):
        with pytest.raises(ValidationError) as refusal:
            keep_file(upload=broken, by=robin)
        codes.append(refusal.value.code)

    assert codes == ["not_readable"] * 60 + ["too_often"] * 2
    assert keep_file(upload=picture(), by=factories.user()).name == "card.png"


# --- the press ------------------------------------------------------------------------------------------


def test_the_press_is_asked_for_the_medium_and_the_card(page: Client, edition: Edition) -> None:
    press = factories.category(edition, name_en="Press", is_press=True)
    assert start(page, press) == "/en/register/questions/1/"
    refused = page.post("/en/register/questions/1/", {"press_medium": "Le Soir"})
    page.post("/en/register/questions/1/", {"press_medium": "Le Soir", "press_card": picture("carte.png")})
    check = text(page.get("/en/register/check/"))
    page.post("/en/register/check/")

    assert refused.context["form"].errors == {
        "press_number": [
            (
                "Give one of these three: the number of the press card, a picture of it, "
                "or an assignment by an editorial office."
            )
        ]
    }
    assert ["Le Soir" in check, "carte.png" in check] == [True, True]
    card = PressCard.objects.get()
    assert (card.medium, card.number, bool(card.card), card.registration.status) == (
        "Le Soir",
        "",
        True,
        "submitted",
    )
    assert (card.card.storage.exists(card.card.name), PendingFile.objects.count()) == (True, 0)


# --- categories in the form -----------------------------------------------------------------------------


def test_each_category_says_how_it_stands_and_a_closed_one_cannot_be_chosen(
    page: Client, edition: Edition
) -> None:
    now = timezone.now()
    factories.category(edition, slug="open", name_en="Open")
    later = factories.category(edition, name_en="Later", opens_at=now + timedelta(days=1))
    factories.category(edition, name_en="Over", closes_at=now - timedelta(seconds=1))
    factories.category(edition, name_en="Asked", needs_approval=True)
    full = factories.category(edition, name_en="Full", quota=0)
    factories.registration(edition, category=full, status="waiting", waiting_since=now)
    factories.category(edition, name_en="Secret", is_by_invitation=True)
    page.post("/en/register/", {"who": "own"})
    shown = text(page.get("/en/register/details/"))
    refused = page.post("/en/register/details/", filled(later))

    assert [
        sentence in shown
        for sentence in (
            "Opens on ",
            "Closed since ",
            "The organisers approve it before it counts.",
            "Full: there is a waiting list, and 1 person waits.",
            "Secret",
        )
    ] == [True, True, True, True, False]
    assert shown.count(" disabled") == 2
    (sentence,) = refused.context["form"].errors["category"]
    assert sentence.startswith("Later: Opens on ")
    assert sentence.endswith(" Choose another one.")


def test_a_category_that_closes_between_form_and_sending_leaves_all_that_was_typed(
    page: Client, edition: Edition, category: Category
) -> None:
    factories.category(edition)
    start(page, category)
    category.closes_at = timezone.now()
    category.save()
    response = page.post("/en/register/check/")

    assert Registration.objects.count() == 0
    assert list(response.context["form"].errors) == ["category"]
    assert "Αντιδήμαρχος" in text(response)


def test_changing_to_the_press_asks_for_the_card_beside_what_is_changed(
    page: Client, registration: Registration
) -> None:
    press = factories.category(registration.edition, name_en="Press", is_press=True)
    ask(registration.edition, "beat", categories=[press], is_required=True)
    address = f"/en/my/registrations/{registration.pk}/change/"
    refused = page.post(address, filled(press, press_number="77"))
    done = page.post(address, filled(press, press_medium="Le Soir", press_card=picture()))  # type: ignore[arg-type]

    assert refused.context["form"].errors == {"press_medium": ["Enter the medium you work for."]}
    assert "77" in text(refused)
    registration.refresh_from_db()
    assert (registration.category, registration.press_card.medium, PendingFile.objects.count()) == (
        press,
        "Le Soir",
        0,
    )
    assert done.headers["Location"] == f"/en/my/registrations/{registration.pk}/questions/"


# --- the draft ------------------------------------------------------------------------------------------


def test_a_stranger_s_draft_holds_no_more_than_a_form_needs(client: Client, category: Category) -> None:
    client.post("/en/register/details/", dict.fromkeys(filled(category), "x" * 50000))

    kept = client.session["registration_draft"]["answers"]
    assert sum(len(value) for value in kept.values()) == 20_000
    assert client.session.get_expiry_age() <= 3 * 60 * 60


def test_who_logs_in_stays_as_long_as_everyone(client: Client, category: Category, robin: User) -> None:
    client.post("/en/register/details/", filled(category))
    client.force_login(robin)
    client.get("/en/register/details/")

    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


# --- after a booking ------------------------------------------------------------------------------------


def test_what_goes_with_a_seat_is_asked_after_the_booking(
    page: Client, registration: Registration, robin: User, bookable: Bookable
) -> None:
    session = bookable(title_en="The prison")
    boots = ask(registration.edition, "boots", session=session, is_required=True)
    before = unanswered(registration)
    booked = page.post(f"/en/my/sessions/{session.code}/", {"registration": registration.pk, "what": "book"})
    address = f"/en/my/registrations/{registration.pk}/questions/?session={session.code}"
    shown = text(page.get(address))
    after = unanswered(registration, session=session)
    sent = page.post(
        f"/en/my/registrations/{registration.pk}/questions/1/?session={session.code}", {"q_boots": "43"}
    )

    assert booked.headers["Location"] == address
    assert (before, after, unanswered(registration, session=session)) == ([], [boots], [])
    assert "The prison" in shown
    assert (sent.headers["Location"], answered()) == (f"/en/my/sessions/{session.code}/", {"boots": "43"})
