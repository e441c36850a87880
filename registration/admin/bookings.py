from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from registration.actions import book_seat, give_up_seat, leave_list
from registration.admin.base import EditionFilter, RefusingAdmin, SessionEditionFilter, for_each
from registration.admin.delegations import person_of
from registration.models import (
    Booking,
    BookingLimit,
    BookingRules,
    Registration,
    Wait,
)
from registration.requests import reader


class BookingForm(forms.ModelForm):
    """Whom the desk seats where; the constraints are the action's to explain."""

    class Meta:
        model = Booking
        fields = ("session", "place", "is_wheelchair")

    def _post_clean(self) -> None:
        """Nothing: a row of its own is never saved from this form."""


@admin.register(Booking)
class BookingAdmin(RefusingAdmin):
    """Adding one books as on the site, also on the seats held for the desk; then only giving up remains."""

    form = BookingForm
    fields = ["session", "place", "is_wheelchair"]
    autocomplete_fields = ["session", "place"]
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

    def has_change_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Booking, form: Any, change: bool) -> None:
        answers = form.cleaned_data
        made = book_seat(
            place=answers["place"],
            session=answers["session"],
            by=reader(request),
            is_wheelchair=answers["is_wheelchair"],
        )
        obj.pk = made.pk
        obj.refresh_from_db()

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


@admin.register(Wait)
class WaitAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """The waiting lists in their order. Whose turn it is, the order says; the desk may take someone off."""

    list_display = [
        "session",
        "person",
        "shown_status",
        "position",
        "asked_at",
        "offer_until",
        "is_wheelchair",
    ]
    list_filter = ["status", SessionEditionFilter, "session__kind"]
    list_select_related = ["session", "place", "party"]
    search_fields = [
        "session__title_en__unaccent",
        "session__code",
        "place__registrations__family_name__unaccent",
        "place__registrations__given_name__unaccent",
    ]
    ordering = ["session__starts_at", "session_id", "party_id", "pk"]
    actions = ["take_off"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wait]:
        people = Registration.objects.live().defer("needs")
        rows: QuerySet[Wait] = super().get_queryset(request)
        # How many wait before it, and it: counted in the one query of the list.
        before = (
            Wait.objects.filter(
                session=OuterRef("session"), is_wheelchair=OuterRef("is_wheelchair"), status="waiting"
            )
            .filter(Q(party__lt=OuterRef("party")) | Q(party=OuterRef("party"), pk__lte=OuterRef("pk")))
            .order_by()
            .values("session")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return rows.annotate(at=Subquery(before)).prefetch_related(
            Prefetch("place__registrations", people, to_attr="people")
        )

    def has_take_off_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_registration")

    @action(description=_("Take off the list"), permissions=["take_off"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[Wait]) -> None:
        by, standing = reader(request), Wait.objects.standing().filter(pk__in=queryset.values("pk"))
        count = for_each(request, standing, lambda wait: leave_list(wait=wait, by=by))
        done = ngettext("%(count)d place is off the list.", "%(count)d places are off the list.", count)
        messages.success(request, done % {"count": count})

    @display(description=_("person"))
    def person(self, wait: Wait) -> str:
        return person_of(wait.place)

    @display(description=_("position"))
    def position(self, wait: Any) -> int | str:
        return wait.at if wait.status == Wait.Status.WAITING else "–"

    @display(description=_("asked"), ordering="party_id")
    def asked_at(self, wait: Wait) -> Any:
        return wait.party.asked_at

    @display(
        description=_("status"),
        ordering="status",
        label={"waiting": "info", "offered": "warning", "accepted": "success"},
    )
    def shown_status(self, wait: Wait) -> tuple[str, str]:
        return wait.status, wait.get_status_display()


@admin.register(BookingLimit)
class BookingLimitAdmin(OrganisersAdmin):
    list_display = ["kind", "edition", "most"]
    list_filter = [EditionFilter]
    list_select_related = ["kind", "edition"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingLimit]:
        rows: QuerySet[BookingLimit] = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation")


@admin.register(BookingRules)
class BookingRulesAdmin(OrganisersAdmin):
    list_display = ["edition", "offer_hours", "group_cut_off_hours", "clash_hours", "reminder_days"]
    list_select_related = ["edition"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingRules]:
        rows: QuerySet[BookingRules] = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation")
