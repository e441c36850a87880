from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from efus_conference.admin_base import OrganisersAdmin
from registration.admin.base import EditionFilter
from registration.models import BookingLimit, BookingRules


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
