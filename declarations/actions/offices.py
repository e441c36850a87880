"""Entering many offices at once: organisations that are new, signatories, and their first mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from declarations.actions.invitations import set_mailbox
from declarations.actions.refusals import OtherMailbox, TakesNoSignatures
from declarations.models import Declaration, Signatory
from efus_conference.models import Organisation, User


@dataclass(frozen=True)
class NewOffice:
    """One office to enter; `organisation_id` is None for an organisation that does not exist yet.

    Name, own name, country and kind are those of a new organisation; of one that exists they change nothing.
    """

    organisation_id: int | None
    mailbox: str  # "" where the registered one is meant
    language: str
    name: str = ""
    own_name: str = ""
    country: str = ""
    kind: str = Organisation.Kind.CITY


@transaction.atomic
def enter_offices(*, declaration: Declaration, offices: Sequence[NewOffice], by: User) -> list[Signatory]:
    """Enters all of them, or none. A mailbox that is registered already stays: changing it takes two officers."""
    if not declaration.takes_signatures:
        raise TakesNoSignatures
    return [_enter(declaration, office, by) for office in offices]


def _enter(declaration: Declaration, office: NewOffice, by: User) -> Signatory:
    organisation_id = office.organisation_id
    if organisation_id is None:
        organisation_id = Organisation.objects.create(
            slug=_free_slug(office),
            name_en=office.name,
            endonym=office.own_name,
            endonym_language=office.language if office.own_name else "",
            country=office.country,
            kind=office.kind,
            is_demonstration=declaration.is_demonstration,
        ).pk
    signatory, _is_new = Signatory.objects.get_or_create(
        declaration=declaration, organisation_id=organisation_id, defaults={"language": office.language}
    )
    if signatory.language != office.language:
        Signatory.objects.filter(pk=signatory.pk).update(language=office.language)
        signatory.language = office.language
    registered = signatory.registered_mailbox()
    if registered is None and office.mailbox:
        set_mailbox(signatory=signatory, email=office.mailbox, by=by)
    elif registered and office.mailbox and registered.email.casefold() != office.mailbox.casefold():
        raise OtherMailbox
    return signatory


def _free_slug(office: NewOffice) -> str:
    """From the name; a name in letters that an address cannot have becomes “office-lv”, and a number where taken."""
    base = slugify(office.name)[:100] or slugify(f"office {office.country}")
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := f"{base}-{n}" if n > 1 else base) not in taken
    )
