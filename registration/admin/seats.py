from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from registration.actions import give_up_seat, revoke_agenda_link, set_seats
from registration.admin.base import RefusingAdmin, SessionEditionFilter, for_each
from registration.admin.list_pages import READ_PEOPLE, bus_list_page, interpretation_page
from registration.admin.delegations import person_of
from registration.models import (
    Booking,
    FeedLink,
    Registration,
    RegistrationEvent,
    SeatPool,
    SensitiveReading,
    Star,
)
from registration.requests import reader


@admin.register(SeatPool)
class SeatPoolAdmin(RefusingAdmin):
    list_display = ["session", "starts_at", "capacity", "held", "taken", "shown_free", "fullness"]
    list_filter = [SessionEditionFilter, "session__kind"]
    list_select_related = ["session"]
    search_fields = ["session__title_en__unaccent", "session__title_fr__unaccent", "session__code"]
    autocomplete_fields = ["session"]
    fields = ["session", ("capacity", "held"), ("offered", "taken", "shown_free")]
    actions_list = ["open_interpretation"]
    actions_detail = ["open_bus_list"]

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))

        return [
            path("interpretation/", page(interpretation_page), name="registration_seatpool_interpretation"),
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

    def has_bus_list_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perms(READ_PEOPLE))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatPool]:
        rows: QuerySet[SeatPool] = super().get_queryset(request)
        # A column of its own in SQL, so that the list can be sorted by it.
        return rows.annotate(free_n=F("capacity") - F("held") - F("offered") - F("taken"))

    def get_readonly_fields(self, request: HttpRequest, obj: SeatPool | None = None) -> list[str]:
        counted = ["offered", "taken", "shown_free"]
        return ["session", *counted] if obj else counted

    def has_delete_permission(self, request: HttpRequest, obj: SeatPool | None = None) -> bool:
        """A pool with seats given stays, also when its session is cancelled."""
        return bool(super().has_delete_permission(request, obj)) and obj is not None and obj.taken == 0

    def save_model(self, request: HttpRequest, obj: SeatPool, form: Any, change: bool) -> None:
        set_seats(session=obj.session, capacity=obj.capacity, held=obj.held)

    @display(description=_("starts"), ordering="session__starts_at")
    def starts_at(self, pool: SeatPool) -> Any:
        return pool.session.starts_at

    @display(description=_("free"), ordering="free_n")
    def shown_free(self, pool: SeatPool) -> int | str:
        return pool.free if pool.pk else "–"

    @display(description=_("how full"), label={"full": "danger", "nearly": "warning", "free": "success"})
    def fullness(self, pool: SeatPool) -> tuple[str, str]:
        given = pool.capacity - pool.free
        share = given / pool.capacity if pool.capacity else 1
        state = "full" if pool.free < 1 else "nearly" if share >= 0.8 else "free"
        return state, gettext("%(given)d of %(seats)d") % {"given": given, "seats": pool.capacity}


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["session", "person", "shown_status", "booked_by", "booked_at"]
    list_filter = ["status", SessionEditionFilter, "session__kind", "booked_at"]
    list_select_related = ["session", "booked_by", "place"]
    search_fields = [
        "session__title_en__unaccent",
        "session__code",
        "place__registrations__family_name__unaccent",
        "place__registrations__given_name__unaccent",
    ]
    actions = ["give_up"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        people = Registration.objects.live().defer("needs")
        rows: QuerySet[Booking] = super().get_queryset(request)
        return rows.prefetch_related(Prefetch("place__registrations", people, to_attr="people"))

    def has_give_up_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_registration")

    @action(description=_("Give up the seat"), permissions=["give_up"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        by, standing = reader(request), Booking.objects.standing().filter(pk__in=queryset.values("pk"))
        count = for_each(request, standing, lambda booking: give_up_seat(booking=booking, by=by))
        done = ngettext("%(count)d seat is free again.", "%(count)d seats are free again.", count)
        messages.success(request, done % {"count": count})

    @display(description=_("person"))
    def person(self, booking: Booking) -> str:
        return person_of(booking.place)

    @display(
        description=_("status"),
        ordering="status",
        label={"active": "success", "clash": "warning", "given_up": "info", "called_off": "danger"},
    )
    def shown_status(self, booking: Booking) -> tuple[str, str]:
        return booking.status, booking.get_status_display()


@admin.register(Star)
class StarAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["session", "registration", "starred_at"]
    list_filter = [SessionEditionFilter]
    list_select_related = ["session", "registration"]
    search_fields = ["session__title_en__unaccent", "session__code"]


@admin.register(FeedLink)
class FeedLinkAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Whose calendar has an address; the address itself opens the agenda and is shown to nobody here."""

    list_display = ["registration", "made_at", "revoked_at"]
    list_select_related = ["registration"]
    fields = ["registration", "made_at", "revoked_at"]
    search_fields = ["registration__family_name__unaccent"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_registration")

    @action(description=_("Revoke the address"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[FeedLink]) -> None:
        links = list(queryset.filter(revoked_at=None).select_related("registration"))
        for link in links:
            revoke_agenda_link(registration=link.registration)
        done = ngettext("%(count)d address is revoked.", "%(count)d addresses are revoked.", len(links))
        messages.success(request, done % {"count": len(links)})


@admin.register(RegistrationEvent)
class RegistrationEventAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["at", "registration", "verb", "actor", "detail"]
    list_filter = ["verb", "at"]
    list_select_related = ["registration", "actor"]
    search_fields = ["registration__family_name__unaccent", "registration__given_name__unaccent"]


@admin.register(SensitiveReading)
class SensitiveReadingAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Who read whose sensitive answers: what was read stands nowhere here."""

    list_display = ["at", "reader", "registration", "what", "how", "session"]
    list_filter = ["what", "how", "at"]
    list_select_related = ["reader", "registration", "session"]
    search_fields = [
        "registration__family_name__unaccent",
        "registration__given_name__unaccent",
        "reader__email",
    ]
