"""The reader's own registrations, for the pages about agenda and seats."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Subquery
from django.http import Http404, HttpRequest

from efus_conference.at_hand import AtHand
from efus_conference.models import Edition
from efus_conference.sorting import sort_key
from programme.at_hand import editions_at_hand
from registration.models import Delegation, Registration, Ticket
from registration.requests import reader

# Of each registration the code of its ticket, where one was made: links then lead to the page itself, which a browser
# may have kept for when there is no network.
TICKET_CODE = Subquery(Ticket.objects.standing().filter(registration=OuterRef("pk")).values("code")[:1])


def live_registrations(
    request: HttpRequest, hand: AtHand, edition: Edition | None = None
) -> list[Registration]:
    """Those that are not over, their own first, each with its place and edition; one query.

    `is_of_coordinator` says of each whether its account coordinates a delegation.
    """
    rows = (
        Registration.objects.live()
        .filter(erased_at=None)
        .managed_by(reader(request))
        .select_related("place")
        .defer("needs")
        .annotate(
            is_of_coordinator=Exists(Delegation.objects.filter(coordinator=OuterRef("managed_by"))),
            ticket_code=TICKET_CODE,
        )
        .order_by("-edition__is_current", "-edition__number", "-is_own", sort_key("family_name"), "pk")
    )
    if edition is not None:
        rows = rows.filter(edition=edition)
    editions = {known.pk: known for known in editions_at_hand(hand)}
    registrations: list[Registration] = list(rows)
    for registration in registrations:
        if registration.edition_id in editions:
            registration.edition = editions[registration.edition_id]
    return registrations


def chosen(asked: str | None, registrations: list[Registration]) -> Registration:
    """The one with this id; anyone else's is not found."""
    for registration in registrations:
        if str(registration.pk) == asked:
            return registration
    raise Http404
