from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import number
from efus_conference.templatetags.dates import moment_at
from registration.actions import book_seat, give_up_seat
from registration.admin.base import RefusingAdmin, SessionEditionFilter, asked_first, for_each
from registration.admin.delegations import person_of, with_people
from registration.models import Booking
from registration.powers import DESK
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
    list_display = ["session", "starts_at", "person", "shown_status", "overlaps", "booked_by", "booked_at"]
    list_filter = ["status", SessionEditionFilter, "session__kind", "booked_at"]
    list_select_related = ["session__edition", "booked_by", "place"]
    search_fields = [
        "session__title_en__unaccent",
        "session__code",
        "place__registrations__family_name__unaccent",
        "place__registrations__given_name__unaccent",
    ]
    actions = ["give_up"]
    actions_detail = ["give_up_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        standing = Booking.objects.standing().select_related("session")
        rows: QuerySet[Booking] = super().get_queryset(request)
        return with_people(rows, "place__").prefetch_related(
            Prefetch("place__bookings", standing, to_attr="seats")
        )

    def get_fields(self, request: HttpRequest, obj: Booking | None = None) -> list[str]:
        if obj is None:
            return list(self.fields)
        return [
            "session", "starts_at", "place", "status", "overlaps", "clash_until",
            "is_wheelchair", "hold", "booked_by", "booked_at",
        ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Booking | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

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

    def has_give_up_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(DESK))

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """No button on a seat that was given up."""
        is_standing = Booking.objects.standing().filter(pk=number(object_id)).exists()
        return list(super().get_actions_detail(request, object_id)) if is_standing else []

    @action(description=_("Give up the seat"), url_path="give-up", permissions=["give_up"])
    def give_up_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        booking: Booking = get_object_or_404(self.get_queryset(request), pk=number(object_id))
        by, facts = reader(request), {"session": booking.session, "person": person_of(booking.place)}
        return asked_first(
            request,
            booking,
            admin=self,
            title=gettext("Give up the seat in “%(session)s”?") % facts,
            sentences=[
                gettext("It is the seat of %(person)s.") % facts,
                gettext(
                    "Seats of companions go with it. It is offered to whoever waits, or free for anyone."
                ),
            ],
            button=gettext("Yes, give it up"),
            act=lambda row: give_up_seat(booking=row, by=by),
            done=gettext("The seat of %(person)s in “%(session)s” is free again.") % facts,
        )

    @action(description=_("Give up the seat"), permissions=["give_up"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        by, standing = reader(request), Booking.objects.standing().filter(pk__in=queryset.values("pk"))
        count = for_each(request, standing, lambda booking: give_up_seat(booking=booking, by=by))
        done = ngettext("%(count)d seat is free again.", "%(count)d seats are free again.", count)
        messages.success(request, done % {"count": count})

    @display(description=_("starts"), ordering="during")
    def starts_at(self, booking: Booking) -> str:
        return moment_at(booking.during.lower, booking.session.edition)

    @display(description=_("overlaps with"))
    def overlaps(self, booking: Any) -> str:
        if booking.status != Booking.Status.CLASH:
            return "–"
        return ", ".join(str(seat.session) for seat in booking.place.seats if booking.overlaps(seat)) or "–"

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
