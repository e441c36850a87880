"""What officers type in before and during the signing on stage."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from declarations.actions import Signer, Substitute
from declarations.admin.paper import look_as_in_the_admin
from declarations.forms import TEXT, DocumentField, SignatureForm
from declarations.models import Ceremony, Signatory, Signature, StageSigning
from efus_conference.writing import only_line_breaks, without_control_characters

MANDATE = ("body", "decided_on", "reference", "ratify_until")
NAMES = ("signer_name", "signer_office", "substitute_name", "substitute_office", "basis", *MANDATE)


class OfficeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Signatory) -> str:
        return (
            f"{obj.organisation} ({obj.organisation.country_name})" if obj.organisation.country else str(obj)
        )


class SignerForm(SignatureForm):
    """Who is to sign, and by what right; the signed page itself comes from the stage."""

    signatory = OfficeField(
        label=_("Signatory"),
        queryset=Signatory.objects.none(),
        widget=UnfoldAdminSelectWidget(),
        error_messages={
            "required": _("Choose the signatory."),
            "invalid_choice": _("Choose one of the signatories that are offered."),
        },
    )
    precedence = forms.IntegerField(
        label=_("Precedence"),
        min_value=0,
        max_value=32767,
        help_text=_("Who has the lower number stands before; alike, by country, then by name."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("Give a number, for example 100."),
            "invalid": _("Give the precedence as a whole number, for example 100."),
        },
    )
    substitute_name = forms.CharField(
        label=_("Who may sign instead"),
        help_text=_(
            "A substitute who is named beforehand is recorded without typing. Leave it open where there is none."
        ),
        max_length=200,
        required=False,
        validators=[without_control_characters],
        error_messages=TEXT,
    )
    substitute_office = forms.CharField(
        label=_("In what office, instead"),
        max_length=200,
        required=False,
        validators=[without_control_characters],
        error_messages=TEXT,
    )
    field_order = [
        "signatory",
        "precedence",
        "signer_name",
        "signer_office",
        "substitute_name",
        "substitute_office",
    ]

    def __init__(
        self, *args: Any, ceremony: Ceremony, signing: StageSigning | None = None, **kwargs: Any
    ) -> None:
        if signing is not None:
            given = {name: getattr(signing, name) for name in (*NAMES, "precedence")}
            kwargs.setdefault("initial", given)
        else:
            kwargs.setdefault("initial", {"precedence": 100})
        super().__init__(*args, published_on=None, **kwargs)
        for name in ("signed_on", "signed_page", "decision"):
            del self.fields[name]
        if signing is not None:
            del self.fields["signatory"]
        else:
            there = StageSigning.objects.filter(ceremony=ceremony).values("signatory")
            signed = Signature.objects.active().values("signatory")
            able = Signatory.objects.filter(declaration=ceremony.declaration_id)
            able = able.exclude(pk__in=there).exclude(pk__in=signed).select_related("organisation")
            self.fields["signatory"].queryset = able  # type: ignore[attr-defined]
        self.fields["signer_name"].label = _("Who is to sign")
        self.fields["signer_office"].label = _("In what office")
        look_as_in_the_admin(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if bool(given.get("substitute_name")) != bool(given.get("substitute_office")):
            lacks = "substitute_office" if given.get("substitute_name") else "substitute_name"
            self.add_error(lacks, _("Give both the name and the office of a substitute, or neither."))
        return given

    @property
    def signer(self) -> Signer:
        """What was entered, without what the chosen basis has no place for."""
        given = self.cleaned_data
        answers = self.answers_of_the_mandate
        return Signer(
            signer_name=given["signer_name"],
            signer_office=given["signer_office"],
            substitute_name=given["substitute_name"],
            substitute_office=given["substitute_office"],
            **answers,
        )

    @property
    def answers_of_the_mandate(self) -> dict[str, Any]:
        # `answers` is about a signature that was given; a day is no part of what is used of it.
        self.cleaned_data.setdefault("signed_on", None)
        answers = self.answers
        return {name: getattr(answers, name) for name in ("basis", *MANDATE)}


class SignedForm(forms.Form):
    """When somebody signed, in hours and minutes of the place; empty for just now."""

    time = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _("Give the time in hours and minutes, for example 16:42.")},
    )

    def signed_at(self) -> datetime | None:
        """The last time that the clock showed this; None where nothing was given."""
        given: time | None = self.cleaned_data["time"]
        if given is None:
            return None
        now = timezone.localtime()
        moment = timezone.make_aware(datetime.combine(now.date(), given))
        # After midnight, what was signed before it.
        return moment if moment <= now or given.hour < 12 else moment - timedelta(days=1)


class SubstituteForm(SignedForm):
    name = forms.CharField(
        label=_("Who signed instead"),
        max_length=200,
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Enter the name of who signed instead.")},
    )
    office = forms.CharField(
        label=_("In what office"),
        max_length=200,
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Enter the office of who signed instead.")},
    )

    @property
    def substitute(self) -> Substitute:
        return Substitute(name=self.cleaned_data["name"], office=self.cleaned_data["office"])


class ScanForm(forms.Form):
    file = DocumentField(
        label=_("Scan or photograph of the signed page"),
        help_text=_("PDF, JPEG or PNG, at most 10 MB."),
        error_messages={
            "required": _("Choose the scan, or take a photograph of the page."),
            "empty": _("The file is empty. Choose another one."),
        },
    )

    def __init__(self, *args: Any, sender: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].sender = sender  # type: ignore[attr-defined]


class BackForm(forms.Form):
    """Why something goes back to the operator, or is undone."""

    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=1000,
        validators=[only_line_breaks],
        error_messages=TEXT,
    )


class SendBackForm(BackForm):
    """The second officer says why: the operator has to know what was wrong."""

    note = forms.CharField(
        label=_("Why"),
        max_length=1000,
        validators=[only_line_breaks],
        error_messages={**TEXT, "required": _("Say in a word why it goes back: the operator reads it.")},
    )
