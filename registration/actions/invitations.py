"""Asking someone by e-mail to complete their own part of a delegation's place."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from efus_conference.secret_links import is_within_limit
from registration.actions.delegation_refusals import (
    AlreadyInvited,
    InvitationGone,
    PlaceNamed,
    TooManyMails,
)
from registration.actions.delegations import (
    clear_place,
    close_invitations,
    live_on,
    lock_account,
    locked_place,
    register_on,
)
from registration.models import Category, Place, PlaceInvitation, RegistrationEvent
from registration.models import Registration as Person

Verb = RegistrationEvent.Verb

LASTS = timedelta(days=30)
PER_HOUR = {"delegation": 100, "address": 5, "asker": 10, "asked": 2}


@transaction.atomic
def invite_to_place(*, place: Place, by: User, email: str, language: str) -> PlaceInvitation:
    """Mails a link to a place that nobody has yet; one that was sent before for it stops working.

    Raises NotYours, EditionOver, PlaceTakenBack, PlaceNamed, AlreadyInvited, TooManyMails.
    """
    fresh = locked_place(place, by=by)
    if live_on(fresh) is not None:
        raise PlaceNamed
    assert fresh.delegation is not None
    others = PlaceInvitation.objects.usable().filter(place__delegation=fresh.delegation).exclude(place=fresh)
    if others.filter(email__iexact=email).exists():
        raise AlreadyInvited
    _check_limits(fresh, email)
    PlaceInvitation.objects.filter(place=fresh, used_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    invitation = PlaceInvitation.objects.create(
        place=fresh, email=email, language=language, made_by=by, expires_at=_expiry(fresh.delegation.edition)
    )
    RegistrationEvent.objects.create(
        place=fresh, verb=Verb.INVITED, actor=by, detail={"invitation": invitation.pk}
    )
    queue("registration/place_invitation", invitation_id=invitation.pk)
    return invitation


@transaction.atomic
def replace_by_invitation(
    *, place: Place, by: User, email: str, language: str, reason: str = ""
) -> PlaceInvitation:
    """Cancels who has the place and asks someone else to take it; the seats stay with the place.

    Raises as `invite_to_place` but PlaceNamed, and PlaceUnnamed.
    """
    clear_place(place=place, by=by, reason=reason, is_replaced=True)
    return invite_to_place(place=place, by=by, email=email, language=language)


@transaction.atomic
def resend_invitation(*, place: Place, by: User) -> PlaceInvitation:
    """A new link to the same address, for as long as the first was. Raises as `invite_to_place`, InvitationGone."""
    fresh = locked_place(place, by=by)
    invitation = open_invitation(fresh)
    if invitation is None:
        raise InvitationGone
    return invite_to_place(place=fresh, by=by, email=invitation.email, language=invitation.language)


@transaction.atomic
def revoke_invitation(*, place: Place, by: User) -> None:
    """The link stops working; a second call does nothing. Raises NotYours, EditionOver, PlaceTakenBack."""
    close_invitations(locked_place(place, by=by), by=by)


@transaction.atomic
def accept_invitation(*, invitation_id: int, by: User, is_own: bool, **answers: Any) -> Person:
    """Registers on the place who was invited to it; from now on their own account keeps it. Works once.

    `answers` are those of `register`, which says what else it raises. Raises InvitationGone.
    """
    known = PlaceInvitation.objects.filter(pk=invitation_id).first()
    if known is None:
        raise InvitationGone
    lock_account(by)
    list(Category.objects.locked([answers["category"].pk]))
    place = (
        Place.objects.locked([known.place_id])
        .select_related("delegation__edition", "delegation__organisation")
        .get()
    )
    fresh = PlaceInvitation.objects.usable().filter(pk=invitation_id).first()
    if fresh is None or place.closed_at is not None or live_on(place) is not None:
        raise InvitationGone
    made = register_on(place, by=by, is_own=is_own, person=answers)
    fresh.used_at = timezone.now()
    fresh.save(update_fields=["used_at"])
    return made


def ask_for_new_invitation(*, token: str, address: str) -> None:
    """Tells the coordinator that someone with an expired link asks for a new one.

    Whoever asks learns nothing: neither whether the token was known nor whether anyone is told. `address` is the
    asker's network address, for the limit.
    """
    if not is_within_limit("join:asker", address, per_hour=PER_HOUR["asker"]):
        return
    known = PlaceInvitation.objects.by_token(token).filter(used_at=None, revoked_at=None).first()
    if known is None or not is_within_limit("join:asked", str(known.pk), per_hour=PER_HOUR["asked"]):
        return
    with transaction.atomic():
        PlaceInvitation.objects.filter(pk=known.pk).update(asked_again_at=timezone.now())
        queue("registration/place_link_asked", invitation_id=known.pk)


def open_invitation(place: Place) -> PlaceInvitation | None:
    """The one that was neither used nor taken back; its time may be over."""
    return PlaceInvitation.objects.filter(place=place, used_at=None, revoked_at=None).first()


def _check_limits(place: Place, email: str) -> None:
    delegation = is_within_limit(
        "invite:delegation", str(place.delegation_id), per_hour=PER_HOUR["delegation"]
    )
    if not delegation or not is_within_limit("invite:address", email.lower(), per_hour=PER_HOUR["address"]):
        raise TooManyMails


def _expiry(edition: Edition) -> datetime:
    """In thirty days, or when the last day of the edition ends."""
    latest = timezone.now() + LASTS
    if edition.ends_on is None:
        return latest
    return min(latest, datetime.combine(edition.ends_on + timedelta(days=1), time(), tzinfo=edition.zone))
