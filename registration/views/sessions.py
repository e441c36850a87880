"""One session for each of the reader's registrations: star, book, swap, wait, accept, give up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from efus_conference.at_hand import AtHand, at_hand
from efus_conference.templatetags.dates import moment_at
from programme.at_hand import Programme, editions_at_hand, furniture_at_hand, programme_of
from programme.models import Session
from programme.places import practical_matters
from programme.wording import SessionLine
from registration import actions
from registration.agenda import Choice, choices_for
from registration.agenda.options import Button, buttons_of
from registration.agenda.words import Mark, mark_of, waits_with, why_no_seats
from registration.asking import unanswered
from registration.deeds import Deed, done
from registration.identities import identity_state
from registration.models import Registration, SeatPool
from registration.requests import reader
from registration.times import spoken_span
from registration.views.own import chosen, live_registrations


@dataclass(frozen=True)
class Asked:
    """What a page of this session needs, read once."""

    hand: AtHand
    session: Session
    line: SessionLine
    programme: Programme
    registrations: list[Registration]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_session(request: HttpRequest, code: str) -> HttpResponse:
    asked = _asked(request, code)
    if request.method != "POST":
        return _page(request, asked)
    several = request.POST.getlist("registration")
    registrations = [chosen(pk, asked.registrations) for pk in dict.fromkeys(several)] or [chosen(None, [])]
    deed = Deed(
        session=asked.session,
        title=asked.line.title,
        registrations=registrations,
        by=reader(request),
        give=request.POST.get("give", ""),
        is_wheelchair="is_wheelchair" in request.POST,
        wants_all=request.POST.get("wants") == "all",
        lines=asked.programme.lines,
    )
    what = request.POST.get("what", "")
    if what == "give_up" and "sure" not in request.POST and (waiting := deed.waiting_for_it()):
        # There is no way back: whoever waits is offered the seat in the same moment.
        return _page(request, asked, waiting_for_it=waiting)
    try:
        sentence = done(what, deed)
    except actions.Refusal as refusal:
        messages.error(request, str(refusal))
        # The page as it is now, with what was chosen: no redirect, which would forget it.
        return _page(request, asked, status=409)
    if sentence:
        messages.success(request, sentence)
    return redirect(_next(what, asked, registrations[0]))


def _asked(request: HttpRequest, code: str) -> Asked:
    hand = at_hand()
    session = Session.objects.filter(code=code).first()
    if session is None:
        raise Http404
    edition = {known.pk: known for known in editions_at_hand(hand)}.get(session.edition_id)
    if edition is None:
        raise Http404
    programme = programme_of(edition, hand)
    line = programme.lines.get(session.pk)
    if line is None:
        raise Http404
    return Asked(hand, session, line, programme, live_registrations(request, hand, edition))


@dataclass(frozen=True)
class Person:
    """One registration's part of the page."""

    choice: Choice
    buttons: list[Button]
    mark: Mark | None
    offered_until: str
    why_no_seats: str
    may_take_back: bool
    waits_with: str
    waiting_for_it: int  # those who would have the seat at once, where it is asked whether to give it up

    @property
    def is_blocked(self) -> bool:
        """Neither free at that time nor with one seat that could go instead."""
        against = self.choice.obstacles
        return bool(against.overlapped) and not against.instead_of and not self.choice.entry.is_booked

    def may(self, what: str) -> bool:
        return any(button.what == what and not button.is_wheelchair for button in self.buttons)


def _person(
    choice: Choice, pool: SeatPool | None, *, is_bookable: bool, gave_up: str, waiting_for_it: int
) -> Person:
    entry, registration = choice.entry, choice.registration
    buttons = buttons_of(choice, pool, is_bookable=is_bookable)
    has_any = entry.seat or entry.wait or entry.starred_at or entry.is_speaking
    until = entry.wait.offer_until if entry.wait else None
    return Person(
        choice,
        buttons,
        mark_of(entry) if has_any else None,
        moment_at(until, entry.released.edition) if until else "",
        why_no_seats(registration) if pool and is_bookable else "",
        gave_up == str(registration.pk) and any(button.what == "book" for button in buttons),
        waits_with(entry),
        waiting_for_it if entry.is_booked else 0,
    )


def _page(request: HttpRequest, asked: Asked, *, status: int = 200, waiting_for_it: int = 0) -> HttpResponse:
    """The one who was chosen comes first; `waiting_for_it` asks whether to give up their seat all the same."""
    released = asked.line.row
    edition = released.edition
    has_begun = released.starts_at <= timezone.now()
    is_bookable = not has_begun and not released.is_cancelled
    pool = SeatPool.objects.filter(pk=released.pk).first()
    gave_up = request.GET.get("gave_up", "")
    first = request.POST.get("registration") or gave_up or request.GET.get("registration", "")
    registrations = sorted(asked.registrations, key=lambda one: str(one.pk) != first)
    people = [
        _person(
            choice,
            pool,
            is_bookable=is_bookable,
            gave_up=gave_up,
            waiting_for_it=waiting_for_it if str(choice.registration.pk) == first else 0,
        )
        for choice in choices_for(asked.line, registrations, asked.programme, pool)
    ]
    waiting_together = [person for person in people if person.may("wait")]
    identity = identity_state(released, is_given=False)
    context: dict[str, Any] = {
        **furniture_at_hand(asked.hand, request),
        "released": released,
        "line": asked.line,
        "edition": edition,
        "when": spoken_span(released.starts_at, released.ends_at, edition.zone),
        "pool": pool,
        "has_begun": has_begun,
        "people": people,
        "waiting_together": waiting_together if len(waiting_together) > 1 else [],
        "chosen": request.POST.getlist("registration"),
        "wants": request.POST.get("wants", "some"),
        "is_open": edition.is_registration_open(),
        "practical": practical_matters(released, edition),
        "identity_by": identity.deadline if identity and identity.is_open else "",
    }
    return render(request, "registration/my_session.html", context, status=status)


def _next(what: str, asked: Asked, registration: Registration) -> str:
    """Where one goes on: what a new seat still asks for, else the same page."""
    here = reverse("registration:my_session", args=[asked.session.code])
    own = f"{here}?registration={registration.pk}" if len(asked.registrations) > 1 else here
    if what == "give_up":
        return f"{here}?gave_up={registration.pk}#person-{registration.pk}"
    if what in ("book", "swap", "accept_offer"):
        if unanswered(registration, session=asked.session):
            # They lead back here, where a document that is needed is asked for.
            address = reverse("registration:questions", args=[registration.pk])
            return f"{address}?session={asked.session.code}"
        if asked.line.row.identity_by is None:
            return own
        [choice] = choices_for(asked.line, [registration], asked.programme, None)
        identity = choice.entry.identity
        if identity and identity.is_open and not identity.is_given:
            address = reverse("registration:identity", args=[asked.session.code])
            return f"{address}?registration={registration.pk}"
    return own
