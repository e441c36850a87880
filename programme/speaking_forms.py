"""The forms behind a speaker's link. Errors name what to do, and what was typed stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from efus_conference.uploads import SLIDES
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_control_characters
from programme.file_fields import MaterialField, PortraitField
from programme.models import Appearance, Speaker
from programme.speaking import AskedSession

FUNCTION_MAX = 250
BIOGRAPHY_MAX = 1500
NOTE_MAX = 1000
TEXT: dict[str, Any] = {
    "max_length": ngettext_lazy(
        "This is %(show_value)d character long. Shorten it to %(limit_value)d.",
        "This is %(show_value)d characters long. Shorten it to %(limit_value)d.",
        "show_value",
    ),
    "null_characters_not_allowed": NOT_PRINTABLE,
}
LATER = "later"
ANSWERS = [
    (Appearance.Answer.ACCEPTED.value, _("Yes, I accept")),
    (Appearance.Answer.DECLINED.value, _("No, I decline")),
    (LATER, _("I will say later")),
]


class WholeText(forms.CharField):
    """Browsers cut off what is longer than a `maxlength` without a word; ours is refused with one, and kept."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class PlainText(WholeText):
    """Several lines of plain text; the ends of lines count one character each, as people count them."""

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, validators=[only_line_breaks], error_messages=TEXT, **kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class SessionsForm(forms.Form):
    """Accept or decline, session by session; one may answer some now and others later."""

    def __init__(self, *args: Any, sessions: Sequence[AskedSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = [one for one in sessions if not one.is_cancelled]
        for one in self.sessions:
            answer, note = names_of(one)
            self.fields[answer] = forms.ChoiceField(
                label=_("Do you accept?"),
                choices=ANSWERS,
                widget=forms.RadioSelect,
                initial=one.appearance.answer if one.is_answered else LATER,
                error_messages={
                    "required": _("Choose whether you accept."),
                    "invalid_choice": _("Choose whether you accept."),
                },
            )
            self.fields[note] = PlainText(
                label=_("Note to the organisers"),
                help_text=_("For example what should be corrected, or who could come in your place."),
                rows=2,
                max_length=NOTE_MAX,
                required=False,
                initial=one.appearance.answer_note,
            )

    @property
    def rows(self) -> list[tuple[AskedSession, forms.BoundField, forms.BoundField]]:
        return [(one, *(self[name] for name in names_of(one))) for one in self.sessions]  # type: ignore[misc]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for one in self.sessions:
            answer, note = names_of(one)
            if given.get(note) and given.get(answer) == LATER:
                self.add_error(answer, _("Choose whether you accept or decline: your note goes with it."))
        return given

    @property
    def answers(self) -> dict[int, tuple[str, str]]:
        given = {one.appearance.pk: names_of(one) for one in self.sessions}
        return {
            pk: (self.cleaned_data[answer], self.cleaned_data[note])
            for pk, (answer, note) in given.items()
            if self.cleaned_data[answer] != LATER
        }


def names_of(one: AskedSession) -> tuple[str, str]:
    return f"answer-{one.appearance.pk}", f"note-{one.appearance.pk}"


class TextsForm(forms.Form):
    """Function and biography in each language of the site; any may be empty."""

    def __init__(self, *args: Any, speaker: Speaker, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            self.fields[f"function_{code}"] = WholeText(
                label=_("Function"),
                help_text=_("For example “Deputy mayor for prevention, Liège”."),
                max_length=FUNCTION_MAX,
                required=False,
                initial=getattr(speaker, f"function_{code}"),
                validators=[without_control_characters],
                error_messages=TEXT,
                widget=forms.TextInput(attrs={"lang": code}),
            )
            self.fields[f"biography_{code}"] = PlainText(
                label=_("Biography"),
                help_text=_("A few sentences of plain text, at most 1,500 characters."),
                rows=6,
                max_length=BIOGRAPHY_MAX,
                required=False,
                initial=getattr(speaker, f"biography_{code}"),
            )
            self.fields[f"biography_{code}"].widget.attrs["lang"] = code

    @property
    def by_language(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        return [
            (code, name, [self[f"function_{code}"], self[f"biography_{code}"]])
            for code, name in settings.LANGUAGES
        ]


class PortraitForm(forms.Form):
    portrait = PortraitField(
        label=_("Picture"),
        help_text=_(
            "JPEG, PNG, WebP or AVIF, at most 10 MB, at least 144 by 144 pixels. We cut it to a square, make it "
            "anew and keep nothing of what your camera noted in it."
        ),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        error_messages={
            "required": _("Choose a picture."),
            "empty": _("This file is empty. Choose another one."),
        },
    )


class SlidesForm(forms.Form):
    session = forms.ChoiceField(
        label=_("Session"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose the session."),
            "invalid_choice": _("Choose one of your sessions."),
        },
    )
    title = WholeText(
        label=_("Title"),
        help_text=_("As readers will see it, for example “How night mediators work”."),
        max_length=200,
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Enter a title.")},
    )
    slides_language = forms.ChoiceField(
        label=_("Language of the slides"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the languages.")},
    )
    file = MaterialField(
        allowed=SLIDES,
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.pptx,.odp"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def __init__(self, *args: Any, sessions: Sequence[AskedSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, language = self.fields["session"], self.fields["slides_language"]
        assert isinstance(session, forms.ChoiceField)
        assert isinstance(language, forms.ChoiceField)
        # Someone may have two roles in one session.
        offered = {str(one.appearance.session_id): one.title for one in sessions if not one.is_cancelled}
        session.choices = list(offered.items())
        if len(offered) == 1:
            session.initial = next(iter(offered))
        language.choices = [("", _("Another language")), *settings.LANGUAGES]
        self.fields["file"].help_text = _(
            "A PDF, PPTX or ODP file, at most %(megabytes)d MB, without macros."
        ) % {"megabytes": settings.MATERIALS_MAX_BYTES // (1024 * 1024)}
