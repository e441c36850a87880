"""“Send their link”: for which edition and in which language, and then one button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from efus_conference.admin_base import ids_in
from efus_conference.models import Edition, User
from programme.actions import LinkRefused, send_links
from programme.models import Speaker

if TYPE_CHECKING:
    from programme.admin.speakers import SpeakerAdmin


class SendForm(forms.Form):
    edition = forms.ModelChoiceField(
        label=gettext_lazy("Edition"),
        queryset=Edition.objects.none(),
        empty_label=None,
        to_field_name="slug",
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the mail"),
        choices=settings.LANGUAGES,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("Behind the link every language can be chosen."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition = self.fields["edition"]
        assert isinstance(edition, forms.ModelChoiceField)
        edition.queryset = (
            Edition.objects.filter(sessions__isnull=False)
            .distinct()
            .order_by("-is_current", "-number")
            .prefetch_related("hosting__organisation")
        )
        edition.label_from_instance = lambda each: each.name  # type: ignore[assignment,method-assign]


def speaker_link_page(request: HttpRequest, admin: SpeakerAdmin) -> HttpResponse:
    """`?speakers=1,2`: mails each a link of their own, which replaces one they had."""
    if not admin.has_link_permission(request):
        raise PermissionDenied
    speakers = list(Speaker.objects.filter(pk__in=ids_in(request.GET.get("speakers", ""))).by_name())
    if not speakers:
        messages.error(request, _("Choose speakers in the list first."))
        return redirect("admin:programme_speaker_changelist")
    form = SendForm(request.POST or None)
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            made = send_links(speakers=speakers, by=request.user, **form.cleaned_data)
        except LinkRefused as refusal:
            messages.error(request, refusal.message)
        else:
            sentence = ngettext("%(count)d link is sent.", "%(count)d links are sent.", len(made))
            messages.success(request, sentence % {"count": len(made)})
            return redirect("admin:programme_speaker_changelist")
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("Send their link"),
        "speakers": speakers,
        "form": form,
    }
    return render(request, "programme/admin/send_links.html", context)
