"""The pages of questions of someone who is registering, made of what their draft holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from efus_conference.models import Edition, User
from registration.actions import PressDetails, save_answers, save_press_card
from registration.asking import Asking, questions_of
from registration.models import Category, PendingFile, Registration
from registration.question_fields import field_name, in_words
from registration.question_forms import QuestionsForm, names_of
from registration.requests import reader
from registration.views.drafts import Draft
from registration.views.typed import typed


@dataclass(frozen=True)
class Line:
    """One question and its answer in words, and where it is changed."""

    question: str
    answer: str
    url: str


@dataclass(frozen=True)
class Page:
    number: int
    form: QuestionsForm
    files: dict[str, str]

    def lines(self) -> list[Line]:
        """Of a form that is valid."""
        form, address = self.form, reverse("registration:register_questions", args=[self.number])
        asked = {field_name(question): question for question in form.questions}
        lines = []
        for name, field in form.fields.items():
            value = form.answers.get(asked[name].slug, "") if name in asked else form.cleaned_data[name]
            words = self.files.get(value) or (in_words(asked[name], value) if name in asked else value)
            # Of several choices the first can be jumped to.
            target = form[name].id_for_label or f"{form[name].auto_id}_0"
            lines.append(Line(str(field.label), words, f"{address}#{target}"))
        return lines


def asking_in(edition: Edition, category: Category) -> Asking:
    return Asking(questions_of(edition), category_id=category.pk)


def draft_part(
    request: HttpRequest, draft: Draft, asking: Asking, category: Category, number: int
) -> QuestionsForm | None:
    """The form of one page, as it was posted, or filled with what the draft holds; None where it asks nothing."""
    asked = asking.part(number, draft.values(asking))
    with_press = category.is_press and number == 1
    if not asked and not with_press:
        return None
    problems: dict[str, ValidationError] = {}
    if request.method == "POST":
        posted, problems = typed(request, asked, with_press=with_press)
        draft.take_answers(posted)
        draft.keep(request)
    files = PendingFile.objects.named(draft.asked.values(), user=reader(request))
    return QuestionsForm(
        draft.asked if request.method == "POST" else None,
        initial=draft.asked,
        questions=asked,
        with_press=with_press,
        files=names_of(files),
        problems=problems,
        action=reverse("registration:register_questions", args=[number]),
    )


def draft_pages(request: HttpRequest, draft: Draft, edition: Edition, category: Category) -> list[Page]:
    """All pages that ask something, filled with what the draft holds, to be checked again."""
    asking = asking_in(edition, category)
    values = draft.values(asking)
    files = names_of(PendingFile.objects.named(draft.asked.values(), user=reader(request)))
    pages = []
    for number in range(1, max(len(asking.parts), 1) + 1):
        asked, with_press = asking.part(number, values), category.is_press and number == 1
        if asked or with_press:
            form = QuestionsForm(
                draft.asked,
                questions=asked,
                with_press=with_press,
                files=files,
                action=reverse("registration:register_questions", args=[number]),
            )
            pages.append(Page(number, form, files))
    return pages


def press_details(pages: list[QuestionsForm], *, by: User) -> PressDetails | None:
    """What a journalist told on valid pages, as registering takes it."""
    press = next((page.press for page in pages if page.press is not None), None)
    if press is None:
        return None
    pending = PendingFile.objects.named([press["card"]], user=by).get(press["card"])
    return PressDetails(press["medium"], press["number"], pending.file if pending else None)


def save_pages(registration: Registration, pages: list[QuestionsForm], *, by: User) -> None:
    """What valid pages of questions say; the caller holds the transaction."""
    answers = {slug: value for page in pages for slug, value in page.answers.items()}
    if answers:
        save_answers(registration=registration, answers=answers, by=by)
    for page in pages:
        if page.press is not None:
            save_press_card(registration=registration, by=by, **page.press)
