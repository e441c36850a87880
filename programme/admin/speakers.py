from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from efus_conference.admin_base import (
    OrganisersTabularInline,
    ReadOnlyAdmin,
    TranslatedAdmin,
    TranslatedTabularInline,
    in_languages,
)
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.models import Edition, User
from efus_conference.sorting import sort_key
from programme.actions import LinkRefused, remind, revoke_links, set_consent, set_portrait
from programme.admin.speaker_erasure import ErasesSpeaker
from programme.admin.speaker_filters import AnswerFilter, LinkFilter, MissingFilter, ShownFilter
from programme.admin.speaker_link_page import speaker_link_page
from programme.models import Appearance, ConsentEvent, Speaker, SpeakerLink
from programme.portraits import delete_files
from programme.speaker_forms import SpeakerForm
from programme.speaking import missing_texts
from programme.spreadsheets import SpeakerResource


class SessionsOfSpeakerInline(TranslatedTabularInline):
    model = Appearance
    fields = ["session", "role", "function", "organisation", "is_to_be_confirmed", "answer", "answer_note"]
    readonly_fields = ["answer_note"]
    autocomplete_fields = ["session", "organisation"]
    verbose_name = _("session")
    verbose_name_plural = _("sessions")
    tab = True


class ConsentEventInline(ReadOnlyAdmin, OrganisersTabularInline):
    """Read-only: the history is written by what happens, and by nothing else."""

    model = ConsentEvent
    fields = readonly_fields = ["at", "verb", "through", "recorded_by", "language", "wording"]
    verbose_name_plural = _("history of the consent")
    show_change_link = False
    tab = True


class SpeakerLinkInline(ReadOnlyAdmin, OrganisersTabularInline):
    model = SpeakerLink
    fields = readonly_fields = [
        "shown_edition",
        "sent_to",
        "language",
        "made_at",
        "made_by",
        "opened_at",
        "finished_at",
        "expires_at",
        "revoked_at",
    ]
    verbose_name_plural = _("links")
    show_change_link = False
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpeakerLink]:
        links: QuerySet[SpeakerLink] = super().get_queryset(request)
        return links.select_related("edition", "made_by").prefetch_related("edition__hosting__organisation")

    @display(description=_("edition"))
    def shown_edition(self, link: SpeakerLink) -> str:
        return link.edition.name


@admin.register(Speaker)
class SpeakerAdmin(ErasesSpeaker, SpreadsheetAdmin, TranslatedAdmin):
    form = SpeakerForm
    actions_detail = ["erase_this"]
    resource_classes = [SpeakerResource]
    list_display = [
        "name",
        "organisation",
        "sessions_count",
        "shown",
        "link_state",
        "answers",
        "has_portrait",
        "texts_missing",
    ]
    list_select_related = ["organisation"]
    list_filter = [
        ShownFilter,
        LinkFilter,
        AnswerFilter,
        MissingFilter,
        "basis",
        ("appearances__session__edition", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = [
        "name__unaccent",
        "sort_name__unaccent",
        "function_en__unaccent",
        "organisation__name_en__unaccent",
        "email",
    ]
    autocomplete_fields = ["organisation", "user"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SessionsOfSpeakerInline, ConsentEventInline, SpeakerLinkInline]
    actions = ["send_their_link", "remind_them", "take_links_back"]
    fieldsets = [
        (None, {"fields": ["name", "sort_name", "slug", "organisation", "portrait", "email", "user"]}),
        *in_languages("function", "biography"),
        (
            _("Consent"),
            {
                "fields": ["basis", "consented_at", "consent_withdrawn_at"],
                "classes": ["tab"],
                "description": _(
                    "The site names people who agreed to it, and those whom Efus named at the time. "
                    "A withdrawal acts at once and everywhere, in old programmes too."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Speaker]:
        """With how far each is with their part of the current edition."""
        speakers: QuerySet[Speaker] = super().get_queryset(request)
        current = Edition.objects.current()
        here = Q(appearances__session__edition=current)
        links = SpeakerLink.objects.filter(speaker=OuterRef("pk"), edition=current, revoked_at=None)
        return speakers.annotate(
            session_count=Count("appearances__session", distinct=True),
            asked_count=Count("appearances", filter=here, distinct=True),
            accepted_count=Count(
                "appearances", filter=here & Q(appearances__answer="accepted"), distinct=True
            ),
            declined_count=Count(
                "appearances", filter=here & Q(appearances__answer="declined"), distinct=True
            ),
            has_link=Exists(links),
            link_opened_at=Subquery(links.values("opened_at")[:1]),
            link_finished_at=Subquery(links.values("finished_at")[:1]),
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [sort_key("sort_name").asc(), "pk"]

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(lambda request: speaker_link_page(request, self))
        return [path("send-links/", page, name="programme_speaker_send_links"), *super().get_urls()]

    @display(description=_("sessions"), ordering="session_count")
    def sessions_count(self, speaker: Speaker) -> int:
        return int(speaker.session_count)  # type: ignore[attr-defined]

    @display(description=_("named on the site"), boolean=True)
    def shown(self, speaker: Speaker) -> bool:
        return speaker.is_shown

    @display(
        description=_("link"),
        label={"none": "default", "sent": "info", "used": "warning", "finished": "success"},
    )
    def link_state(self, speaker: Speaker) -> tuple[str, Any]:
        row: Any = speaker
        if not row.has_link:
            return "none", _("not sent")
        if row.link_finished_at:
            return "finished", _("finished")
        return ("used", _("used")) if row.link_opened_at else ("sent", _("sent"))

    @display(description=_("accepted"))
    def answers(self, speaker: Speaker) -> str:
        row: Any = speaker
        if not row.asked_count:
            return "–"
        counted = _("%(accepted)d of %(asked)d") % {
            "accepted": row.accepted_count,
            "asked": row.asked_count,
        }
        if not row.declined_count:
            return counted
        return _("%(counted)s, %(declined)d declined") % {"counted": counted, "declined": row.declined_count}

    @display(description=_("portrait"), boolean=True)
    def has_portrait(self, speaker: Speaker) -> bool:
        return bool(speaker.portrait)

    @display(description=_("texts missing"))
    def texts_missing(self, speaker: Speaker) -> str:
        names = {"function": _("function"), "biography": _("biography")}
        return ", ".join(f"{names[name]} ({code})" for name, code in missing_texts(speaker)) or "–"

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        assert isinstance(obj, Speaker)
        assert isinstance(request.user, User)
        wanted = obj.consented_at, obj.consent_withdrawn_at
        # The action compares with what is stored, and writes state and history together.
        obj.consented_at, obj.consent_withdrawn_at = (
            form.initial.get("consented_at"),
            form.initial.get("consent_withdrawn_at"),
        )
        super().save_model(request, obj, form, change)
        set_consent(
            speaker=obj,
            consented_at=wanted[0],
            withdrawn_at=wanted[1],
            through=ConsentEvent.Through.ORGANISER,
            by=request.user,
        )
        if form.pictures is not None:
            set_portrait(speaker=obj, squares=form.pictures or None)
        if change and "email" in form.changed_data and revoke_links(speaker=obj):
            messages.warning(
                request,
                _("The links sent to the former e-mail address no longer work. Send a new one."),
            )

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        assert isinstance(obj, Speaker)
        name, storage = obj.portrait.name or "", obj.portrait.storage
        super().delete_model(request, obj)
        transaction.on_commit(partial(delete_files, name, storage))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for speaker in queryset:
            self.delete_model(request, speaker)

    def has_link_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("programme.add_speakerlink"))

    @admin.action(description=_("Send their link…"), permissions=["link"])
    def send_their_link(self, request: HttpRequest, queryset: QuerySet[Speaker]) -> HttpResponse:
        chosen = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True))
        return redirect(f"{reverse('admin:programme_speaker_send_links')}?{urlencode({'speakers': chosen})}")

    @admin.action(description=_("Remind them of what is missing"), permissions=["link"])
    def remind_them(self, request: HttpRequest, queryset: QuerySet[Speaker]) -> None:
        assert isinstance(request.user, User)
        links = SpeakerLink.objects.usable().filter(
            speaker__in=list(queryset.values_list("pk", flat=True)), edition=Edition.objects.current()
        )
        reminded = 0
        for link in links.select_related("speaker", "edition"):
            try:
                remind(link=link, by=request.user)
                reminded += 1
            except LinkRefused as refusal:
                messages.error(request, refusal.message)
        without = queryset.count() - len(links)
        if without:
            sentence = ngettext(
                "%(count)d person has no link that works yet. Send it first.",
                "%(count)d people have no link that works yet. Send it first.",
                without,
            )
            messages.warning(request, sentence % {"count": without})
        if reminded:
            sentence = ngettext("%(count)d reminder is sent.", "%(count)d reminders are sent.", reminded)
            messages.success(request, sentence % {"count": reminded})

    @admin.action(description=_("Take their links back"), permissions=["link"])
    def take_links_back(self, request: HttpRequest, queryset: QuerySet[Speaker]) -> None:
        count = sum(revoke_links(speaker=speaker) for speaker in queryset)
        sentence = ngettext("%(count)d link no longer works.", "%(count)d links no longer work.", count)
        messages.success(request, sentence % {"count": count})
