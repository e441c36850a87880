from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from registration.actions import leave_list
from registration.admin.base import SessionEditionFilter, asked_first, for_each
from registration.admin.delegations import person_of, with_people
from registration.admin.seats import free_of
from registration.models import Place, Wait
from registration.powers import DESK
from registration.requests import reader


@admin.register(Wait)
class WaitAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """The waiting lists in their order. Whose turn it is, the order says; the desk may take someone off."""

    list_display = [
        "session",
        "person",
        "shown_status",
        "position",
        "free_seats",
        "asked_at",
        "offer_until",
        "is_wheelchair",
    ]
    fields = [
        "session", "place", "status", "position", "together", "free_seats", "is_wheelchair",
        "asked_at", "offered_at", "offer_until", "ended_at",
    ]  # fmt: skip
    readonly_fields = fields
    list_filter = ["status", SessionEditionFilter, "session__kind"]
    list_select_related = ["session", "place", "party__pool"]
    search_fields = [
        "session__title_en__unaccent",
        "session__code",
        "place__registrations__family_name__unaccent",
        "place__registrations__given_name__unaccent",
    ]
    ordering = ["session__starts_at", "session_id", "party_id", "pk"]
    actions = ["take_off"]
    actions_detail = ["take_off_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wait]:
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
        return with_people(rows.annotate(at=Subquery(before)), "place__")

    def has_take_off_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(DESK))

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """No button on a wait that is over."""
        is_standing = Wait.objects.standing().filter(pk=number(object_id)).exists()
        return list(super().get_actions_detail(request, object_id)) if is_standing else []

    @action(description=_("Take off the list"), url_path="take-off", permissions=["take_off"])
    def take_off_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        wait: Wait = get_object_or_404(self.get_queryset(request), pk=number(object_id))
        by, facts = reader(request), {"session": wait.session, "person": person_of(wait.place)}
        return asked_first(
            request,
            wait,
            admin=self,
            title=gettext("Take %(person)s off the waiting list?") % facts,
            sentences=[
                gettext("It is the list of “%(session)s”.") % facts,
                gettext("Companions go with them, and a seat that was offered goes to whoever is next."),
            ],
            button=gettext("Yes, take off the list"),
            act=lambda row: leave_list(wait=row, by=by),
            done=gettext("%(person)s is off the waiting list of “%(session)s”.") % facts,
        )

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

    @display(description=_("waits together with"))
    def together(self, wait: Wait) -> str:
        others = with_people(Place.objects.filter(waits__party=wait.party_id).exclude(pk=wait.place_id))
        names = ", ".join(person_of(place) for place in others.order_by("pk"))
        if not names:
            return "–"
        return gettext("%(names)s: all of them or none") % {"names": names} if wait.party.wants_all else names

    @display(description=_("free seats"))
    def free_seats(self, wait: Wait) -> str:
        return free_of(wait.party.pool, is_wheelchair=wait.is_wheelchair)

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
