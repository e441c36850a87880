"""Why something ends, as a person or an organiser writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from efus_conference.writing import NOT_PRINTABLE, only_line_breaks


class ReasonForm(forms.Form):
    """A short reason, optional unless `is_needed` says what to enter."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[only_line_breaks],
        error_messages={
            "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
            "null_characters_not_allowed": NOT_PRINTABLE,
            "required": _("Give the reason: the person reads it."),
        },
    )

    def __init__(self, *args: Any, is_needed: bool = False, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = is_needed
        self.fields["reason"].help_text = hint
