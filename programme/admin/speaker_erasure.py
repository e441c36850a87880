"""Erasing a speaker who has no account, from their page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from efus_conference.admin_base import number
from efus_conference.erasure_notes import note_erasure
from programme.actions.erasures import erase_speaker
from programme.models import Speaker


class ErasesSpeaker:
    """Mixed into the speakers' page; name the button in `actions_detail`."""

    admin_site: Any
    opts: Any

    @action(
        description=gettext_lazy("Erase the person"),
        url_path="erase",
        icon="person_remove",
        permissions=["erase"],
    )
    def erase_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        speaker = get_object_or_404(Speaker, pk=number(object_id))
        back = reverse("admin:programme_speaker_change", args=[speaker.pk])
        if request.method == "POST":
            erase_speaker(speaker=speaker)
            note_erasure(speakers=[speaker.pk])
            messages.success(request, _("The person is erased."))
            return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Erase this person?"),
            "sentences": [
                _(
                    "They are named nowhere any more, in past programmes too: name, portrait, biography, links, "
                    "consents and slides are deleted, and their sessions stay. This can’t be undone."
                ),
                _("An account or a registration of theirs is erased by itself."),
            ],
            "button": _("Erase for ever"),
            "back": back,
        }
        return render(request, "admin/registration/ask_first.html", context)

    def has_erase_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("programme.delete_speaker"))
