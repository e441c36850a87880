"""The delegations an account coordinates: places and people, everyone's agenda, seats for several at once."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from efus_conference.models import Edition
from programme.models import ReleasedSession, Session
from programme.wording import session_lines
from registration.actions.delegation_refusals import SeatsRefused
from registration.actions.delegations import ask_for_places
from registration.actions.group_seats import GroupSeats, book_seats
from registration.actions.refusals import NoSeatToGiveUp, Refusal
from registration.actions.seats import give_up_seat
from registration.actions.waiting_lists import accept_seat, decline_seat, leave_list, wait_for_seats
from registration.agenda.people import joined
from registration.delegation_forms import MorePlacesForm
from registration.delegation_seats import PlaceChoice, choices_for
from registration.delegations import Overview, agenda, lines_of, overview
from registration.models import Delegation, Place, Registration, SeatPool
from registration.requests import reader
from registration.times import spoken_span


def coordinated_by_reader(request: HttpRequest, pk: int) -> Delegation:
    """One of the reader's delegations; anyone else's is not found."""
    mine = Delegation.objects.coordinated_by(reader(request)).select_related("edition", "organisation")
    return get_object_or_404(mine, pk=pk)


@login_required
@never_cache
@require_safe
def delegation(request: HttpRequest) -> HttpResponse:
    """The coordinator's delegations: their places and people, without the answers that are nobody's business."""
    mine = (
        Delegation.objects.coordinated_by(reader(request))
        .select_related("edition", "organisation")
        .prefetch_related("edition__hosting__organisation", "requests")
        .order_by("-edition__number", "pk")
    )
    shown = [overview(each) for each in mine]
    return render(
        request,
        "registration/delegation.html",
        {
            "present": [each for each in shown if not each.is_over],
            "past": [each for each in shown if each.is_over],
        },
    )


@login_required
@never_cache
@require_safe
def delegation_agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Everyone's seats and waits by day, and which sessions one can book for them."""
    mine = coordinated_by_reader(request, pk)
    shown = overview(mine)
    pools = {pool.pk: pool for pool in SeatPool.objects.bookable(mine.edition, timezone.now())}
    rows = list(ReleasedSession.objects.of(mine.edition).filter(pk__in=pools))
    taken = [booking.session_id for line in shown.lines for booking in line.seats]
    return render(
        request,
        "registration/delegation_agenda.html",
        {
            "delegation": mine,
            "edition": mine.edition,
            "days": agenda(shown.lines, mine.edition),
            "without": [line for line in shown.lines if not line.seats and not line.waits],
            "bookable": [
                (line, pools[line.row.pk], taken.count(line.row.pk))
                for line in session_lines(rows, mine.edition)
            ],
            "places": len(shown.lines),
        },
    )


@login_required
@never_cache
@require_safe
def agendas(request: HttpRequest) -> HttpResponse:
    """The agendas of all whose registrations the account keeps, side by side."""
    edition = Edition.objects.current()
    kept = Registration.objects.live().managed_by(reader(request)).filter(edition=edition)
    places = [row.place for row in kept.select_related("place").defer("needs").order_by("-is_own", "pk")]
    lines = lines_of(places)
    context = {
        "edition": edition,
        "days": agenda(lines, edition) if edition else [],
        "without": [line for line in lines if not line.seats and not line.waits],
    }
    return render(request, "registration/agendas.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_session(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Seats of one session for all or some of the places."""
    mine = coordinated_by_reader(request, pk)
    released = (
        ReleasedSession.objects.of(mine.edition)
        .select_related("session", "edition", "kind", "room")
        .filter(session__code=code)
        .first()
    )
    if released is None:
        raise Http404
    shown = overview(mine)
    choices = choices_for(released, shown)
    if request.method == "POST":
        _do(request, released, shown, choices)
        return redirect("registration:delegation_session", pk, code)
    pool = SeatPool.objects.filter(pk=released.pk).first()
    hold = pool.holds.filter(delegation=mine).first() if pool else None
    held = hold.seats - hold.used if hold else 0
    seats = (pool.open if pool else 0) + held
    is_closed = pool is None or released.is_cancelled or released.starts_at <= timezone.now()
    return render(
        request,
        "registration/delegation_session.html",
        {
            "delegation": mine,
            "edition": mine.edition,
            "released": released,
            "when": spoken_span(released.starts_at, released.ends_at, mine.edition.zone),
            "pool": pool,
            "held": held,
            "choices": choices,
            "can_book": not is_closed and seats > 0 and any(choice.is_open for choice in choices),
            # As long as there is a seat for everyone, nobody needs to wait.
            "can_wait": not is_closed and seats < sum(choice.may_wait for choice in choices),
            "is_closed": is_closed,
        },
    )


def _do(request: HttpRequest, released: ReleasedSession, shown: Overview, choices: list[PlaceChoice]) -> None:
    """The one thing that was asked for; what came of it is said in messages."""
    by, what = reader(request), request.POST.get("what", "")
    verb, _sep, rest = what.partition("-")
    number, _sep, give = rest.partition("-")
    asked = {choice.line.place.pk: choice for choice in choices}
    one = asked.get(int(number)) if number.isdecimal() and len(number) < 19 else None
    chosen = [
        choice.line.place for choice in choices if str(choice.line.place.pk) in request.POST.getlist("place")
    ]
    wants_all = request.POST.get("all") == "all"
    try:
        if verb == "give_up" and one and one.booking:
            give_up_seat(booking=one.booking, by=by)
            messages.success(request, _("The seat of %(name)s is given up.") % {"name": one.line.name})
        elif verb == "leave" and one and one.wait:
            leave_list(wait=one.wait, by=by)
            messages.success(request, _("%(name)s waits no longer.") % {"name": one.line.name})
        elif verb == "accept" and one and one.wait:
            accept_seat(wait=one.wait, by=by, give_up=_given(one, give))
            messages.success(request, _("%(name)s has a seat.") % {"name": one.line.name})
        elif verb == "decline" and one and one.wait:
            decline_seat(wait=one.wait, by=by)
            messages.success(
                request, _("The seat offered to %(name)s is declined.") % {"name": one.line.name}
            )
        elif what in ("book", "wait") and not chosen:
            messages.warning(request, _("Choose for whom first."))
        elif what == "book":
            done = book_seats(places=chosen, session=released.session, by=by, wants_all=wants_all)
            _say_booked(request, done, shown)
        elif what == "wait":
            waits = wait_for_seats(places=chosen, session=released.session, by=by, wants_all=wants_all)
            _say_waiting(request, {wait.place_id for wait in waits}, shown)
    except SeatsRefused as refusal:
        messages.error(request, str(refusal))
        _say_refused(request, refusal.refused, shown)
    except Refusal as refusal:
        messages.error(request, str(refusal))


def _say_waiting(request: HttpRequest, place_ids: set[int], shown: Overview) -> None:
    names = [line.name for line in shown.lines if line.place.pk in place_ids]
    sentence = ngettext("%(names)s waits now.", "%(names)s wait now.", len(names))
    messages.success(request, sentence % {"names": joined(names)})


def _given(choice: PlaceChoice, code: str) -> Session | None:
    """The session whose seat goes for the one that is accepted. Raises NoSeatToGiveUp where that is none of them."""
    if not code:
        return None
    given = next((other.session for other in choice.instead_of if other.session.code == code), None)
    if given is None:
        raise NoSeatToGiveUp
    return given


def _say_booked(request: HttpRequest, done: GroupSeats, shown: Overview) -> None:
    if done.bookings:
        sentence = ngettext("%(count)d seat is booked.", "%(count)d seats are booked.", len(done.bookings))
        messages.success(request, sentence % {"count": len(done.bookings)})
    _say_refused(request, done.refused, shown)


def _say_refused(request: HttpRequest, refused: Mapping[Place, Refusal], shown: Overview) -> None:
    names = {line.place.pk: line.name for line in shown.lines}
    for place, refusal in refused.items():
        messages.error(
            request, _("%(name)s: %(problem)s") % {"name": names.get(place.pk, ""), "problem": refusal}
        )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delegation_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the organisers for more places."""
    mine = coordinated_by_reader(request, pk)
    form = MorePlacesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_places(
                delegation=mine,
                count=form.cleaned_data["places"],
                why=form.cleaned_data["why"],
                by=reader(request),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The organisers are asked. Their answer will stand here."))
            return redirect(f"{reverse('registration:delegation')}#delegation-{mine.pk}")
    return render(
        request,
        "registration/delegation_more.html",
        {"delegation": mine, "edition": mine.edition, "form": form},
    )
