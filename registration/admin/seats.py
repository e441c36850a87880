from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from efus_conference.admin_base import OrganisersTabularInline, number
from efus_conference.languages import in_every_language
from registration.actions import FewerSeatsThanGiven, hold_seats, set_seats
from registration.admin.base import RefusingAdmin, SessionEditionFilter
from registration.admin.list_pages import (
    READ_PEOPLE,
    bus_list_page,
    door_list_page,
    interpretation_page,
    seats_of,
)
from registration.admin.wheelchairs import contradiction
from registration.models import Hold, SeatPool


class SeatPoolForm(forms.ModelForm):
    """The desk's own seats are a number here; those of a delegation or a speaker are rows below."""

    held = forms.IntegerField(
        label=_("Held for the desk"),
        min_value=0,
        max_value=100_000,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Not yet given: the desk gives them when all others are gone."),
    )

    class Meta:
        model = SeatPool
        fields = ("session", "capacity", "wheelchairs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "held" in self.fields:
            desk = Hold.objects.filter(pool=self.instance.pk, delegation=None, speaker=None).first()
            self.initial["held"] = desk.seats - desk.used if desk else 0

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        pool = self.instance
        if "capacity" in answers and "held" in answers:
            more_held = answers["held"] - self.initial.get("held", 0)
            if answers["capacity"] - pool.held - more_held - pool.offered - pool.taken < 0:
                self.add_error("capacity", FewerSeatsThanGiven.message)
        given = pool.wheelchairs_offered + pool.wheelchairs_taken
        if answers.get("wheelchairs", given) < given:
            self.add_error("wheelchairs", FewerSeatsThanGiven.message)
        return answers


class HoldFormSet(BaseInlineFormSet):
    """Saved by the action, which counts with the pool locked."""

    def save(self, commit: bool = True) -> list[Hold]:
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        for form in self.forms:
            if not form.has_changed() or not form.is_valid():
                continue
            hold, is_gone = form.instance, form in self.deleted_forms
            if hold.pk and {"delegation", "speaker"} & set(form.changed_data):
                # For somebody else now: what was held for the first is free, except the seats they use.
                before = Hold.objects.get(pk=hold.pk)
                hold_seats(
                    session=self.instance.session,
                    seats=before.used,
                    delegation=before.delegation,
                    speaker=before.speaker,
                )
            hold_seats(
                session=self.instance.session,
                seats=0 if is_gone else hold.seats,
                delegation=hold.delegation,
                speaker=hold.speaker,
            )
            (self.deleted_objects if is_gone else self.new_objects).append(hold)
        return []

    def save_m2m(self) -> None:
        """Nothing: a hold has no relations of that kind."""


class HoldForm(forms.ModelForm):
    class Meta:
        model = Hold
        fields = ("delegation", "speaker", "seats")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.get("delegation") and not answers.get("speaker"):
            self.add_error("delegation", _("Say for which delegation or speaker the seats are held."))
        return answers


class HoldInline(OrganisersTabularInline):
    model = Hold
    form = HoldForm
    formset = HoldFormSet
    fields = ["delegation", "speaker", "seats", "used"]
    readonly_fields = ["used"]
    autocomplete_fields = ["delegation", "speaker"]
    verbose_name = _("hold")
    verbose_name_plural = _("seats held for a delegation or a speaker, those used included")
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        holds: QuerySet[Hold] = super().get_queryset(request)
        for_someone = Q(delegation__isnull=False) | Q(speaker__isnull=False)
        return holds.filter(for_someone).select_related("delegation__organisation", "speaker")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["used"]


@admin.register(SeatPool)
class SeatPoolAdmin(RefusingAdmin):
    form = SeatPoolForm
    inlines = [HoldInline]
    list_display = [
        "session",
        "starts_at",
        "capacity",
        "held",
        "offered",
        "taken",
        "shown_free",
        "waiting",
        "fullness",
    ]
    list_filter = [SessionEditionFilter, "session__kind"]
    list_select_related = ["session"]
    search_fields = [*in_every_language("session__title", ending="__unaccent"), "session__code"]
    autocomplete_fields = ["session"]
    actions_list = ["open_interpretation"]
    actions_detail = ["open_bus_list", "open_door_list"]

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))

        return [
            path("interpretation/", page(interpretation_page), name="registration_seatpool_interpretation"),
            path("<int:pk>/door-list/", page(door_list_page), name="registration_seatpool_door_list"),
            path("of/<int:pk>/", page(seats_of), name="registration_seatpool_of_session"),
            path("<int:pk>/bus-list/", page(bus_list_page), name="registration_seatpool_bus_list"),
            *super().get_urls(),
        ]

    @action(description=_("Booths and headsets"), url_path="to-interpretation", icon="headphones")
    def open_interpretation(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:registration_seatpool_interpretation")

    @action(
        description=_("Bus list"), url_path="to-bus-list", icon="directions_bus", permissions=["bus_list"]
    )
    def open_bus_list(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:registration_seatpool_bus_list", pk=number(object_id))

    @action(
        description=_("List for the door"),
        url_path="to-door-list",
        icon="checklist",
        permissions=["bus_list"],
    )
    def open_door_list(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:registration_seatpool_door_list", pk=number(object_id))

    def has_bus_list_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perms(READ_PEOPLE))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatPool]:
        rows: QuerySet[SeatPool] = super().get_queryset(request)
        # A column of its own in SQL, so that the list can be sorted by it.
        return rows.annotate(free_n=F("capacity") - F("held") - F("offered") - F("taken"))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return [self._linked(request).get(name, name) for name in self.list_display]

    def get_fields(self, request: HttpRequest, obj: SeatPool | None = None) -> list[Any]:
        numbers: list[Any] = ["session", ("capacity", "held"), "wheelchairs"]
        return [*numbers, *self._counted(request)] if obj else numbers

    def get_readonly_fields(self, request: HttpRequest, obj: SeatPool | None = None) -> list[str]:
        return ["session", *(name for pair in self._counted(request) for name in pair)] if obj else []

    def _counted(self, request: HttpRequest) -> list[tuple[str, str]]:
        linked = self._linked(request)
        return [
            (linked.get("taken", "taken"), "offered"),
            ("shown_free", linked.get("waiting", "waiting")),
            ("wheelchairs_taken", "wheelchairs_offered"),
            ("shown_wheelchairs_free", "wheelchairs_waiting"),
        ]

    def _linked(self, request: HttpRequest) -> dict[str, str]:
        """The numbers that lead to the people behind them, for who may read these."""
        rights = {"taken": "registration.view_booking", "waiting": "registration.view_wait"}
        return {name: f"linked_{name}" for name, right in rights.items() if request.user.has_perm(right)}

    def has_delete_permission(self, request: HttpRequest, obj: SeatPool | None = None) -> bool:
        """A pool with seats given stays, also when its session is cancelled."""
        return bool(super().has_delete_permission(request, obj)) and obj is not None and not obj.is_in_use

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        pool = kwargs.get("obj")
        if pool is not None and (sentence := contradiction(pool)):
            messages.warning(request, sentence)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: SeatPool, form: Any, change: bool) -> None:
        set_seats(
            session=obj.session,
            capacity=obj.capacity,
            held=form.cleaned_data["held"],
            wheelchairs=obj.wheelchairs,
        )
        obj.refresh_from_db()

    @display(description=_("starts"), ordering="session__starts_at")
    def starts_at(self, pool: SeatPool) -> Any:
        return pool.session.starts_at

    @display(description=_("free"), ordering="free_n")
    def shown_free(self, pool: SeatPool) -> str:
        return free_of(pool, is_wheelchair=False)

    @display(description=_("wheelchair places free"))
    def shown_wheelchairs_free(self, pool: SeatPool) -> str:
        return free_of(pool, is_wheelchair=True)

    @display(description=_("taken"), ordering="taken")
    def linked_taken(self, pool: SeatPool) -> SafeString:
        return _to_list("booking", pool, pool.taken)

    @display(description=_("waiting"), ordering="waiting")
    def linked_waiting(self, pool: SeatPool) -> SafeString:
        return _to_list("wait", pool, pool.waiting)

    @display(description=_("how full"), label={"full": "danger", "nearly": "warning", "free": "success"})
    def fullness(self, pool: SeatPool) -> tuple[str, str]:
        given = pool.capacity - pool.free
        share = given / pool.capacity if pool.capacity else 1
        state = "full" if pool.free < 1 else "nearly" if share >= 0.8 else "free"
        return state, gettext("%(given)d of %(seats)d") % {"given": given, "seats": pool.capacity}


def free_of(pool: SeatPool, *, is_wheelchair: bool) -> str:
    """How many seats are free, and that they are not for everyone while someone waits for them."""
    free = pool.wheelchairs_free if is_wheelchair else pool.free
    if free > 0 and (pool.wheelchairs_waiting if is_wheelchair else pool.waiting):
        return gettext("%(count)d, kept for those who wait") % {"count": free}
    return str(free)


def _to_list(model: str, pool: SeatPool, count: int) -> SafeString:
    address = reverse(f"admin:registration_{model}_changelist")
    return format_html('<a class="underline" href="{}?session__id__exact={}">{}</a>', address, pool.pk, count)
