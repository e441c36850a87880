from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import formats
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import (
    TranslatedAdmin,
    TranslatedTabularInline,
    in_languages,
    number,
)
from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.languages import in_every_language
from programme.actions import clashes_of
from programme.actions.comparison import change_of, is_waiting, released_row
from programme.admin.materials import MaterialInline
from programme.admin.release_page import release_page
from programme.admin.reset_page import reset_address, reset_page
from programme.admin.timetable_page import (
    move_endpoint,
    move_page,
    timetable_address,
    timetable_page,
)
from programme.forms import SessionForm
from programme.models import Appearance, Session
from programme.models.releases import TEXTS
from programme.spreadsheets import SessionResource


class AppearanceInline(TranslatedTabularInline):
    model = Appearance
    fields = ["order", "speaker", "role", "function", "organisation", "is_to_be_confirmed", "answer"]
    autocomplete_fields = ["speaker", "organisation"]
    tab = True


class DayFilter(admin.SimpleListFilter):
    """By calendar day at the venue, of the edition that is filtered by or of all."""

    title = _("day")
    parameter_name = "day"

    def _moments(self, queryset: QuerySet[Any]) -> list[tuple[int, datetime, str]]:
        return list(
            queryset.filter(starts_at__isnull=False)
            .order_by("starts_at")
            .values_list("pk", "starts_at", "edition__timezone")
        )

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sessions = Session.objects.all()
        if edition := request.GET.get("edition__id__exact", ""):
            sessions = sessions.filter(edition=int(edition)) if edition.isdecimal() else sessions.none()
        days = dict.fromkeys(_day(moment, zone) for _pk, moment, zone in self._moments(sessions))
        found = [(day.isoformat(), formats.date_format(day, "D j F Y")) for day in days]
        return [*found, ("none", str(_("no time yet")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "none":
            return queryset.filter(starts_at__isnull=True)
        if not self.value():
            return queryset
        chosen = [
            pk
            for pk, moment, zone in self._moments(Session.objects.all())
            if _day(moment, zone).isoformat() == self.value()
        ]
        return queryset.filter(pk__in=chosen)


class StateFilter(admin.SimpleListFilter):
    title = _("public")
    parameter_name = "public"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("no", _("not released yet")),
            ("differs", _("the draft differs")),
            ("same", _("as the draft")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(released__isnull=True)
        if self.value() not in ("differs", "same"):
            return queryset
        differing = [draft.pk for draft in _compared(Session.objects.with_draft()) if _differs(draft)]
        released = queryset.filter(released__isnull=False)
        if self.value() == "differs":
            return released.filter(pk__in=differing)
        return released.exclude(pk__in=differing)


@admin.register(Session)
class SessionAdmin(SpreadsheetAdmin, TranslatedAdmin):
    """The drafts. What is public changes with a release only."""

    form = SessionForm
    resource_classes = [SessionResource]
    list_display = ["code", "title", "kind", "when", "room", "shown_edition", "state"]
    list_display_links = ["code", "title"]
    list_filter = [
        ("edition", admin.RelatedOnlyFieldListFilter),
        DayFilter,
        StateFilter,
        "kind",
        ("room", admin.RelatedOnlyFieldListFilter),
        ("themes", admin.RelatedOnlyFieldListFilter),
        "is_cancelled",
    ]
    search_fields = [
        "code",
        *in_every_language("title", ending="__unaccent"),
        "appearances__speaker__name__unaccent",
    ]
    ordering = ["-edition__number", "starts_at", "pk"]
    autocomplete_fields = ["edition", "kind", "room", "themes"]
    inlines = [AppearanceInline, MaterialInline]
    actions = ["release_selected", "reset_selected"]
    actions_list = ["open_timetable", "release_everything"]
    actions_detail = ["in_the_timetable", "open_seats", "open_door_list", "reset_this"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "edition",
                    "code",
                    "kind",
                    "room",
                    "starts_at",
                    "ends_at",
                    "floor_languages",
                    "interpretation_languages",
                    "caption_languages",
                    "themes",
                    "is_cancelled",
                    "note",
                ],
                "description": _("Times are those on the clocks of the edition's place."),
            },
        ),
        *in_languages(*TEXTS),
        (
            _("Field visit"),
            {
                "fields": ["departs_at", "returns_at", "wheelchair_places", "identity_by"],
                "classes": ["tab"],
                "description": _(
                    "For what takes place outside: when it leaves its meeting point and comes back, within the "
                    "session's time. Where to meet and what to bring stands in each language's tab."
                ),
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        sessions: QuerySet[Session] = super().get_queryset(request)
        return _compared(sessions.with_draft()).prefetch_related(  # type: ignore[attr-defined]
            "edition__hosting__organisation"
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> list[str]:
        """A code is for ever, and so is the edition of what was public."""
        fields = list(super().get_readonly_fields(request, obj))
        if obj is not None:
            fields.append("code")
            if released_row(obj) is not None:
                fields.append("edition")
        return fields

    class Media:
        css = {"all": ["css/admin-sessions.css"]}

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))

        return [
            path("release/", page(release_page), name="programme_session_release"),
            path("reset/", page(reset_page), name="programme_session_reset"),
            path("timetable/", page(timetable_page), name="programme_session_timetable"),
            path("timetable/move/", page(move_endpoint), name="programme_session_move_endpoint"),
            path("<int:pk>/move/", page(move_page), name="programme_session_move"),
            *super().get_urls(),
        ]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Says at once what the draft would bring into two places; only the release refuses it."""
        super().save_related(request, form, formsets, change)
        for warning in clashes_of(form.instance):
            messages.warning(request, warning.message)

    def view_on_site(self, obj: Session) -> str | None:
        """The public page; none for what was never released."""
        return reverse("programme:session", args=[obj.edition.slug, obj.code]) if released_row(obj) else None

    def has_release_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("programme.add_release"))

    @admin.action(description=_("Release selected sessions…"), permissions=["release"])
    def release_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponse | None:
        chosen = list(queryset.order_by("pk").values_list("pk", "edition__slug"))
        slugs = {slug for _pk, slug in chosen}
        if len(slugs) != 1:
            messages.error(request, _("A release is for one edition. Choose sessions of one edition only."))
            return None
        query = urlencode({"edition": slugs.pop(), "sessions": ",".join(str(pk) for pk, _slug in chosen)})
        return redirect(f"{reverse('admin:programme_session_release')}?{query}")

    @admin.action(description=_("Take selected drafts back to what is public…"), permissions=["change"])
    def reset_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> HttpResponse:
        return redirect(reset_address(queryset.order_by("pk").values_list("pk", flat=True)))

    @action(description=_("Back to what is public…"), permissions=["change"], url_path="back", icon="undo")
    def reset_this(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(reset_address([object_id]))

    @action(description=_("Timetable"), permissions=["view"], url_path="grid", icon="calendar_view_week")
    def open_timetable(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:programme_session_timetable")

    @action(
        description=_("In the timetable"), permissions=["view"], url_path="place", icon="calendar_view_week"
    )
    def in_the_timetable(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect(timetable_address(get_object_or_404(Session, pk=number(object_id))))

    @action(description=_("Seats"), permissions=["seats"], url_path="seats", icon="event_seat")
    def open_seats(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Where its seats are, or are made: a page of the apps above, which asks the right itself."""
        return redirect("admin:registration_seatpool_of_session", pk=number(object_id))

    def has_seats_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("registration.view_seatpool")

    @action(description=_("List for the door"), permissions=["door_list"], url_path="door", icon="checklist")
    def open_door_list(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Of those with a seat, where seats are booked: a page of the apps above, which asks the right itself."""
        return redirect("admin:registration_seatpool_door_list", pk=number(object_id))

    def has_door_list_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perms(["registration.view_booking", "registration.view_registration"])

    @action(
        description=_("Release the programme…"),
        permissions=["release"],
        url_path="release-everything",
        icon="publish",
    )
    def release_everything(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:programme_session_release")

    @display(description=_("time"), ordering="starts_at")
    def when(self, session: Session) -> str:
        if session.starts_at is None or session.ends_at is None:
            return "–"
        start, end = (
            session.starts_at.astimezone(session.edition.zone),
            session.ends_at.astimezone(session.edition.zone),
        )
        return f"{formats.date_format(start, 'D j M Y')}, {start:%H:%M}–{end:%H:%M}"

    @display(description=_("edition"), ordering="edition__number")
    def shown_edition(self, session: Session) -> str:
        return session.edition.name

    @display(
        description=_("public"),
        label={
            "no": "warning",
            "differs": "info",
            "cancelled": "danger",
            "same": "success",
            "waits": "warning",
        },
    )
    def state(self, session: Session) -> tuple[str, Any]:
        released = released_row(session)
        if is_waiting(session):
            return "waits", _("no time yet")
        if released is None:
            return "no", _("not released yet")
        if _differs(session):
            return "differs", _("the draft differs")
        return ("cancelled", _("cancelled")) if released.is_cancelled else ("same", _("as the draft"))


def _compared(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("released")


def _differs(session: Session) -> bool:
    released = released_row(session)
    return released is not None and (is_waiting(session) or change_of(session, released) is not None)


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()
