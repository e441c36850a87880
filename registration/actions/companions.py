"""Those who accompany someone: an interpreter, a personal assistant, security. They go where their person goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from efus_conference.mail import queue
from efus_conference.models import User
from programme.models import ReleasedSession
from registration.actions.delegation_refusals import EditionOver, NoCompanion, TooManyCompanions
from registration.actions.refusals import AlreadyBooked, NotYours, Refusal
from registration.actions.registrations import register
from registration.actions.seats import book_seat, release_seats_of
from registration.actions.states import check_may_act, held, move
from registration.models import Booking, Place, Registration, RegistrationEvent, Wait
from registration.powers import may_act_for
from registration.states import ENDED, Status

Verb = RegistrationEvent.Verb

MOST = 3  # companions of one person; more is a question for the organisers


@dataclass(frozen=True)
class Named:
    """A companion, and the sessions in which their person has a seat or waits for one.

    Those `without` a seat for the companion, and those in which they are `seated` now.
    """

    registration: Registration
    without: list[ReleasedSession]
    seated: list[ReleasedSession]


@transaction.atomic
def name_companion(
    *, registration: Registration, by: User, companion_kind: str, person: dict[str, Any]
) -> Named:
    """Registers someone who accompanies the person, outside quotas and limits, and books where they have seats.

    In the person's own category: the badge opens the same doors. Raises NotYours, EditionOver, NoCompanion,
    TooManyCompanions, AlreadyRegistered.
    """
    main = _locked_person(registration, by=by)
    standing = Registration.objects.live().filter(place__accompanies=main.place_id).count()
    if standing >= MOST:
        raise TooManyCompanions
    place = Place.objects.create(
        edition_id=main.edition_id, accompanies=main.place, companion_kind=companion_kind
    )
    return _accompany(main, place, by=by, person=person)


@transaction.atomic
def remove_companion(*, place: Place, by: User) -> Registration | None:
    """Cancels the companion's registration and frees their seats; None when there is none any more.

    Raises NotYours, EditionOver.
    """
    standing = Registration.objects.live().filter(place=place, place__accompanies__isnull=False).first()
    if standing is None:
        return None
    [companion] = held([standing.pk]).chosen
    if not may_act_for(place, by):
        raise NotYours
    if companion.edition.phase() == "over":
        raise EditionOver
    if not companion.is_live:
        return None
    main = Registration.objects.live().filter(place=place.accompanies).first()
    end_companions([companion], by=by)
    if main is not None:
        main.events.create(verb=Verb.UNACCOMPANIED, actor=by, detail={"companion": companion.pk})
    return companion


@transaction.atomic
def restore_companion(*, registration: Registration, by: User) -> Named:
    """Takes a removal back: the same person again, by a new registration on the same place.

    Raises NotYours, EditionOver, NoCompanion, TooManyCompanions, AlreadyRegistered.
    """
    place = registration.place
    former = Registration.objects.live().filter(place=place.accompanies).first()
    if former is None or registration.status not in ENDED or registration.erased_at is not None:
        raise NoCompanion
    main = _locked_person(former, by=by)
    others = Registration.objects.live().filter(place__accompanies=main.place_id)
    if others.filter(place=place).exists():
        raise NoCompanion
    if others.count() >= MOST:
        raise TooManyCompanions
    names = ("given_name", "family_name", "email", "mails_to", "language", "function", "needs")
    person = {name: getattr(registration, name) for name in names}
    return _accompany(main, place, by=by, person=person)


def end_companions(companions: Sequence[Registration], *, by: User | None) -> None:
    """Part of a cancellation, with the rows and their places locked: they go, and so do their seats."""
    for companion in companions:
        move(companion, "cancelled", Status.CANCELLED, by=by)
        queue("registration/cancelled", registration_id=companion.pk)
    if companions:
        release_seats_of([companion.place_id for companion in companions], by=by)


def _accompany(main: Registration, place: Place, *, by: User, person: dict[str, Any]) -> Named:
    made = register(
        edition=main.edition,
        managed_by=main.managed_by,
        by=by,
        is_own=False,
        category=main.category,
        place=place,
        is_desk=True,  # whenever a need for them turns up
        **{
            "function": "",
            "needs": "",
            **person,
            "organisation_name": main.shown_organisation,
            "country": main.country,
        },
    )
    main.events.create(verb=Verb.ACCOMPANIED, actor=by, detail={"companion": made.pk})
    without = _book_along(main, by=by)
    seats = Booking.objects.standing().filter(place_id=place.pk).values("session_id")
    return Named(made, without, list(_released(seats)))


def _book_along(main: Registration, *, by: User) -> list[ReleasedSession]:
    """Books the companions into their person's sessions; those in which that is not possible."""
    seats = Booking.objects.standing().filter(place_id=main.place_id).select_related("session")
    without = []
    for booking in seats.order_by("session_id"):
        try:
            book_seat(place=main.place, session=booking.session, by=by)
        except AlreadyBooked:
            continue
        except Refusal:
            without.append(booking.session_id)
    without += Wait.objects.standing().filter(place_id=main.place_id).values_list("session_id", flat=True)
    return list(_released(without))


def _released(session_ids: Any) -> QuerySet[ReleasedSession]:
    rows = ReleasedSession.objects.select_related("edition", "session").filter(pk__in=session_ids)
    return rows.order_by("during")


def _locked_person(registration: Registration, *, by: User) -> Registration:
    """Who is accompanied, with the locks that naming a companion needs."""
    User.objects.select_for_update(no_key=True).get(pk=registration.managed_by_id)
    [main] = held([registration.pk]).chosen
    check_may_act(main, by)
    if main.edition.phase() == "over":
        raise EditionOver
    if not main.is_confirmed or main.place.accompanies_id is not None:
        raise NoCompanion
    return main
