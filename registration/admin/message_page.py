"""“Look at it and send”: the message in each language, to how many, a trial to oneself, and then one button."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registration.actions import Refusal
from registration.actions.messages import send_message, try_message
from registration.audiences import audience_of
from registration.mails.messages import Written, as_if, written_for
from registration.models import Message, Registration
from registration.requests import reader

if TYPE_CHECKING:
    from registration.admin.messages import MessageAdmin


@dataclass(frozen=True)
class InLanguage:
    """What the readers of one language get, as the first of them; `is_own` is false where it is the English text."""

    code: str
    name: str
    readers: int
    example: str
    written: Written
    is_own: bool


def message_page(request: HttpRequest, admin: MessageAdmin, pk: int) -> HttpResponse:
    """POST `what`: “trial” to oneself, “ask” whether it is meant, “send”."""
    message: Message = get_object_or_404(Message.objects.select_related("edition"), pk=pk)
    address = reverse("admin:registration_message_change", args=[pk])
    if message.sent_at is not None:
        if not admin.has_view_permission(request, message):
            raise PermissionDenied
        messages.info(request, _("This message was sent already; nobody gets it twice."))
        return redirect(address)
    if not admin.has_change_permission(request, message):
        raise PermissionDenied
    what, by = request.POST.get("what", ""), reader(request)
    try:
        if what == "trial":
            try_message(message=message, by=by)
            done = _("A trial in each language is on its way to %(address)s.")
            messages.success(request, done % {"address": by.email})
            return redirect("admin:registration_message_send", pk)
        if what == "send":
            sent = send_message(message=message, by=by)
            done = ngettext(
                "The message is on its way to %(count)d person.",
                "The message is on its way to %(count)d people.",
                sent.sent_count,
            )
            messages.success(request, done % {"count": sent.sent_count})
            return redirect(address)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(address)
    people = audience_of(message)
    context: dict[str, Any] = {
        **admin.admin_site.each_context(request),
        "title": message.subject,
        "opts": admin.opts,
        "message": message,
        "group": group_of(message),
        "people": len(people),
        "languages": [
            _in_language(message, code, name, people, request) for code, name in settings.LANGUAGES
        ],
        "is_asking": what == "ask",
        "send_url": reverse("admin:registration_message_send", args=[pk]),
        "edit_url": address,
    }
    return render(request, "admin/registration/message.html", context)


def group_of(message: Message) -> str:
    """To whom it goes, with which delegation, session or category is meant: “a delegation: Liège”."""
    city = message.delegation.organisation if message.delegation else None
    meant = city or message.session or message.category
    if meant is None:
        return message.get_audience_display()
    return _("%(group)s: %(which)s") % {"group": message.get_audience_display(), "which": meant}


def _in_language(
    message: Message, code: str, name: str, people: list[Registration], request: HttpRequest
) -> InLanguage:
    count = Counter(person.language for person in people)[code]
    first = next((person for person in people if person.language == code), None)
    with translation.override(code):
        shown = first or as_if(reader(request), message, code)
        written = written_for(message, shown)
    own = bool(getattr(message, f"body_{code}"))
    return InLanguage(code, name, count, shown.name, written, own)
