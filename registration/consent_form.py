"""A box to tick for each text one agrees to; none is ticked beforehand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from registration.consents import language_shown
from registration.models import ConsentText

PREFIX = "agree_"


@dataclass(frozen=True)
class Line:
    """One text, the language its words are in, and its box."""

    text: ConsentText
    language: str
    box: forms.BoundField


class ConsentForm(forms.Form):
    """The boxes of `texts`; what is posted for any other, older words say, ticks nothing."""

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        texts: Sequence[ConsentText],
        ticked: Collection[str] = (),
    ) -> None:
        """`ticked` are the names of boxes that its reader has ticked before: an earlier try was not sent."""
        super().__init__(data, initial=dict.fromkeys(ticked, True))
        self.texts = texts
        for text in texts:
            purpose = text.get_purpose_display()
            label = _("I have read this: %(purpose)s") if text.is_required else _("I agree: %(purpose)s")
            needed = _("Read “%(purpose)s” and tick its box: nobody registers without it.")
            self.fields[name_of(text)] = forms.BooleanField(
                label=label % {"purpose": purpose},
                required=text.is_required,
                error_messages={"required": needed % {"purpose": purpose}},
            )

    def lines(self) -> Iterator[Line]:
        for text in self.texts:
            yield Line(text, language_shown(text), self[name_of(text)])

    @property
    def agreed(self) -> list[ConsentText]:
        """The texts whose boxes are ticked; after `is_valid`."""
        return [text for text in self.texts if self.cleaned_data[name_of(text)]]


def name_of(text: ConsentText) -> str:
    return f"{PREFIX}{text.pk}"


def ticked_in(posted: Mapping[str, object]) -> list[str]:
    """The names of the boxes that a posted form has ticked, whichever texts they are of."""
    return [name for name in posted if name.startswith(PREFIX) and name.removeprefix(PREFIX).isdecimal()][:20]
