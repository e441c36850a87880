"""The desk's doors: links with a PIN, the passphrase of the list, devices; and the alerts they raise."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from efus_conference.models import Edition, User
from efus_conference.secret_links import hash_of_token, is_used_up, is_within_limit
from registration.actions.desk_refusals import (
    DeskRefusal,
    LinkClosed,
    LinkRevoked,
    NoPassphrase,
    NotOnThisDay,
    PassphraseTooShort,
    TooManyPassphrases,
    TooManyPins,
    WrongPassphrase,
    WrongPin,
)
from registration.actions.tickets import tickets_for
from registration.desk.days import counted_days
from registration.models import (
    DeskAlert,
    DeskDevice,
    DeskLink,
    DeskPassphrase,
    Registration,
    Ticket,
)
from registration.models.desk import MOST_WRONG_PINS, PIN_LENGTH

SHORTEST_PASSPHRASE = 12  # characters
WRONG_PASSPHRASES = 10  # in an hour by one device
WRONG_PASSPHRASES_OF_LINK = 60  # in an hour by all devices of one link or organiser


@dataclass(frozen=True)
class NewLink:
    """Token and PIN, which nobody can read again."""

    link: DeskLink
    token: str
    pin: str


def make_desk_link(*, edition: Edition, day: date, label: str, by: User) -> NewLink:
    """Raises NotOnThisDay."""
    if day not in counted_days(edition, timezone.now()):
        raise NotOnThisDay
    token, pin = secrets.token_urlsafe(24), f"{secrets.randbelow(10**PIN_LENGTH):0{PIN_LENGTH}d}"
    link = DeskLink.objects.create(
        edition=edition,
        day=day,
        label=label,
        token_hash=hash_of_token(token),
        pin_hash=make_password(pin),
        made_by=by,
    )
    return NewLink(link, token, pin)


def revoke_desk_link(*, link: DeskLink) -> None:
    """Nobody enters by it any more, and the devices that did are closed."""
    DeskLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now())


def close_device(*, device: DeskDevice) -> None:
    DeskDevice.objects.filter(pk=device.pk, closed_at=None).update(closed_at=timezone.now())


def check_link(link: DeskLink) -> None:
    """Raises LinkRevoked, LinkClosed, TooManyPins."""
    if link.revoked_at is not None:
        raise LinkRevoked
    if not link.is_open():
        raise LinkClosed
    if link.wrong_pins >= MOST_WRONG_PINS:
        raise TooManyPins


def enter_by_link(*, link: DeskLink, pin: str, name: str) -> DeskDevice:
    """A device of a volunteer. Raises LinkRevoked, LinkClosed, TooManyPins, WrongPin."""
    refusal: DeskRefusal | None = None
    with transaction.atomic():
        # The row's lock counts the tries of all who guess at once.
        link = DeskLink.objects.select_related("edition").select_for_update(of=("self",)).get(pk=link.pk)
        check_link(link)
        if check_password(pin.replace(" ", ""), link.pin_hash):
            DeskLink.objects.filter(pk=link.pk).update(wrong_pins=0)
            return DeskDevice.objects.create(edition=link.edition, link=link, name=name)
        # Raised once the count is committed.
        DeskLink.objects.filter(pk=link.pk).update(wrong_pins=F("wrong_pins") + 1)
        refusal = TooManyPins() if link.wrong_pins + 1 >= MOST_WRONG_PINS else WrongPin()
    raise refusal


def enter_as_organiser(*, edition: Edition, name: str, by: User) -> DeskDevice:
    return DeskDevice.objects.create(edition=edition, user=by, name=name)


def set_passphrase(*, edition: Edition, passphrase: str, by: User) -> None:
    """Raises PassphraseTooShort."""
    if len(passphrase.strip()) < SHORTEST_PASSPHRASE:
        raise PassphraseTooShort
    row = DeskPassphrase.objects.filter(edition=edition).first() or DeskPassphrase(edition=edition)
    row.set_by = by
    row.keep(passphrase.strip())
    row.save()


def check_passphrase(*, device: DeskDevice, passphrase: str) -> None:
    """Raises NoPassphrase, TooManyPassphrases, WrongPassphrase. Wrong ones are counted, by device and by link."""
    kept = DeskPassphrase.objects.filter(edition=device.edition_id).first()
    if kept is None:
        raise NoPassphrase
    limits = {
        f"device-{device.pk}": WRONG_PASSPHRASES,
        f"link-{device.link_id}-user-{device.user_id}": WRONG_PASSPHRASES_OF_LINK,
    }
    if any(is_used_up("desk-passphrase", who, per_hour=most) for who, most in limits.items()):
        raise TooManyPassphrases
    if kept.is_it(passphrase.strip()):
        return
    for who, most in limits.items():
        is_within_limit("desk-passphrase", who, per_hour=most)
    raise WrongPassphrase


def open_list(*, device: DeskDevice, passphrase: str) -> None:
    """Lets the device have the list, in which everybody has a ticket then. Raises as `check_passphrase`."""
    check_passphrase(device=device, passphrase=passphrase)
    people = Registration.objects.confirmed().filter(edition=device.edition_id, erased_at=None)
    without = people.exclude(pk__in=Ticket.objects.standing().values("registration"))
    tickets_for(list(without.only("pk")))


def raise_alert(*, device: DeskDevice, kind: str, ticket: Ticket | None = None) -> None:
    """What was typed lets nobody in; one alert a minute is enough for a page that is loaded again."""
    just_now = timezone.now() - timedelta(minutes=1)
    if not DeskAlert.objects.filter(device=device, kind=kind, ticket=ticket, at__gte=just_now).exists():
        DeskAlert.objects.create(
            edition=device.edition,
            kind=kind,
            at=timezone.now(),
            device=device,
            ticket=ticket,
            registration_id=ticket.registration_id if ticket else None,
        )


def look_into_alert(*, alert: DeskAlert, by: User) -> None:
    DeskAlert.objects.filter(pk=alert.pk, seen_at=None).update(seen_at=timezone.now(), seen_by=by)
