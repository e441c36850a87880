from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from registration.actions.locks import locked_live_registration, locked_registration, violated
from registration.actions.refusals import AlreadyRegistered, CategoryNotOffered, RegistrationClosed
from registration.actions.seats import release_seats_of
from registration.models import Category, Place, Registration, RegistrationEvent

Verb = RegistrationEvent.Verb

# What a person may change of a registration afterwards.
CHANGEABLE = (
    "category",
    "given_name",
    "family_name",
    "email",
    "mails_to",
    "language",
    "function",
    "organisation_name",
    "country",
    "needs",
)
ONE_PERSON_ONCE = {
    "one_live_registration_per_email",
    "one_own_registration_per_account",
    "one_live_registration_per_place",
}


def register(
    *,
    edition: Edition,
    managed_by: User,
    by: User,
    is_own: bool,
    category: Category,
    given_name: str,
    family_name: str,
    email: str,
    mails_to: str,
    language: str,
    function: str,
    organisation_name: str,
    country: str,
    needs: str,
    place: Place | None = None,
    is_desk: bool = False,
) -> Registration:
    """Registers one person and queues the confirmation.

    The desk may register outside the window and in categories by invitation. Raises RegistrationClosed,
    CategoryNotOffered, AlreadyRegistered.
    """
    if not is_desk and not edition.is_registration_open():
        raise RegistrationClosed(edition)
    if category.edition_id != edition.pk or (category.is_by_invitation and not is_desk):
        raise CategoryNotOffered
    registration = Registration(
        edition=edition,
        managed_by=managed_by,
        is_own=is_own,
        category=category,
        given_name=given_name,
        family_name=family_name,
        email=email,
        mails_to=mails_to if email else Registration.MailsTo.MANAGER,
        language=language,
        function=function,
        organisation_name=organisation_name,
        country=country,
        needs=needs,
    )
    try:
        with transaction.atomic():
            # Of a double click the second waits here, and then finds what the first has made.
            User.objects.select_for_update(no_key=True).get(pk=managed_by.pk)
            if existing := _same_person(registration):
                raise AlreadyRegistered(existing)
            registration.place = place or Place.objects.create(edition=edition)
            registration.save(force_insert=True)
            registration.events.create(verb=Verb.REGISTERED, actor=by)
            queue("registration/confirmation", registration_id=registration.pk)
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered(_same_person(registration))
        raise
    return registration


def change_registration(*, registration: Registration, by: User, **fields: Any) -> Registration:
    """Changes what differs, writes which fields (never their values) into the history and queues a mail.

    Raises NotYours, NoLongerRegistered, CategoryNotOffered, AlreadyRegistered (an e-mail address in use).
    """
    if unknown := fields.keys() - set(CHANGEABLE):
        raise TypeError(f"Not to be changed: {', '.join(sorted(unknown))}.")
    try:
        with transaction.atomic():
            fresh = locked_live_registration(registration, by=by)
            changed = [name for name, value in fields.items() if getattr(fresh, name) != value]
            if "category" in changed:
                _check_category(fresh, fields["category"], by=by)
            if not changed:
                return fresh
            for name in changed:
                setattr(fresh, name, fields[name])
            if "organisation_name" in changed:
                # The desk matched the old name with a row of ours; the new one waits to be matched again.
                fresh.organisation = None
            if not fresh.email:
                fresh.mails_to = Registration.MailsTo.MANAGER
            fresh.save()
            fresh.events.create(verb=Verb.CHANGED, actor=by, detail={"fields": changed})
            queue("registration/changed", registration_id=fresh.pk)
            return fresh
    except IntegrityError as error:
        if violated(error) in ONE_PERSON_ONCE:
            raise AlreadyRegistered
        raise


@transaction.atomic
def cancel_registration(*, registration: Registration, by: User) -> Registration:
    """Cancels it and frees its seats for others; once cancelled, a second call changes nothing.

    Raises NotYours.
    """
    fresh = locked_registration(registration, by=by)
    if not fresh.is_live:
        return fresh
    release_seats_of([fresh.place_id], by=by)
    fresh.status = Registration.Status.CANCELLED
    fresh.cancelled_at = timezone.now()
    fresh.save(update_fields=["status", "cancelled_at", "changed_at"])
    fresh.events.create(verb=Verb.CANCELLED, actor=by)
    queue("registration/cancelled", registration_id=fresh.pk)
    return fresh


def _same_person(registration: Registration) -> Registration | None:
    """A live registration of this account that is for the same person, if there is one."""
    # Without an address the name must do: it is one account's list, where one knows whom one registered.
    same = Q(given_name__iexact=registration.given_name, family_name__iexact=registration.family_name)
    same &= Q(email="") if not registration.email else Q(email__iexact=registration.email)
    if registration.email:
        same |= Q(email__iexact=registration.email)
    if registration.is_own:
        same |= Q(is_own=True)
    return (
        Registration.objects.live()
        .managed_by(registration.managed_by)
        .filter(same, edition=registration.edition)
        .order_by("pk")
        .first()
    )


def _check_category(registration: Registration, category: Category, *, by: User) -> None:
    if category.edition_id != registration.edition_id:
        raise CategoryNotOffered
    if category.is_by_invitation and not by.has_perm("registration.change_registration"):
        raise CategoryNotOffered
