"""“Take the draft back to what is public”, asked once more with all that it would lose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.admin_base import ids_in
from efus_conference.models import User
from programme.actions import NeverReleased, reset_draft
from programme.actions.comparison import as_released, is_waiting, released_row
from programme.admin.difference_lines import FieldLine, Names, field_lines, label_of
from programme.models import Session

if TYPE_CHECKING:
    from programme.admin.sessions import SessionAdmin


def reset_address(ids: Iterable[int | str]) -> str:
    query = urlencode({"sessions": ",".join(str(pk) for pk in ids)})
    return f"{reverse('admin:programme_session_reset')}?{query}"


def reset_page(request: HttpRequest, admin: SessionAdmin) -> HttpResponse:
    """`?sessions=1,2`. The release page's lines the other way round: what is drafted, and what it becomes again."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    wanted = ids_in(request.GET.get("sessions", ""))
    sessions = list(
        Session.objects.with_draft()
        .filter(pk__in=wanted)
        .select_related("edition", "kind", "room__venue", "released__room__venue", "released__kind")
        .prefetch_related("edition__hosting__organisation")
    )
    if not sessions:
        messages.error(request, _("Choose the sessions whose drafts shall be what is public again."))
        return redirect("admin:programme_session_changelist")
    if request.method == "POST":
        return _reset(request, sessions)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Back to what is public"),
        "sessions": [(session, losses_of(session)) for session in sessions],
        "is_possible": any(losses_of(session) for session in sessions),
    }
    return render(request, "programme/admin/reset.html", context)


def losses_of(session: Session) -> list[FieldLine] | None:
    """What would be lost, field by field; None for what was never public."""
    if (public := released_row(session)) is None:
        return None
    if is_waiting(session):
        return [
            FieldLine(
                label_of("during"), _("no time"), Names([public], session.edition).value("during", public)
            )
        ]
    drafted = as_released(session)
    return field_lines(drafted, public, Names([drafted, public], session.edition))


def _reset(request: HttpRequest, sessions: Iterable[Session]) -> HttpResponse:
    assert isinstance(request.user, User)
    done = 0
    for session in sessions:
        try:
            done += reset_draft(session=session, by=request.user)
        except NeverReleased as refusal:
            messages.warning(request, refusal.message)
    sentence = ngettext(
        "%(count)d draft is what is public again.", "%(count)d drafts are what is public again.", done
    )
    messages.success(request, sentence % {"count": done})
    return redirect("admin:programme_session_changelist")
