"""The entries of a register: each is a signature that is public, as its signatory was when it signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db import models
from django.db.models import Count, F, Func, IntegerField, OuterRef, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language, gettext_lazy

from declarations import mandates
from declarations.models import Declaration, Mandate, Signature, StageSigning
from efus_conference.models import Organisation
from efus_conference.models.organisations import country_name


class Assurance(models.TextChoices):
    """How sure the register is of an entry, the least first. The values stand in the files for machines."""

    HISTORICAL = "historical_record", gettext_lazy("historical record")
    RECORDED = "recorded_by_the_office", gettext_lazy("recorded by the office, not checked yet")
    STAGE = "signed_on_stage", gettext_lazy("signed on stage before two officers")
    CHECKED = "evidence_checked", gettext_lazy("evidence checked")


@dataclass(frozen=True)
class Entry:
    """One public signature. What is not known is empty."""

    signature: Signature
    language: str = field(default_factory=lambda: (get_language() or "en")[:2])

    @property
    def declaration(self) -> Declaration:
        return self.signature.signatory.declaration

    @property
    def organisation(self) -> Organisation:
        """As it is today; its name and country of then are the entry's own."""
        return self.signature.signatory.organisation

    @cached_property
    def name(self) -> str:
        """The signatory's name when it signed, in the reader's language, else in English."""
        names = self.signature.names
        return names.get(self.language) or names.get("en") or self.organisation.name

    @cached_property
    def own_name(self) -> str:
        """How it wrote itself, where that is another name; else ""."""
        own = self.signature.names.get("own") or ""
        return own if own != self.name else ""

    @property
    def own_language(self) -> str:
        return self.signature.names.get("own_language") or ""

    @property
    def country(self) -> str:
        return self.signature.country

    @cached_property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def kind(self) -> str:
        return self.signature.kind or self.organisation.kind

    @property
    def kind_name(self) -> str:
        return str(dict(Organisation.Kind.choices).get(self.kind, self.kind))

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude when it signed; None where the register knows none."""
        at = self.signature
        if at.longitude is None or at.latitude is None:
            return None
        return float(at.longitude), float(at.latitude)

    @property
    def signer_name(self) -> str:
        return self.signature.signer_name

    @property
    def signer_office(self) -> str:
        return self.signature.signer_office

    @property
    def office_language(self) -> str:
        """English for what the archive entered; "" where somebody typed it, in whatever language."""
        return "en" if self.assurance == Assurance.HISTORICAL else ""

    @property
    def is_person_erased(self) -> bool:
        """Who signed was known, and had their name erased; what is only not known is empty."""
        return self.signature.person_erased_at is not None

    @property
    def signed_on(self) -> date | None:
        return self.signature.signed_on

    @property
    def mandate(self) -> Mandate | None:
        return getattr(self.signature, "mandate", None)

    @cached_property
    def assurance(self) -> Assurance:
        """Only what was verified was checked: an unknown state claims least of all.

        On stage two officers saw it signed, and nobody compared any evidence.
        """
        if self.signature.state == Signature.State.VERIFIED:
            return Assurance.STAGE if self.signed_on_stage else Assurance.CHECKED
        if self.signature.state == Signature.State.HISTORICAL:
            return Assurance.HISTORICAL
        return Assurance.RECORDED

    @cached_property
    def signed_on_stage(self) -> StageSigning | None:
        """What two officers recorded and confirmed of it at the ceremony; None of one that came otherwise."""
        return getattr(self.signature, "stage_signing", None)

    @property
    def is_verified(self) -> bool:
        """A second person checked the evidence, or saw it signed on stage. Never so for a historical record."""
        return self.assurance in (Assurance.CHECKED, Assurance.STAGE)

    @property
    def mandate_in_words(self) -> str:
        """By what right the person signed, as a sentence; "" where it is not known."""
        return mandates.in_words(self.mandate) if self.mandate else ""


def entries(declaration: Declaration) -> list[Entry]:
    """The public signatures: in the signatories' order, then by their names; one query however many there are."""
    language = (get_language() or "en")[:2]
    name = Func(shown_name(language), function="sort_key", output_field=TextField())
    signatures = _public().filter(signatory__declaration=declaration).order_by("signatory__order", name, "pk")
    return [Entry(signature, language) for signature in signatures]


def shown_name(language: str) -> Coalesce:
    """The signatory's name when it signed, as the reader's language has it, to order by."""
    return Coalesce(
        NullIf(KT(f"names__{language}"), Value("")), NullIf(KT("names__en"), Value("")), Value("")
    )


def entry_of(declaration: Declaration, slug: str) -> Entry | None:
    """The entry of the organisation of that address; None where the register has none of it."""
    found = (
        _public()
        .filter(signatory__declaration=declaration, signatory__organisation__slug=slug)
        .order_by("state")
        .first()
    )
    return Entry(found) if found else None


def of_organisation(organisation: Organisation) -> list[Entry]:
    """What it signed: its entries in all published declarations, the latest declaration first."""
    signatures = (
        _public()
        .filter(signatory__organisation=organisation, signatory__declaration__is_published=True)
        .order_by(F("signatory__declaration__adopted_on").desc(nulls_first=True), "pk")
    )
    return [Entry(signature) for signature in signatures]


def _public() -> models.QuerySet[Signature]:
    return Signature.objects.public().select_related(
        "signatory__organisation", "signatory__declaration", "mandate", "stage_signing"
    )


def signature_count() -> Coalesce:
    """How many entries the register of each declaration of a query has, to annotate with."""
    counted = (
        Signature.objects.public()
        .filter(signatory__declaration=OuterRef("pk"))
        .order_by()
        .values("signatory__declaration")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def counted(listed: Iterable[Entry]) -> list[tuple[Assurance, int]]:
    """How many entries there are of each assurance, the surest first; none that nobody has."""
    had = [entry.assurance for entry in listed]
    return [(one, had.count(one)) for one in reversed(Assurance) if one in had]
