"""One place of a delegation: who has it, who is invited, who comes instead."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from programme.models import ReleasedSession
from programme.wording import SessionLine, session_lines
from registration.actions.delegations import clear_place, name_place, note_place, replace_person
from registration.actions.invitations import (
    invite_to_place,
    replace_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from registration.actions.refusals import AlreadyRegistered, Refusal
from registration.actions.registrations import change_registration
from registration.delegation_forms import GiveUpForm, InviteForm, NoteForm, PersonForm
from registration.delegations import PlaceLine, history_of, overview
from registration.models import Place, Registration
from registration.requests import reader
from registration.waiting import positions_of


def line_of_reader(request: HttpRequest, pk: int) -> PlaceLine:
    """A place of a delegation the reader coordinates; anyone else's is not found."""
    mine = Place.objects.standing().filter(delegation__coordinator=reader(request))
    place = get_object_or_404(
        mine.select_related("edition", "delegation__organisation", "delegation__edition"), pk=pk
    )
    assert place.delegation is not None
    return next(line for line in overview(place.delegation).lines if line.place.pk == pk)


def _context(line: PlaceLine, place: Place, **more: Any) -> dict[str, Any]:
    return {
        "line": line,
        "place": place,
        "person": line.person,
        "delegation": place.delegation,
        "edition": place.edition,
        **more,
    }


def _page(request: HttpRequest, pk: int) -> tuple[PlaceLine, Place]:
    line = line_of_reader(request, pk)
    return line, line.place


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """What is so with one place, and what one can do about it."""
    line, place = _page(request, pk)
    form = NoteForm(
        request.POST if request.POST.get("what") == "note" else None, initial={"note": place.note}
    )
    if request.method == "POST":
        answer = _do(request, place, form)
        if answer is not None:
            return answer
    return render(
        request,
        "registration/delegation_place.html",
        _context(
            line,
            place,
            form=form,
            sessions=_sessions(line),
            history=history_of(place),
            is_kept_here=line.person is not None and line.person.managed_by_id == reader(request).pk,
            is_changeable=place.edition.phase() != "over",
        ),
    )


def _do(request: HttpRequest, place: Place, form: NoteForm) -> HttpResponse | None:
    by, what = reader(request), request.POST.get("what", "")
    try:
        if what == "note":
            if not form.is_valid():
                return None
            note_place(place=place, by=by, note=form.cleaned_data["note"])
            messages.success(request, _("The note is saved."))
        elif what == "resend":
            invitation = resend_invitation(place=place, by=by)
            messages.success(
                request, _("A new link is on its way to %(email)s.") % {"email": invitation.email}
            )
        elif what == "revoke":
            revoke_invitation(place=place, by=by)
            messages.success(request, _("The invitation is taken back; its link works no more."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("registration:delegation_place", place.pk)


def _sessions(line: PlaceLine) -> list[tuple[SessionLine, str, str]]:
    """Each session with a seat or a wait of the place, with the words and the colour that say which."""
    positions = positions_of(line.waits)
    words: dict[int, tuple[str, str]] = {}
    for wait in line.waits:
        sentence = _("Waiting, number %(position)d") % {"position": positions.get(wait.pk, 0)}
        words[wait.session_id] = (sentence, "tag-warning")
    for wait in line.offers:
        words[wait.session_id] = (_("Seat offered"), "tag-action")
    for booking in line.seats:
        words[booking.session_id] = (_("Seat booked"), "tag-success")
        if booking.status == booking.Status.CLASH:
            words[booking.session_id] = (_("Seat booked, overlaps another"), "tag-warning")
    edition = line.place.edition
    rows = ReleasedSession.objects.of(edition).filter(pk__in=words)
    return [(each, *words[each.row.pk]) for each in session_lines(rows, edition)]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Names someone on the place, or changes what was written of them while the coordinator keeps it."""
    line, place = _page(request, pk)
    kept = line.person
    if kept is not None and kept.managed_by_id != reader(request).pk:
        raise Http404  # they keep their registration themselves
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        initial=_first(request, kept),
        edition=place.edition,
        button=_("Save") if kept else _("Name this person"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            if kept is None:
                made = name_place(place=place, by=reader(request), person=form.cleaned_data)
            else:
                made = change_registration(registration=kept, by=reader(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("email" if isinstance(refusal, AlreadyRegistered) else None, str(refusal))
        else:
            messages.success(request, _("%(name)s comes on this place.") % {"name": made.name})
            return redirect("registration:delegation_place", pk)
    return render(request, "registration/delegation_name.html", _context(line, place, form=form))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks someone by e-mail to complete their own part."""
    line, place = _page(request, pk)
    if line.person is not None:
        return redirect("registration:delegation_place", pk)
    initial = {"language": reader(request).language}
    form = InviteForm(
        request.POST if request.method == "POST" else None, initial=initial, button=_("Send the invitation")
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = invite_to_place(place=place, by=reader(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": made.email})
            return redirect("registration:delegation_place", pk)
    return render(request, "registration/delegation_invite.html", _context(line, place, form=form))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Someone else on the place: named here, or (`?by=invitation`) asked by e-mail."""
    line, place = _page(request, pk)
    if line.person is None:
        return redirect("registration:delegation_place", pk)
    by_invitation = request.GET.get("by") == "invitation"
    posted = request.POST if request.method == "POST" else None
    form: PersonForm | InviteForm
    if by_invitation:
        initial = {"language": reader(request).language}
        form = InviteForm(posted, initial=initial, button=_("Replace and invite"), replaces=True)
    else:
        form = PersonForm(
            posted,
            initial=_first(request, None),
            edition=place.edition,
            button=_("Replace this person"),
            replaces=True,
        )
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        reason = answers.pop("reason")
        try:
            if by_invitation:
                sent = replace_by_invitation(place=place, by=reader(request), reason=reason, **answers)
                done = _("The place is free for the person invited: a link is on its way to %(who)s.")
                who = sent.email
            else:
                made = replace_person(place=place, by=reader(request), person=answers, reason=reason)
                done, who = _("%(who)s comes on this place now, with its seats."), made.name
        except Refusal as refusal:
            is_known = isinstance(refusal, AlreadyRegistered) or by_invitation
            form.add_error("email" if is_known else None, str(refusal))
        else:
            messages.success(request, done % {"who": who})
            return redirect("registration:delegation_place", pk)
    return render(
        request,
        "registration/delegation_replace.html",
        _context(line, place, form=form, by_invitation=by_invitation, sessions=_sessions(line)),
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def place_give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancels the registration of the place's person; the place stays the delegation's, with its seats."""
    line, place = _page(request, pk)
    if line.person is None:
        return redirect("registration:delegation_place", pk)
    form = GiveUpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            old = clear_place(place=place, by=reader(request), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            sentence = _("The registration of %(name)s is cancelled. The place has no name now.")
            messages.success(request, sentence % {"name": old.name})
            return redirect("registration:delegation_place", pk)
    return render(
        request,
        "registration/delegation_give_up.html",
        _context(line, place, form=form, sessions=_sessions(line)),
    )


def _first(request: HttpRequest, kept: Registration | None) -> dict[str, Any]:
    if kept is None:
        return {"mails_to": Registration.MailsTo.MANAGER, "language": reader(request).language}
    return {name: getattr(kept, name) for name in PersonForm.base_fields if name != "reason"}
