from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from declarations.actions import Answers, SentFile
from declarations.models import Evidence, Mandate, Signature
from declarations.sent_files import one_at_a_time
from efus_conference.uploads import check_document
from efus_conference.writing import NOT_PRINTABLE, only_line_breaks, without_control_characters

DATE = {"type": "date"}
TEXT: dict[str, Any] = {
    "max_length": _("This is %(show_value)d characters long. Shorten it to %(limit_value)d."),
    "null_characters_not_allowed": NOT_PRINTABLE,
}


class DocumentField(forms.FileField):
    """A PDF, JPEG or PNG of at most 10 MB, judged by its content; gives a `SentFile`.

    `sender`: whose files are counted, or "".
    """

    sender = ""
    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"})

    def clean(self, data: Any, initial: Any = None) -> SentFile | None:
        upload: UploadedFile | Evidence | None = super().clean(data, initial)
        if not upload or isinstance(upload, Evidence):
            return None  # what was sent before is kept
        name = "".join(letter for letter in (upload.name or "") if letter.isprintable())[-200:]
        with one_at_a_time(self.sender):
            return SentFile(name=name or "file", document=check_document(upload))


class ConditionalCharField(forms.CharField):
    """Asked for by one answer to another question and not by the next: neither optional nor always needed."""

    is_conditional = True


class ConditionalDateField(forms.DateField):
    is_conditional = True


class SignatureForm(forms.Form):
    """Who signed, in what office, on which day, by which mandate, and the signed page.

    `already` holds what was uploaded before, by kind: it need not be sent again. `sender` is whose files are counted.
    """

    KINDS = (Evidence.Kind.SIGNED_PAGE, Evidence.Kind.DECISION)

    signer_name = forms.CharField(
        label=_("Name of the person who signed"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Enter the name of the person who signed.")},
    )
    signer_office = forms.CharField(
        label=_("Office in which they signed"),
        help_text=_("For example “Mayor of Liège”. It is shown in the register as you write it."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[without_control_characters],
        error_messages={**TEXT, "required": _("Enter the office in which they signed.")},
    )
    signed_on = forms.DateField(
        label=_("Day of the signature"),
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages={
            "required": _("Enter the day of the signature."),
            "invalid": _("Enter the day of the signature as a date."),
        },
    )
    basis = forms.ChoiceField(
        label=_("What gave them the right to sign?"),
        choices=Mandate.Basis,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what gave them the right to sign.")},
    )
    body = ConditionalCharField(
        label=_("Body that decided, or will ratify"),
        help_text=_("For a decision or a ratification: for example “City council of Riga”."),
        max_length=200,
        required=False,
        validators=[without_control_characters],
        error_messages=TEXT,
    )
    decided_on = ConditionalDateField(
        label=_("Day of the decision"),
        help_text=_("For a decision of the executive or the council."),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the day of the decision as a date.")},
    )
    reference = forms.CharField(
        label=_("Reference of the decision"),
        max_length=120,
        required=False,
        validators=[without_control_characters],
        error_messages=TEXT,
    )
    ratify_until = ConditionalDateField(
        label=_("To be ratified until"),
        help_text=_("Where the signature is subject to ratification."),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the day until which it is to be ratified as a date.")},
    )
    signed_page = DocumentField(
        label=_("The signed page"),
        help_text=_("A scan or photograph as PDF, JPEG or PNG, at most 10 MB."),
        error_messages={
            "required": _("Add the signed page."),
            "empty": _("The file of the signed page is empty. Choose another one."),
        },
    )
    decision = DocumentField(
        label=_("The decision"),
        help_text=_("The decision that gave the mandate, if you have it: PDF, JPEG or PNG, at most 10 MB."),
        required=False,
        error_messages={"empty": _("The file of the decision is empty. Choose another one.")},
    )

    def __init__(
        self,
        *args: Any,
        published_on: date | None,
        already: Mapping[str, Evidence] | None = None,
        sender: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DocumentField):
                field.sender = sender
        self.published_on = published_on
        self.show_kept(already or {})

    def show_kept(self, already: Mapping[str, Evidence]) -> None:
        """Says beside its field that a file was kept, and asks for it no more."""
        for kind, evidence in already.items():
            field = self.fields[kind]
            # No less needed than before: it is there.
            self.initial[kind] = self[kind].initial = evidence
            # The hint is printed as it is, and the name is the sender's.
            field.help_text = conditional_escape(
                gettext("We have this file: %(name)s (%(size)s). Choose another one only to replace it.")
                % {"name": evidence.name, "size": filesizeformat(evidence.size)}
            )
            # Once the answers were judged, the field on the page has its hint already.
            self[kind].help_text = field.help_text

    def clean_signed_on(self) -> date:
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(
                _("The day of the signature is in the future. Enter a day up to today.")
            )
        if self.published_on and day < self.published_on:
            raise forms.ValidationError(
                _(
                    "The text was published on %(day)s, and cannot have been signed before. "
                    "Check the day of the signature."
                ),
                params={"day": date_format(self.published_on, "DATE_FORMAT")},
            )
        return day

    def clean_decided_on(self) -> date | None:
        day: date | None = self.cleaned_data["decided_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(
                _("The day of the decision is in the future. Enter a day up to today.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        basis = given.get("basis")
        if basis in (Mandate.Basis.EXECUTIVE, Mandate.Basis.COUNCIL):
            self._needs("body", _("Enter the body that decided."))
            self._needs("decided_on", _("Enter the day of the decision."))
        elif basis == Mandate.Basis.RATIFICATION:
            self._needs("body", _("Enter the body that will ratify."))
            self._needs("ratify_until", _("Enter the day until which it is to be ratified."))
            until, signed = given.get("ratify_until"), given.get("signed_on")
            if until and signed and until < signed:
                self.add_error(
                    "ratify_until", _("The ratification is due before the signature. Check both days.")
                )
        return given

    def _needs(self, name: str, message: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

    @property
    def answers(self) -> Answers:
        """What was entered, without what the chosen basis has no place for."""
        given = self.cleaned_data
        basis = given["basis"]
        is_decided = basis in (Mandate.Basis.EXECUTIVE, Mandate.Basis.COUNCIL)
        is_own = basis == Mandate.Basis.OWN_COMPETENCE
        return Answers(
            signer_name=given["signer_name"],
            signer_office=given["signer_office"],
            signed_on=given["signed_on"],
            basis=basis,
            body="" if is_own else given["body"],
            decided_on=given["decided_on"] if is_decided else None,
            reference=given["reference"] if is_decided else "",
            ratify_until=given["ratify_until"] if basis == Mandate.Basis.RATIFICATION else None,
        )

    @property
    def sent(self) -> dict[str, SentFile]:
        """The files that are sound, also where another answer is not."""
        given = getattr(self, "cleaned_data", {})
        return {kind: given[kind] for kind in self.KINDS if given.get(kind)}


class CodeForm(forms.Form):
    """The six digits that were mailed; spaces and the like between them do no harm."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six digits, from the mail."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-input"}
        ),
        error_messages={**TEXT, "required": _("Type the code from the mail.")},
    )


class MeaningForm(forms.Form):
    """That who records has read what signing means, and may record for this organisation.

    `is_shown` is what the page says of records that are not checked yet; the form comes back with what it said.
    """

    informed = forms.BooleanField(
        error_messages={"required": _("Tick this once you have read the page and may record the signature.")}
    )

    def __init__(self, *args: Any, name: str, is_shown: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("shown") != ("yes" if is_shown else "no"):
            # Whatever was ticked was ticked below another sentence.
            self.data = {}
            self.fields["informed"].error_messages["required"] = _(
                "What becomes public was changed while you read this page. Read it again before you tick this."
            )
        self.fields["informed"].label = gettext(
            "I have read this and may record the signature for %(name)s."
        ) % {"name": name}


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why your office does not sign"),
        help_text=_("A sentence is enough. The organisers read it; it is not published."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[only_line_breaks],
        error_messages={**TEXT, "required": _("Say why your office does not sign.")},
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=_("Why your office withdraws its signature"),
        help_text=_("A sentence is enough. The organisers read it; it is not published."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[only_line_breaks],
        error_messages={**TEXT, "required": _("Say why your office withdraws its signature.")},
    )


class AnswersTyped:
    """What a form of the office brought, to be sent again, or to be copied where it cannot be.

    Files are not among it: a browser sends them once.
    """

    FORMS = (SignatureForm, MeaningForm, DeclineForm)

    def __init__(self, sent: QueryDict, *, with_hash: bool = False) -> None:
        fields = {name: field for form in self.FORMS for name, field in form.base_fields.items()}
        typed = {
            name: value
            for name, field in fields.items()
            if (value := str(sent.get(name, ""))).strip() and not isinstance(field, forms.FileField)
        }
        carried = ("receipt", "text", "text_hash", "shown", "read_again") if with_hash else ("receipt",)
        self.hidden = {**typed, **{name: sent[name] for name in carried if name in sent}}
        self.rows = [
            (fields[name].label, self._shown(fields[name], value))
            for name, value in typed.items()
            if fields[name].label
        ]

    @staticmethod
    def _shown(field: forms.Field, value: str) -> Any:
        choices: dict[Any, Any] = dict(Mandate.Basis.choices) if isinstance(field, forms.ChoiceField) else {}
        return choices.get(value, value)


def initial_of(signature: Signature) -> dict[str, Any]:
    """What was recorded so far, as the form's first values."""
    mandate = Mandate.objects.filter(signature=signature).first()
    values = {name: getattr(signature, name) for name in ("signer_name", "signer_office", "signed_on")}
    if mandate:
        values |= {
            name: getattr(mandate, name)
            for name in ("basis", "body", "decided_on", "reference", "ratify_until")
        }
    return values


def already_of(signature: Signature) -> dict[str, Evidence]:
    """The latest file of each kind."""
    return {evidence.kind: evidence for evidence in signature.evidence.order_by("kind", "pk")}


def replaced_of(signature: Signature) -> list[tuple[Evidence, datetime]]:
    """The earlier files of each kind, and when another one took the place of each."""
    files = list(signature.evidence.order_by("kind", "pk"))
    return [
        (old, timezone.localtime(new.uploaded_at)) for old, new in pairwise(files) if old.kind == new.kind
    ]
