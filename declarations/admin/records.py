"""A signature as one who has to judge it sees it: the record, its files, what strikes the eye, who may not decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from declarations.actions import NoteMissing
from declarations.actions.deciding import last_event
from declarations.actions.refusals import SENTENCES
from declarations.conflicts import parts_in
from declarations.documents import language_name
from declarations.findings import in_words
from declarations.models import Evidence, Mandate, Signature
from declarations.names import flags_of
from declarations.triggers import TRANSITIONS
from efus_conference.models import User
from efus_conference.writing import only_line_breaks

RECORDED = ("signer_name", "signer_office", "signed_on")


def record_of(signature: Signature, *, by: User) -> dict[str, Any]:
    """What the office recorded and sent, for an officer who has to judge it.

    `seen` is what a decision says it was made on (`declarations.actions.deciding`), `conflicts` the sentences why
    this officer may not decide.
    """
    parts = parts_in([signature], by=by).get(signature.pk, [])
    return {
        "facts": facts(signature),
        **_files_of(signature),
        "doubts": doubts(signature),
        "conflicts": [SENTENCES[name] for name in parts],
        "seen": str(last_event(signature)),
    }


def may_follow(signature: Signature) -> list[str]:
    """The states that an officer may lead it to; one of the stage is published, and undone, on the ceremony's pages."""
    after = TRANSITIONS.get(signature.state, [])
    if signature.state == Signature.State.CONFIRMED:
        return [state for state in after if state == Signature.State.WITHDRAWN]
    return after


def facts(signature: Signature) -> list[tuple[Any, Any]]:
    """What was recorded, name by name, as the officer compares it with the signed page."""
    mandate = Mandate.objects.filter(signature=signature).first()
    named: list[tuple[Any, Any]] = [
        (_("signatory"), " · ".join(names_at_signing(signature)) or signature.signatory),
        (_("declaration"), signature.signatory.declaration),
        *((label_for_field(name, Signature), getattr(signature, name)) for name in RECORDED),
        (
            label_for_field("language", Signature),
            language_name(signature.language) if signature.language else "",
        ),
    ]
    if mandate:
        named.append((_("mandate"), mandate.get_basis_display()))
        named += [
            (label_for_field(name, Mandate), getattr(mandate, name))
            for name in ("body", "decided_on", "reference", "ratify_until")
            if getattr(mandate, name)
        ]
    if signature.person_erased_at:
        named.append((label_for_field("person_erased_at", Signature), signature.person_erased_at))
    if signature.replaces_id:
        named.append((label_for_field("replaces", Signature), signature.replaces))
    return named


def names_at_signing(signature: Signature) -> list[str]:
    """What becomes public as the name of who signed: written down when it was submitted, each spelling once."""
    spelt = [signature.names.get(code) for code, _name in settings.LANGUAGES] + [signature.names.get("own")]
    return list(dict.fromkeys(name for name in spelt if name))


def doubts(signature: Signature) -> list[tuple[str, str]]:
    """What was typed and what there is to look at in it: letters that look like others, signs nobody sees."""
    mandate = Mandate.objects.filter(signature=signature).first()
    organisation = signature.signatory.organisation
    typed = [signature.signer_name, signature.signer_office]
    now = [getattr(organisation, f"name_{code}") or "" for code, _name in settings.LANGUAGES]
    at_signing = names_at_signing(signature)
    typed += [*at_signing, *now]
    if mandate:
        typed += [mandate.body, mandate.reference]
    found = [(text, str(flag.label)) for text in dict.fromkeys(typed) for flag in flags_of(text)]
    other_name = _("This name becomes public. The organisation’s name was changed after it had signed.")
    changed = [name for name in at_signing if name not in (*now, organisation.endonym)]
    return [*((name, str(other_name)) for name in changed), *found]


def files(signature: Signature) -> QuerySet[Evidence]:
    """The signed page before the decision, of several of a kind the last first."""
    return signature.evidence.order_by("-kind", "-pk")


def _files_of(signature: Signature) -> dict[str, list[Any]]:
    """`files` that count, and the `older_files` in whose place the office sent others."""
    found: dict[str, list[Any]] = {"files": [], "older_files": []}
    kinds: set[str] = set()
    for file in files(signature):
        found["older_files" if file.kind in kinds else "files"].append((file, in_words(file.findings)))
        kinds.add(file.kind)
    return found


class NoteForm(forms.Form):
    """What an officer writes with a decision; the office reads it where it has to know why."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=4000,
        validators=[only_line_breaks],
        widget=UnfoldAdminTextareaWidget(),
    )

    def __init__(self, *args: Any, is_for_the_office: bool, language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_for_the_office:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = NoteMissing.message
        if not is_for_the_office:
            self.fields["note"].help_text = _("Only organisers read it.")
        elif language:
            sentence = _("The office reads it. It is written to in this language: %(language)s.")
            self.fields["note"].help_text = sentence % {"language": language}
        else:
            self.fields["note"].help_text = _("The office reads it.")
