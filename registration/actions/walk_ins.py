"""Someone who stands at the desk and is not registered."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from efus_conference.accounts import account_for
from efus_conference.models import Edition, User
from efus_conference.sorting import sort_key, sort_key_of
from registration.actions.check_ins import check_in
from registration.actions.consents import note_consents
from registration.actions.desk_refusals import DeskRefusal, NotOnThisDay
from registration.actions.registrations import register
from registration.actions.state_refusals import MayNotDecide
from registration.actions.tickets import ticket_for
from registration.desk.days import counted_days, day_of
from registration.models import (
    Category,
    CheckIn,
    ConsentText,
    DeskDevice,
    Registration,
    RegistrationEvent,
)
from registration.powers import DESK

Verb = RegistrationEvent.Verb


class SeemsRegistered(DeskRefusal):
    """`found` may be the same person: by their address, or by their name."""

    kind = "registered"

    def __init__(self, found: list[Registration], *, is_certain: bool) -> None:
        super().__init__()
        self.found = found
        self.is_certain = is_certain


def seemingly_same(
    edition: Edition, *, email: str, given_name: str, family_name: str
) -> tuple[list[Registration], bool]:
    """The live registrations that may be this person's, and whether it is certain: they have the address."""
    live = Registration.objects.live().filter(edition=edition).select_related("category", "organisation")
    if email and (by_address := list(live.filter(email__iexact=email).defer("needs"))):
        return by_address, True
    # Names as PostgreSQL compares them, accents and case aside, in either order.
    rows = live.annotate(given=sort_key("given_name"), family=sort_key("family_name"))
    given, family = sort_key_of(given_name.strip()), sort_key_of(family_name.strip())
    same = Q(given=given, family=family) | Q(given=family, family=given)
    return list(rows.filter(same).defer("needs").order_by("pk")[:10]), False


@transaction.atomic
def register_walk_in(
    *,
    id: uuid.UUID,  # noqa: A002 - of the check-in: a form sent twice makes one
    edition: Edition,
    by: User,
    device: DeskDevice | None,
    category: Category,
    given_name: str,
    family_name: str,
    organisation_name: str,
    email: str,
    language: str,
    agreed: Iterable[ConsentText] = (),
    is_somebody_else: bool = False,
) -> Registration:
    """Registers, confirms and checks in; a full category holds up nobody who stands here. The desk decides.

    With an address the registration is its person's own, else the organiser keeps it. Raises MayNotDecide,
    NotOnThisDay, SeemsRegistered (by name only unless `is_somebody_else`), CategoryNotOffered, AlreadyRegistered.
    """
    if not by.has_perm(DESK):
        raise MayNotDecide
    now = timezone.now()
    today = day_of(edition, now)
    if today not in counted_days(edition, now):
        raise NotOnThisDay
    # Of a double click the second waits here, and then finds what the first has made.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if known := CheckIn.objects.filter(pk=id, edition=edition).select_related("registration").first():
        return known.registration
    found, is_certain = seemingly_same(edition, email=email, given_name=given_name, family_name=family_name)
    if found and (is_certain or not is_somebody_else):
        raise SeemsRegistered(found, is_certain=is_certain)
    keeper = by
    is_own = False
    if email:
        keeper = account_for(email=email, name=f"{given_name} {family_name}".strip(), language=language)
        is_own = (
            not Registration.objects.live().filter(edition=edition, managed_by=keeper, is_own=True).exists()
        )
    registration = register(
        edition=edition,
        managed_by=keeper,
        by=by,
        is_own=is_own,
        category=category,
        given_name=given_name,
        family_name=family_name,
        email=email,
        mails_to=Registration.MailsTo.PERSON,
        language=language,
        function="",
        organisation_name=organisation_name,
        country="",
        needs="",
        is_desk=True,
        is_walk_in=True,
    )
    if not registration.is_confirmed:
        raise MayNotDecide  # of the press, whom the press office accredits
    note_consents(registration=registration, texts=agreed, language=language, by=by)
    registration.events.create(verb=Verb.WALKED_IN, actor=by)
    ticket = ticket_for(registration)
    check_in(
        registration=registration,
        day=today,
        at=now,
        how=CheckIn.How.WALK_IN,
        device=device,
        by=by,
        id=id,
        ticket=ticket,
    )
    return registration
