"""Finding people without the desk's script: by the words of a name or organisation, or by a ticket or its code."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, F, Func, TextField, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from efus_conference.models import Edition
from efus_conference.sorting import sort_key, sort_key_of
from registration.models import Registration, Ticket
from registration.states import Status
from registration.ticket_keys import Kind, read, typed_code

MOST = 30
MOST_WORDS = 6
NO_TICKET = {Kind.FOREIGN, Kind.OK}  # Kinds of texts that nobody need be warned of


@dataclass(frozen=True)
class Found:
    people: list[Registration]
    # There are more than are shown.
    is_cut: bool = False
    # What was typed is the code of this one, void or not.
    ticket: Ticket | None = None
    # What is wrong with the text of a QR code; None where it was none, or is right.
    wrong: Kind | None = None


def find(edition: Edition, text: str, *, for_organisers: bool) -> Found:
    """At most `MOST`: those who take part first, each of both by name. Volunteers find nobody else."""
    shown = read(text.upper(), edition=edition, at=timezone.now())
    if shown.kind not in NO_TICKET:
        return Found([], wrong=shown.kind)
    if ticket := _ticket_of(edition, shown.code or typed_code(text)):
        person = ticket.registration
        return Found([person] if for_organisers or person.is_confirmed else [], ticket=ticket)
    words = text.split()[:MOST_WORDS]
    if not words:
        return Found([])
    told = Concat(
        F("given_name"),
        Value(" "),
        F("family_name"),
        Value(" "),
        F("organisation_name"),
        Value(" "),
        Coalesce(F("organisation__name"), Value("")),
        Value(" "),
        Coalesce(F("place__delegation__organisation__name"), Value("")),
        output_field=TextField(),
    )
    rows = (
        (Registration.objects.live() if for_organisers else Registration.objects.confirmed())
        .filter(edition=edition, erased_at=None)
        .annotate(told=Func(told, function="sort_key", output_field=TextField()))
    )
    for word in words:
        rows = rows.filter(told__contains=sort_key_of(word))
    ranked = rows.order_by(
        Case(When(status=Status.CONFIRMED, then=0), default=1),
        sort_key("family_name"),
        sort_key("given_name"),
        "pk",
    )
    people: list[Registration] = list(
        ranked.select_related("category", "organisation").defer("needs")[: MOST + 1]
    )
    return Found(people[:MOST], is_cut=len(people) > MOST)


def _ticket_of(edition: Edition, code: str) -> Ticket | None:
    """Not of who was erased."""
    tickets = Ticket.objects.select_related("registration__category", "registration__organisation")
    theirs = tickets.filter(registration__edition=edition, registration__erased_at=None)
    return theirs.filter(code=code).first() if code else None
