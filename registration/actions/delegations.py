"""A delegation's places: who comes on them, who comes instead, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import User
from registration.actions.companions import end_companions
from registration.actions.delegation_refusals import (
    AlreadyAsked,
    EditionOver,
    PeopleRefused,
    PlaceNamed,
    PlaceOccupied,
    PlaceTakenBack,
    PlaceUnnamed,
    TooFewPlaces,
)
from registration.actions.refusals import CategoryNotOffered, NotYours, Refusal
from registration.actions.registrations import register
from registration.actions.seats import release_seats_of
from registration.actions.states import held, move
from registration.actions.tickets import note_replaced
from registration.models import (
    Category,
    Delegation,
    FeedLink,
    Place,
    PlaceInvitation,
    PlaceRequest,
    Registration,
    RegistrationEvent,
)
from registration.powers import DESK
from registration.states import ENDED, Status

Verb = RegistrationEvent.Verb

# What a coordinator says of a person; needs and answers are the person's own to give.
PERSON = ("given_name", "family_name", "email", "mails_to", "language", "category", "function")
Person = Mapping[str, Any]


@transaction.atomic
def name_place(*, place: Place, by: User, person: Person) -> Registration:
    """Registers someone on a place of the delegation, kept by who names them; an open invitation to it ends.

    The registration's window does not matter: the place was granted. Raises NotYours, EditionOver, PlaceTakenBack,
    PlaceNamed, CategoryNotOffered, AlreadyRegistered.
    """
    category = _checked_category(place, person["category"])
    lock_account(by)
    list(Category.objects.locked([category.pk]))
    fresh = locked_place(place, by=by)
    if live_on(fresh) is not None:
        raise PlaceNamed
    close_invitations(fresh, by=by)
    return register_on(fresh, by=by, is_own=False, person=person)


@transaction.atomic
def name_places(*, delegation: Delegation, by: User, people: Sequence[Person]) -> list[Registration]:
    """All of them, each on a place that nobody has or is invited to, or none of them.

    Raises NotYours, EditionOver, TooFewPlaces, PeopleRefused.
    """
    check_coordinates(delegation, by)
    lock_account(by)
    list(Category.objects.locked({person["category"].pk for person in people}))
    list(Place.objects.locked([place.pk for place in unnamed(delegation)]))
    # Read again under their locks: one may have been named meanwhile.
    places = unnamed(delegation)
    if len(people) > len(places):
        raise TooFewPlaces(len(people), len(places))
    made: list[Registration] = []
    problems: dict[int, str] = {}
    for number, (place, person) in enumerate(zip(places, people, strict=False)):
        try:
            with transaction.atomic():
                made.append(name_place(place=place, by=by, person=person))
        except Refusal as refusal:
            problems[number] = str(refusal)
    if problems:
        raise PeopleRefused(problems)
    return made


@transaction.atomic
def replace_person(*, place: Place, by: User, person: Person, reason: str = "") -> Registration:
    """Registers someone in the place of who has it; seats and waits stay with the place, all else ends.

    Raises as `name_place`, and PlaceUnnamed.
    """
    category = _checked_category(place, person["category"])
    lock_account(by)
    old = end_person(place, by=by, reason=reason, also=[category.pk])
    fresh = locked_place(place, by=by)
    _note_replaced(old, fresh, by=by)
    made = register_on(fresh, by=by, is_own=False, person=person)
    made.events.create(verb=Verb.TOOK_OVER, actor=by, place=fresh)
    return made


@transaction.atomic
def clear_place(*, place: Place, by: User, reason: str = "", is_replaced: bool = False) -> Registration:
    """Cancels the registration of who has the place. The place keeps its seats and waits for whoever comes next.

    With `is_replaced` they are told that someone else takes it. Raises NotYours, EditionOver, PlaceTakenBack,
    PlaceUnnamed.
    """
    old = end_person(place, by=by, reason=reason)
    if is_replaced:
        _note_replaced(old, locked_place(place, by=by), by=by)
    else:
        queue("registration/cancelled", registration_id=old.pk)
    return old


@transaction.atomic
def note_place(*, place: Place, by: User, note: str) -> Place:
    """Says for whom a place without a name is meant. Raises NotYours, EditionOver, PlaceTakenBack."""
    fresh = locked_place(place, by=by)
    fresh.note = note
    fresh.save(update_fields=["note"])
    return fresh


@transaction.atomic
def add_places(*, delegation: Delegation, count: int, by: User) -> list[Place]:
    """Grants a delegation more places; an open request for some is answered by it. Raises NotYours."""
    if not by.has_perm(DESK):
        raise NotYours
    # Two organisers who answer one request at the same moment: the second finds it answered.
    Delegation.objects.select_for_update(no_key=True).get(pk=delegation.pk)
    made = Place.objects.bulk_create(
        Place(edition_id=delegation.edition_id, delegation=delegation) for _number in range(count)
    )
    if made:
        # One event, of the first of them: hundreds may be added at once.
        made[0].events.create(verb=Verb.GRANTED, actor=by, detail={"count": len(made)})
    _answer(delegation, granted=count, by=by)
    return made


@transaction.atomic
def decline_places(*, delegation: Delegation, by: User) -> None:
    """Answers an open request for more places with none. Raises NotYours."""
    if not by.has_perm(DESK):
        raise NotYours
    _answer(delegation, granted=0, by=by)


def _answer(delegation: Delegation, *, granted: int, by: User) -> None:
    PlaceRequest.objects.filter(delegation=delegation, answered_at=None).update(
        granted=granted, answered_by=by, answered_at=timezone.now()
    )


@transaction.atomic
def take_back_place(*, place: Place, by: User) -> Place:
    """Takes a place without a person from its delegation; its seats go to whoever waits for them.

    A second call changes nothing. Raises NotYours, PlaceOccupied.
    """
    if not by.has_perm(DESK):
        raise NotYours
    fresh = Place.objects.locked([place.pk]).get()
    if fresh.closed_at is not None:
        return fresh
    if live_on(fresh) is not None or fresh.invitations.usable().exists():
        raise PlaceOccupied
    # As the pages count those that stand: the number it had, which the next one now has.
    number = Place.objects.standing().filter(delegation=fresh.delegation_id, pk__lte=fresh.pk).count()
    close_invitations(fresh, by=by)
    release_seats_of([fresh.pk], by=by)
    fresh.closed_at = timezone.now()
    fresh.save(update_fields=["closed_at"])
    detail = {"number": number}
    RegistrationEvent.objects.create(place=fresh, verb=Verb.TAKEN_BACK, actor=by, detail=detail)
    return fresh


@transaction.atomic
def ask_for_places(*, delegation: Delegation, count: int, why: str, by: User) -> PlaceRequest:
    """Leaves the organisers a task. Raises NotYours, EditionOver, AlreadyAsked."""
    fresh = Delegation.objects.select_for_update(no_key=True).get(pk=delegation.pk)
    check_coordinates(fresh, by)
    if fresh.requests.filter(answered_at=None).exists():
        raise AlreadyAsked
    return PlaceRequest.objects.create(delegation=fresh, places=count, why=why, asked_by=by)


def end_person(place: Place, *, by: User, reason: str, also: Sequence[int] = ()) -> Registration:
    """Cancels the place's registration and those of its companions, and leaves the place's own seats alone.

    Locks the categories `also` with them, before any place. Raises NotYours, EditionOver, PlaceTakenBack, PlaceUnnamed.
    """
    standing = live_on(place)
    if standing is None:
        locked_place(place, by=by)
        raise PlaceUnnamed
    rows = held([standing.pk], also_categories=also)
    fresh = locked_place(place, by=by)
    [old] = rows.chosen
    # An erased person who was there may be followed by somebody too: the place is the delegation's.
    if old.status in ENDED or old.place_id != fresh.pk:
        raise PlaceUnnamed
    # Companions go with their person, not with the place: that there were some tells of the one before.
    end_companions(rows.companions, by=by)
    move(old, "cancelled", Status.CANCELLED, by=by, reason=reason)
    # Whoever follows begins anew: no address of the one before opens anything of theirs.
    FeedLink.objects.filter(registration=old, revoked_at=None).update(revoked_at=timezone.now())
    close_invitations(fresh, by=by)
    return old


def _note_replaced(old: Registration, place: Place, *, by: User) -> None:
    old.events.create(verb=Verb.REPLACED, actor=by, place=place)
    note_replaced(old)
    queue("registration/replaced", registration_id=old.pk)


def unnamed(delegation: Delegation) -> list[Place]:
    """The places that nobody has or is invited to, the oldest first."""
    named = Registration.objects.live().filter(place__delegation=delegation).values("place_id")
    invited = PlaceInvitation.objects.usable().filter(place__delegation=delegation).values("place_id")
    places = delegation.places.standing().exclude(pk__in=named).exclude(pk__in=invited)
    return list(places.order_by("pk"))


def live_on(place: Place) -> Registration | None:
    return Registration.objects.live().filter(place=place).first()


def locked_place(place: Place, *, by: User) -> Place:
    """The place as it is now, locked to the end of the transaction. Raises NotYours, EditionOver, PlaceTakenBack."""
    locked = Place.objects.locked([place.pk])
    fresh = locked.select_related("delegation__edition", "delegation__organisation").get()
    if fresh.delegation is None:
        raise NotYours
    check_coordinates(fresh.delegation, by)
    if fresh.closed_at is not None:
        raise PlaceTakenBack
    return fresh


def check_coordinates(delegation: Delegation, by: User) -> None:
    """Raises NotYours, EditionOver."""
    if delegation.coordinator_id != by.pk and not by.has_perm(DESK):
        raise NotYours
    if delegation.edition.phase() == "over":
        raise EditionOver


def close_invitations(place: Place, *, by: User | None) -> None:
    """Makes an open invitation to the place useless, and says so in the history."""
    for invitation in PlaceInvitation.objects.filter(place=place, used_at=None, revoked_at=None):
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        RegistrationEvent.objects.create(
            place=place, verb=Verb.UNINVITED, actor=by, detail={"invitation": invitation.pk}
        )


def register_on(place: Place, *, by: User, is_own: bool, person: Person) -> Registration:
    """Registers a person on a delegation's place, which its caller has locked; `by` keeps the registration."""
    delegation = place.delegation
    assert delegation is not None
    facts: dict[str, Any] = {
        "organisation_name": str(delegation.organisation),
        "country": delegation.organisation.country,
        "needs": "",
        **person,
    }
    made = register(
        edition=delegation.edition,
        managed_by=by,
        by=by,
        is_own=is_own,
        place=place,
        **facts,
    )
    if facts["organisation_name"] == str(delegation.organisation):
        Registration.objects.filter(pk=made.pk).update(organisation=delegation.organisation)
    return made


def _checked_category(place: Place, category: Category) -> Category:
    """What a coordinator may name people as: by invitation and the press are the organisers' to give."""
    if category.edition_id != place.edition_id or category.is_by_invitation or category.is_press:
        raise CategoryNotOffered
    return category


def lock_account(by: User) -> None:
    """First of all locks: who registers two people at once does it one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
