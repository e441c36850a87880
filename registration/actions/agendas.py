from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from programme.models import Session
from registration.actions.refusals import NoLongerRegistered
from registration.models import FeedLink, Registration, Star


def star(*, registration: Registration, session: Session) -> Star:
    """Notes that the person wants to see the session; a second star is the first. Raises NoLongerRegistered."""
    if not registration.is_live:
        raise NoLongerRegistered
    return Star.objects.get_or_create(registration=registration, session=session)[0]


def unstar(*, registration: Registration, session: Session) -> None:
    Star.objects.filter(registration=registration, session=session).delete()


@transaction.atomic
def agenda_link(
    *, registration: Registration, purpose: FeedLink.Purpose = FeedLink.Purpose.CALENDAR
) -> FeedLink:
    """The secret address for this purpose: the one that stands, else a new one. Raises NoLongerRegistered."""
    # Two windows at once would else both find none.
    fresh = Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    if not fresh.is_live:
        raise NoLongerRegistered
    return FeedLink.objects.get_or_create(registration=fresh, purpose=purpose, revoked_at=None)[0]


@transaction.atomic
def renew_agenda_link(
    *, registration: Registration, purpose: FeedLink.Purpose = FeedLink.Purpose.CALENDAR
) -> FeedLink:
    """A new address in the place of the one that stands; never neither. Raises NoLongerRegistered."""
    revoke_agenda_link(registration=registration, purpose=purpose)
    return agenda_link(registration=registration, purpose=purpose)


def revoke_agenda_link(
    *, registration: Registration, purpose: FeedLink.Purpose = FeedLink.Purpose.CALENDAR
) -> None:
    """From now on the address answers as one that never was."""
    standing = FeedLink.objects.filter(registration=registration, purpose=purpose, revoked_at=None)
    standing.update(revoked_at=timezone.now())
