"""A page of an edition's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.forms import has_letter_or_digit, line
from registration.models import PendingFile, Question
from registration.question_fields import STAYS, KeptFileField, as_value, field_for, field_name

PRESS = ("press_medium", "press_number", "press_card")


class QuestionsForm(forms.Form):
    """One part of the questions; for the press, the first part also asks for whom a journalist works.

    `data` is what `registration.views.typed` made of a posted page, or what a draft kept: texts by field name.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        questions: Sequence[Question],
        with_press: bool = False,
        files: Mapping[str, str] | None = None,
        stays: Mapping[str, str] | None = None,
        problems: Mapping[str, ValidationError] | None = None,
        hidden: Iterable[str] = (),
        initial: Mapping[str, str] | None = None,
        action: str = "",
        button: str = "",
    ) -> None:
        """`files` are names by keys, `stays` those of files that were sent with the registration, by field.

        `hidden` names the questions whose answer its reader may not read.
        """
        super().__init__(data=dict(data) if data is not None else None, initial=dict(initial or {}))
        self.questions = questions
        self.with_press = with_press
        files, problems, self.hidden = files or {}, problems or {}, set(hidden)

        def may_be(name: str) -> dict[str, str]:
            return {**files, STAYS: stays[name]} if stays and name in stays else dict(files)

        if with_press:
            self.fields.update(press_fields(may_be("press_card"), problems.get("press_card")))
        for question in questions:
            name = field_name(question)
            self.fields[name] = field_for(
                question,
                files=may_be(name),
                problem=problems.get(name),
                is_hidden=question.slug in self.hidden,
            )
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.form_action = action
        self.helper.layout = Layout(*self._fieldsets())
        self.helper.add_input(Submit("continue", button or _("Continue")))

    def _fieldsets(self) -> list[Fieldset]:
        press = [Fieldset(_("Your work as a journalist"), *press_parts())] if self.with_press else []
        names = [field_name(question) for question in self.questions]
        title = _("Questions of this edition") if press else ""
        return [*press, *([Fieldset(title, *names)] if names else [])]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.with_press:
            check_press(self)
        return cleaned

    @property
    def answers(self) -> dict[str, str]:
        """By the questions' slugs, as they are saved; after `is_valid`. An unseen answer is replaced, not deleted."""
        answers = {
            question.slug: as_value(question, self.cleaned_data[field_name(question)])
            for question in self.questions
        }
        return {slug: value for slug, value in answers.items() if value or slug not in self.hidden}

    @property
    def press(self) -> dict[str, str] | None:
        """What is saved of the press card; None where it was not asked."""
        if not self.with_press:
            return None
        return {name.removeprefix("press_"): str(self.cleaned_data[name] or "") for name in PRESS}


def press_parts() -> list[str | Fieldset]:
    """The fields as a form lays them out: of the three proofs one is enough."""
    medium, *proofs = PRESS
    return [medium, Fieldset(_("Press card or assignment: one of these three"), *proofs)]


def press_fields(
    files: Mapping[str, str], problem: ValidationError | None, *, is_needed: bool = True
) -> dict[str, forms.Field]:
    return {
        "press_medium": line(
            gettext_lazy("Medium you work for"),
            longest=200,
            missing=gettext_lazy("Enter the medium you work for.") if is_needed else None,
            hint=gettext_lazy("A newspaper, a broadcaster, an agency; for yourself, write “freelance”."),
            checks=(has_letter_or_digit,),
        ),
        "press_number": line(
            gettext_lazy("Number of the press card"),
            longest=60,
            hint=gettext_lazy("Or add a file below: a picture of the card, or your assignment."),
            checks=(has_letter_or_digit,),
        ),
        "press_card": KeptFileField(
            label=_("Picture of the press card, or assignment by an editorial office"),
            help_text=_(
                "Without a press card, a letter by which an editorial office sends you is enough. "
                "A PDF, JPEG or PNG of at most 10 MB. Only the press office sees it."
            ),
            required=False,
            files=files,
            problem=problem,
        ),
    }


def check_press(form: forms.Form) -> None:
    """The number, a picture or an assignment; where either is wrong already, that is said and enough."""
    wrong = {"press_number", "press_card"} & set(form.errors)
    if not wrong and not (form.cleaned_data["press_number"] or form.cleaned_data["press_card"]):
        sentence = _(
            "Give one of these three: the number of the press card, a picture of it, "
            "or an assignment by an editorial office."
        )
        form.add_error("press_number", ValidationError(sentence, code="needed"))


def names_of(files: Mapping[str, PendingFile]) -> dict[str, str]:
    return {key: file.name for key, file in files.items()}
