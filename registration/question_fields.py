"""How a question becomes a field of a form, and an answer words on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from efus_conference.moments import plausible
from efus_conference.templatetags.dates import in_full
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks
from registration.models import Question

Kind = Question.Kind
PREFIX = "q_"
AROUND = timedelta(days=180)  # before and after the edition
LONGEST_TEXT = 2000  # characters, as the column says
# In the place of a file's key: the one that was sent with the registration stays.
STAYS = "stays"
ACCEPTED = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"


def field_name(question: Question) -> str:
    return f"{PREFIX}{question.slug}"


def field_for(
    question: Question, *, files: Mapping[str, str], problem: ValidationError | None, is_hidden: bool = False
) -> forms.Field:
    """The field that asks it. `files` are the names of the files that may be meant, by their keys.

    `problem` is what was wrong with a file that was just sent. With `is_hidden` there is an answer that this
    reader may replace and not read.
    """
    common: dict[str, Any] = {
        "label": question.text,
        "help_text": _hint(question, is_hidden=is_hidden),
        "required": question.is_required and not is_hidden,
    }
    messages = {
        "required": _("Answer the question “%(question)s”") % {"question": question.text},
        "invalid_choice": _("Choose one of the answers to “%(question)s”.") % {"question": question.text},
    }
    nothing = [] if common["required"] else [("", _("No answer"))]
    match question.kind:
        case Kind.CHOICE:
            choices = [(choice.slug, choice.text) for choice in question.choices.all()]
            return forms.ChoiceField(
                choices=[*choices, *nothing], widget=forms.RadioSelect, error_messages=messages, **common
            )
        case Kind.YES_NO:
            choices = [("yes", _("Yes")), ("no", _("No"))]
            return forms.ChoiceField(
                choices=[*choices, *nothing], widget=forms.RadioSelect, error_messages=messages, **common
            )
        case Kind.DATE:
            invalid = _("Enter a day that exists, such as 2027-05-21.")
            span = days_asked(question)
            bounds = {"min": span[0].isoformat(), "max": span[1].isoformat()} if span else {}
            return forms.DateField(
                validators=[_Within(*span) if span else plausible],
                widget=forms.DateInput(attrs={"type": "date", **bounds}, format="%Y-%m-%d"),
                error_messages={**messages, "invalid": invalid},
                **common,
            )
        case Kind.FILE:
            return KeptFileField(files=files, problem=problem, error_messages=messages, **common)
    return forms.CharField(
        max_length=LONGEST_TEXT,
        validators=[only_line_breaks],
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            **messages,
            "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
            "null_characters_not_allowed": NOT_PRINTABLE,
        },
        **common,
    )


def days_asked(question: Question) -> tuple[date, date] | None:
    """The first and last day an ordinary question can be meant to be answered with: one of a journey, say.

    None for one that is personal or sensitive, which may ask for a date of birth, and while the edition has no days.
    """
    edition = question.edition
    if question.privacy != Question.Privacy.ORDINARY or edition.starts_on is None or edition.ends_on is None:
        return None
    return edition.starts_on - AROUND, edition.ends_on + AROUND


@dataclass(frozen=True)
class _Within:
    first: date
    last: date

    def __call__(self, day: date) -> None:
        plausible(day)
        if not self.first <= day <= self.last:
            raise ValidationError(
                _("Check the day and the year: it is to lie between %(first)s and %(last)s.")
                % {"first": in_full(self.first), "last": in_full(self.last)},
                code="around",
            )


def _hint(question: Question, *, is_hidden: bool) -> str:
    """The field's hint is printed as it is, and these are an organiser's words."""
    hints = [question.hint] if question.hint else []
    if question.kind == Kind.FILE:
        hints.append(_("A PDF, JPEG or PNG of at most 10 MB."))
    if is_hidden:
        hints.append(_("It was answered; only its person reads the answer. Fill this in only to replace it."))
    return str(conditional_escape(" ".join(hints)))


def as_value(question: Question, cleaned: Any) -> str:
    """What a form made of it, as an answer holds it."""
    return cleaned.isoformat() if isinstance(cleaned, date) else str(cleaned or "")


def in_words(question: Question, value: str) -> str:
    """The answer as it is read; its choices have been read with the question."""
    match question.kind:
        case Kind.YES_NO:
            return {"yes": _("Yes"), "no": _("No")}.get(value, value)
        case Kind.CHOICE:
            return next((choice.text for choice in question.choices.all() if choice.slug == value), value)
        case Kind.DATE:
            try:
                return in_full(date.fromisoformat(value))
            except ValueError:
                return value
    return value


class KeptFileInput(forms.Widget):
    """A file that is kept as soon as it was sent, so that a mistake beside it does not lose it.

    The value is the file's key. Where it is posted, `registration.views.typed` has put the key in its place.
    """

    needs_multipart_form = True
    names: Mapping[str, str] = {}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        key = str(value or "")
        kept = key if key in self.names else ""
        context = {
            "name": name,
            "attrs": self.build_attrs(self.attrs, attrs),
            "key": kept,
            "kept": self.names.get(kept, ""),
            "may_remove": bool(kept) and not self.is_required,
            "accept": ACCEPTED,
        }
        return render_to_string("registration/_kept_file.html", context)

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class KeptFileField(forms.Field):
    """Gives the key of the file, or `STAYS`, or nothing."""

    widget = KeptFileInput
    names: Mapping[str, str]
    problem: ValidationError | None

    def __init__(self, *, files: Mapping[str, str], problem: ValidationError | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        assert isinstance(self.widget, KeptFileInput)
        self.names = self.widget.names = files
        self.problem = problem

    def clean(self, value: Any) -> str:
        if self.problem is not None:
            raise self.problem
        return str(super().clean(value if value in self.names else "") or "")
