from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from declarations.actions import SignedTooLate
from declarations.documents import language_name
from declarations.forms import TEXT, SignatureForm
from declarations.models import Signatory, TextVersion
from efus_conference.writing import without_control_characters


def look_as_in_the_admin(form: forms.Form) -> None:
    """Gives the fields of an office's form the widgets of the admin."""
    for name, field in form.fields.items():
        if isinstance(field, forms.FileField):
            field.widget = UnfoldAdminFileFieldWidget(attrs=field.widget.attrs)
        elif isinstance(field, forms.DateField):
            # A plain input of the browser's: no script of the admin's calendar is needed here.
            field.widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
        elif name == "basis":
            field.widget = UnfoldAdminRadioSelectWidget(choices=field.choices)  # type: ignore[attr-defined]
        elif isinstance(field.widget, forms.TextInput):
            field.widget = UnfoldAdminTextInputWidget(attrs=field.widget.attrs)


class SignatoryField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Signatory) -> str:
        return f"{obj.declaration} · {obj.organisation}"


class PaperForm(SignatureForm):
    """What an office sent on paper, typed in by an officer."""

    signatory = SignatoryField(
        label=_("Signatory"),
        queryset=Signatory.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"required": _("Choose the signatory.")},
    )
    language = forms.ChoiceField(
        label=_("Language of the text that was signed"),
        help_text=_("As on the page that was sent. Leave it open where the page does not say."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    arrived = forms.CharField(
        label=_("How and when it arrived"),
        help_text=_("For example “By post, on 3 May”. Only organisers read it."),
        max_length=500,
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Write how and when it arrived.")},
    )
    field_order = ["signatory", "language", "arrived"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, published_on=None, **kwargs)
        signatories = Signatory.objects.that_may_sign().select_related("declaration", "organisation")
        self.fields["signatory"].queryset = signatories  # type: ignore[attr-defined]
        texts = TextVersion.objects.filter(declaration__in=signatories.values("declaration"))
        codes = texts.order_by("language").values_list("language", flat=True).distinct()
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((code, language_name(code)) for code in codes),
        ]
        look_as_in_the_admin(self)

    def clean_signatory(self) -> Signatory:
        signatory: Signatory = self.cleaned_data["signatory"]
        published_at = signatory.declaration.published_at
        self.published_on = timezone.localdate(published_at) if published_at else None
        return signatory

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        signatory, day = given.get("signatory"), given.get("signed_on")
        if signatory is None:
            return given
        declaration = signatory.declaration
        texts = set(declaration.texts.values_list("language", flat=True))
        if given.get("language") and given["language"] not in texts:
            self.add_error("language", _("There is no text of this declaration in that language."))
        until = declaration.signatures_until
        # The moment itself is over: midnight ends the day before.
        if day and until and day > timezone.localdate(until - timedelta(microseconds=1)):
            self.add_error("signed_on", SignedTooLate.message)
        return given
