"""What becomes of a registration: received, waiting, offered a place, confirmed, refused, over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode

from efus_conference.mail import Letter, composes, site_address
from efus_conference.templatetags.dates import moment_at
from registration.mails.letters import conference_days, facts, letters, read, ticket_file
from registration.models import Registration, RegistrationEvent
from registration.models.people import RegistrationQuerySet
from registration.states import Status

Facts = dict[str, Any]


@composes("registration/confirmation")
def confirmation(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.CONFIRMED, attach=True)


@composes("registration/submitted")
def submitted(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.SUBMITTED, lambda row: {"is_reopened": _is_reopened(row)})


@composes("registration/waiting")
def waiting(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.WAITING, lambda row: {"position": _position(row)})


@composes("registration/place_offer")
def place_offer(registration_id: int) -> list[Letter]:
    """Until when the place is kept; nothing once that moment passed."""
    registration = read(registration_id)
    if registration is None or registration.offer_until is None or registration.offer_until <= timezone.now():
        return []
    return _told(registration_id, Status.APPROVED, _deadline)


@composes("registration/place_expired")
def place_expired(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.CANCELLED)


@composes("registration/refused")
def refused(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.REFUSED, lambda row: {"reason": row.refusal})


@composes("registration/cancelled")
def cancelled(registration_id: int) -> list[Letter]:
    return _told(registration_id, Status.CANCELLED, lambda row: {"reason": reason_of(row)})


@composes("registration/changed")
def changed(registration_id: int) -> list[Letter]:
    return _told(registration_id)


@composes("registration/handed_over")
def handed_over(registration_id: int) -> list[Letter]:
    """To the account that keeps it from now on, whoever else its mails go to: how to get to it."""
    registration = read(registration_id)
    if registration is None or not registration.is_live:
        return []
    keeper = registration.managed_by
    event = registration.events.filter(verb="handed_over").select_related("actor").first()
    giver = event.actor if event else None
    with translation.override(registration.language):
        context = {
            **facts(registration),
            # An organiser's name is told to nobody.
            "giver": ""
            if giver is None or giver.is_staff or giver.erased_at or giver == keeper
            else str(giver),
            "account_email": keeper.email,
            "login_url": site_address(
                f"{reverse('account_request_login_code')}?{urlencode({'next': registration.get_absolute_url()})}"
            ),
            "companions": [companion.name for companion in _companions_kept_with(registration)],
        }
    concerns = {"registration_id": registration.pk}
    return [
        Letter(keeper.email, registration.language, context=context, user_id=keeper.pk, concerns=concerns)
    ]


@composes("registration/need_reply")
def need_reply(registration_id: int) -> list[Letter]:
    """That there is a reply, never its words: they tell of the need, and copies of mails are kept."""
    is_there = Registration.objects.filter(pk=registration_id).exclude(need_reply__reply="")
    return _told(registration_id) if is_there.filter(need_reply__isnull=False).exists() else []


def _told(
    registration_id: int,
    status: str | None = None,
    more: Callable[[Registration], Facts] = lambda registration: {},
    *,
    attach: bool = False,
) -> list[Letter]:
    """The letters about a registration in that state, or in any that is not over; none when it is not so."""
    registration = read(registration_id)
    if registration is None or not (
        registration.status == status if status is not None else registration.is_live
    ):
        return []
    with translation.override(registration.language):
        # The ticket first: the facts lead to its page.
        ticket, days = (ticket_file(registration), conference_days(registration)) if attach else ((), ())
        context = {**facts(registration), **more(registration)}
        context |= {"has_ticket": bool(ticket), "has_calendar": bool(days)}
        attachments = (*ticket, *days)
    return letters(registration, context, attachments)


def _is_reopened(registration: Registration) -> bool:
    """Whether it waits for a decision because a refusal was taken back."""
    steps = RegistrationEvent.objects.filter(registration=registration, after=Status.SUBMITTED)
    return steps.values_list("verb", flat=True).first() == RegistrationEvent.Verb.REOPENED


def _companions_kept_with(registration: Registration) -> RegistrationQuerySet:
    companions = Registration.objects.live().filter(place__accompanies=registration.place_id)
    return companions.managed_by(registration.managed_by).defer("needs").by_name()


def _position(registration: Registration) -> int:
    """From 1, as the queue stands now."""
    before = Q(waiting_since__lt=registration.waiting_since) | Q(
        waiting_since=registration.waiting_since, pk__lte=registration.pk
    )
    return Registration.objects.queued(registration.category).filter(before).count()


def _deadline(registration: Registration) -> Facts:
    assert registration.offer_until is not None
    return {"until": moment_at(registration.offer_until, registration.edition)}


def reason_of(registration: Registration) -> str:
    """Why it was cancelled, as whoever did it wrote."""
    reasons = RegistrationEvent.objects.filter(registration=registration, verb="cancelled")
    return reasons.values_list("reason", flat=True).first() or ""
