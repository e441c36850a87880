"""The admin's timetable: the drafts of a day as a grid, and moving them by pointer, by keyboard or by a form."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTimeWidget

from efus_conference.admin_base import edition_asked_for
from efus_conference.models import Edition, EditionHost, User
from programme.actions import Moved, MoveRefused, Position, move_session, put_back
from programme.actions.moving import in_words
from programme.admin.grid import board_of
from programme.models import Room, Session

if TYPE_CHECKING:
    from programme.admin.sessions import SessionAdmin

TOO_LONG = 4_000  # bytes of a request that moves one session


class MoveForm(forms.Form):
    """Where a session goes, on the clocks of the edition's place. Without a day and a time it has none."""

    room: forms.ModelChoiceField[Room] = forms.ModelChoiceField(
        Room.objects.none(),
        required=False,
        label=gettext_lazy("Room"),
        empty_label=gettext_lazy("No room"),
        widget=UnfoldAdminSelectWidget(),
        error_messages={"invalid_choice": gettext_lazy("There is no such room in this edition.")},
    )
    day = forms.DateField(
        required=False,
        label=gettext_lazy("Day"),
        widget=UnfoldAdminDateWidget(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Enter a day, such as 2027-05-20.")},
    )
    time = forms.TimeField(
        required=False,
        label=gettext_lazy("Starts at"),
        widget=UnfoldAdminTimeWidget(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Enter a time, such as 09:30.")},
    )
    expected = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(self, session: Session, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = self.fields["room"]
        assert isinstance(rooms, forms.ModelChoiceField)
        rooms.queryset = Room.objects.filter(edition=session.edition_id)

    def clean_expected(self) -> Position:
        try:
            return Position.read(self.cleaned_data["expected"])
        except ValueError:
            raise forms.ValidationError(_("Open this page again: it does not say where the session was."))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (cleaned.get("day") is None) != (cleaned.get("time") is None):
            raise forms.ValidationError(_("Give both a day and a time, or none."))
        return cleaned

    @property
    def starts_at(self) -> datetime | None:
        day, time = self.cleaned_data["day"], self.cleaned_data["time"]
        return datetime.combine(day, time) if day else None


def timetable_page(request: HttpRequest, admin: SessionAdmin) -> HttpResponse:
    """`?edition=` (the current one by default) and `?day=` (today, or the first with sessions, by default)."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    editions = _editions()
    edition = edition_asked_for(request, editions)
    if edition is None:
        messages.error(request, _("There is no such edition with sessions or rooms."))
        return redirect("admin:programme_session_changelist")
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Timetable of the drafts"),
        "is_fullwidth": True,
        "editions": editions,
        "may_move": admin.has_change_permission(request),
        "may_release": admin.has_release_permission(request),
        "board": board_of(edition, request.GET.get("day", "")),
    }
    return render(request, "programme/admin/timetable.html", context)


@require_POST
def move_endpoint(request: HttpRequest, admin: SessionAdmin) -> JsonResponse:
    """One move as JSON: {"session", "room", "day", "time", "expected"} or, to undo one, {"session", "back",
    "expected"}, and "shown", the day whose board is to be sent back.

    Answers {"said": a sentence, "board": HTML} and, when it was moved, "before", "after" and the number of
    "clashes". 409 when it was refused.
    """
    if not admin.has_change_permission(request):
        raise PermissionDenied
    asked = _read(request)
    session = None
    if asked.get("session", "").isdecimal() and len(asked["session"]) < 19:
        session = Session.objects.select_related("edition").filter(pk=asked["session"]).first()
    if session is None:
        return JsonResponse({"said": _("There is no such session. Open this page again.")}, status=404)
    answer: dict[str, Any] = {}
    status = 200
    try:
        moved = _moved(request, session, asked)
    except forms.ValidationError as error:
        answer["said"], status = " ".join(error.messages), 400
    except MoveRefused as refusal:
        answer["said"], status = refusal.message, 409
    else:
        answer |= {"said": said_of(moved), "before": str(moved.before), "after": str(moved.after)}
        answer["clashes"] = len(moved.clashes)
    edition = _editions().get(pk=session.edition_id)
    board = board_of(edition, asked.get("shown", ""))
    answer["board"] = render_to_string(
        "programme/admin/_board.html", {"board": board, "may_move": True}, request
    )
    return JsonResponse(answer, status=status)


def _read(request: HttpRequest) -> dict[str, str]:
    if int(request.headers.get("content-length") or 0) > TOO_LONG:
        return {}
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):  # no JSON, not in UTF-8, or brackets within brackets without end
        return {}
    if not isinstance(asked, dict) or not all(isinstance(value, str | int) for value in asked.values()):
        return {}
    return {key: str(value) for key, value in asked.items()}


def _moved(request: HttpRequest, session: Session, asked: dict[str, str]) -> Moved:
    assert isinstance(request.user, User)
    form = MoveForm(session, asked)
    if not form.is_valid():
        raise forms.ValidationError([message for errors in form.errors.values() for message in errors])
    expected = form.cleaned_data["expected"]
    if "back" not in asked:
        return move_session(
            session=session,
            room=form.cleaned_data["room"],
            starts_at=form.starts_at,
            by=request.user,
            expected=expected,
        )
    try:
        position = Position.read(asked["back"])
    except ValueError:
        raise forms.ValidationError(_("Open this page again: it does not say where the session was."))
    return put_back(session=session, position=position, by=request.user, expected=expected)


def said_of(moved: Moved) -> str:
    """Where it is now and what is wrong there, in words to be read out."""
    session = moved.session
    where = in_words(moved.after, session.room, session.edition)
    if moved.after == moved.before:
        return _("“%(title)s” stays where it was: %(where)s.") % {"title": session.title, "where": where}
    sentence = _("“%(title)s” is now: %(where)s.") % {"title": session.title, "where": where}
    return " ".join([sentence, *(warning.message for warning in moved.clashes)])


def move_page(request: HttpRequest, admin: SessionAdmin, pk: int) -> HttpResponse:
    """The same move as a form of its own, which needs no script."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    session = get_object_or_404(Session.objects.select_related("edition", "room", "kind"), pk=pk)
    zone = session.edition.zone
    start = session.starts_at.astimezone(zone) if session.starts_at else None
    initial = {
        "room": session.room_id,
        "day": start.date() if start else None,
        "time": start.time() if start else None,
        "expected": str(Position.of(session)),
    }
    form = MoveForm(session, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            moved = move_session(
                session=session,
                room=form.cleaned_data["room"],
                starts_at=form.starts_at,
                by=request.user,
                expected=form.cleaned_data["expected"],
            )
        except MoveRefused as refusal:
            form.add_error(None, refusal.message)
            # What was typed stays; sent once more, it moves the session from where it is now.
            session.refresh_from_db()
            form.data = {**request.POST.dict(), "expected": str(Position.of(session))}
        else:
            messages.success(request, said_of(moved))
            return redirect(timetable_address(moved.session))
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Move “%(title)s”") % {"title": session.title},
        "session": session,
        "where": capfirst(in_words(Position.of(session), session.room, session.edition)),
        "form": form,
        "timetable_url": timetable_address(session),
    }
    return render(request, "programme/admin/move.html", context)


def timetable_address(session: Session) -> str:
    query = {"edition": session.edition.slug}
    if session.starts_at:
        query["day"] = session.starts_at.astimezone(session.edition.zone).date().isoformat()
    return f"{reverse('admin:programme_session_timetable')}?{urlencode(query)}#session-{session.pk}"


def _editions() -> Any:
    """Those with sessions or rooms, each with its name; the newest first."""
    hosts = EditionHost.objects.select_related("organisation")
    return (
        (Edition.objects.filter(sessions__isnull=False) | Edition.objects.filter(rooms__isnull=False))
        .distinct()
        .order_by("-number")
        .prefetch_related(Prefetch("hosting", hosts))
    )
