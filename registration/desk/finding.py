"""Finding people without the desk's script: by the words of a name or organisation, or by the code of a ticket."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce, Concat

from efus_conference.models import Edition
from efus_conference.sorting import sort_key_of
from registration.models import Registration, Ticket

MOST = 30
MOST_WORDS = 6
# As it is printed, or as it stands between the second and the third dot of the QR code's text.
CODE = re.compile(r"(?:.*\.)?([0-9A-HJKMNP-TV-Z]{5})-?([0-9A-HJKMNP-TV-Z]{5})(?:\.[A-Z2-7]*)?", re.ASCII)


@dataclass(frozen=True)
class Found:
    people: list[Registration]
    # There are more than are shown.
    is_cut: bool = False
    # What was typed is the code of this one, void or not.
    ticket: Ticket | None = None


def find(edition: Edition, text: str) -> Found:
    """At most `MOST`, by name; those who take part first come first."""
    if ticket := ticket_of(edition, text):
        return Found([ticket.registration], ticket=ticket)
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
        Registration.objects.live()
        .filter(edition=edition, erased_at=None)
        .annotate(told=Func(told, function="sort_key", output_field=TextField()))
    )
    for word in words:
        rows = rows.filter(told__contains=sort_key_of(word))
    people = list(rows.by_name().select_related("category", "organisation").defer("needs")[: MOST + 1])
    return Found(people[:MOST], is_cut=len(people) > MOST)


def ticket_of(edition: Edition, text: str) -> Ticket | None:
    match = CODE.fullmatch(text.strip().upper()) if len(text) <= 300 else None
    if match is None:
        return None
    tickets = Ticket.objects.select_related("registration__category", "registration__organisation")
    return tickets.filter(code=match[1] + match[2], registration__edition=edition).first()
