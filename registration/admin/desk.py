"""The desk, from the organisers' table: links and PINs, the passphrase, devices, check-ins, alerts, headsets."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin
from efus_conference.models import Edition
from efus_conference.writing import without_control_characters
from registration.actions import (
    close_device,
    look_into_alert,
    make_desk_link,
    revoke_desk_link,
    set_passphrase,
    undo_check_in,
)
from registration.actions.desk import SHORTEST_PASSPHRASE
from registration.admin.base import EditionFilter, RefusingAdmin, for_each
from registration.admin.desk_buttons import (
    OPEN_OR_CLOSED,
    ClosesDevices,
    ClosesLinks,
    TakesBackCheckIns,
    open_or_closed,
)
from registration.admin.desk_pages import paper_page, show_link
from registration.desk.days import day_of
from registration.models import CheckIn, DeskAlert, DeskDevice, DeskLink, DeskPassphrase, HeadsetLoan
from registration.requests import reader

LINK_FACTS = ["made_by", "made_at", "revoked_at", "wrong_pins", "devices_in"]
PEOPLE = ["registration__family_name__unaccent", "registration__given_name__unaccent"]


@admin.register(DeskLink)
class DeskLinkAdmin(ClosesLinks, RefusingAdmin):
    """Made here, shown once; afterwards it can be closed and nothing else."""

    list_display = ["label", "day", "edition", "is_closed", "wrong_pins", "devices_in", "made_by", "made_at"]
    list_filter = [EditionFilter, "day", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["made_by"]
    actions = ["revoke"]
    actions_detail = ["revoke_this"]

    def get_fields(self, request: HttpRequest, obj: DeskLink | None = None) -> list[str]:
        typed = ["edition", "day", "label"]
        return typed if obj is None else [*typed, *LINK_FACTS]

    def get_readonly_fields(self, request: HttpRequest, obj: DeskLink | None = None) -> list[str]:
        return [] if obj is None else LINK_FACTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeskLink]:
        rows: QuerySet[DeskLink] = super().get_queryset(request)
        return rows.annotate(device_count=Count("devices")).prefetch_related("edition__hosting__organisation")

    @display(description=_("devices"), ordering="device_count")
    def devices_in(self, row: Any) -> int:
        return int(row.device_count)

    @display(description=_("state"), ordering="revoked_at", label=OPEN_OR_CLOSED)
    def is_closed(self, row: DeskLink) -> tuple[str, str]:
        return open_or_closed(row.revoked_at)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        edition = Edition.objects.current()
        today = day_of(edition, timezone.now()) if edition else timezone.localdate()
        return {"day": today, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("registration.change_desklink")

    def save_model(self, request: HttpRequest, obj: DeskLink, form: Any, change: bool) -> None:
        made = make_desk_link(edition=obj.edition, day=obj.day, label=obj.label, by=reader(request))
        obj.pk = made.link.pk
        request.made_link = made  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: DeskLink, post_url_continue: str | None = None
    ) -> HttpResponse:
        return show_link(request, self, request.made_link)  # type: ignore[attr-defined]

    @action(description=_("Close: nobody enters by it any more"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[DeskLink]) -> None:
        done = for_each(request, list(queryset), lambda row: revoke_desk_link(link=row))
        sentence = ngettext("%(count)d link is closed.", "%(count)d links are closed.", done)
        messages.success(request, sentence % {"count": done})


class PassphraseForm(forms.ModelForm):
    passphrase = forms.CharField(
        label=_("Passphrase"),
        max_length=200,
        min_length=SHORTEST_PASSPHRASE,
        help_text=_("Four words are easy to say at a desk and hard to guess. Nobody can read it here again."),
        validators=[without_control_characters],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = DeskPassphrase
        fields = ("edition",)
        error_messages: ClassVar[dict[str, Any]] = {
            "edition": {
                "unique": _(
                    "This edition has a passphrase already. Open it in the list to set another one in its place."
                )
            }
        }


@admin.register(DeskPassphrase)
class DeskPassphraseAdmin(RefusingAdmin):
    """What opens the list of people on a device; only its hash is kept."""

    form = PassphraseForm
    list_display = ["edition", "set_by", "set_at"]
    fields = ["edition", "passphrase"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeskPassphrase]:
        rows: QuerySet[DeskPassphrase] = super().get_queryset(request)
        return rows.select_related("set_by").prefetch_related("edition__hosting__organisation")

    def get_readonly_fields(self, request: HttpRequest, obj: DeskPassphrase | None = None) -> list[str]:
        return ["edition"] if obj else []

    def save_model(self, request: HttpRequest, obj: DeskPassphrase, form: Any, change: bool) -> None:
        set_passphrase(edition=obj.edition, passphrase=form.cleaned_data["passphrase"], by=reader(request))


@admin.register(DeskDevice)
class DeskDeviceAdmin(ClosesDevices, ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["name", "link", "user", "opened_at", "seen_at", "check_ins_made", "is_out"]
    list_filter = [
        EditionFilter,
        ("closed_at", admin.EmptyFieldListFilter),
        ("link", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["link", "user"]
    search_fields = ["name__unaccent"]
    fields = ["edition", "name", "link", "user", "opened_at", "seen_at", "check_ins_made", "closed_at"]
    actions = ["close"]
    actions_detail = ["close_this"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeskDevice]:
        rows: QuerySet[DeskDevice] = super().get_queryset(request)
        return rows.annotate(check_in_count=Count("check_ins"))

    @display(description=_("check-ins"), ordering="check_in_count")
    def check_ins_made(self, row: Any) -> int:
        return int(row.check_in_count)

    @display(description=_("state"), ordering="closed_at", label=OPEN_OR_CLOSED)
    def is_out(self, row: DeskDevice) -> tuple[str, str]:
        return open_or_closed(row.closed_at)

    def has_close_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("registration.change_deskdevice")

    @action(description=_("Close: lost, or handed back"), permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[DeskDevice]) -> None:
        done = for_each(request, list(queryset), lambda row: close_device(device=row))
        sentence = ngettext("%(count)d device is closed.", "%(count)d devices are closed.", done)
        messages.success(request, sentence % {"count": done})


class StandsFilter(admin.SimpleListFilter):
    """“There today” on the first page leads to those that count."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("counts", _("counts")), ("undone", _("taken back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("counts", "undone"):
            return queryset.filter(undone_at__isnull=self.value() == "counts")
        return queryset


@admin.register(CheckIn)
class CheckInAdmin(TakesBackCheckIns, ReadOnlyAdmin, OrganisersAdmin):
    """Who was there, by whom and how; what was typed in wrongly is taken back, never deleted."""

    list_display = ["registration", "at", "day", "where", "how", "device", "by", "stands"]
    list_filter = [
        EditionFilter,
        "day",
        "how",
        StandsFilter,
        ("session", admin.RelatedOnlyFieldListFilter),
        ("device", admin.RelatedOnlyFieldListFilter),
    ]
    list_select_related = ["registration", "session", "device", "by"]
    search_fields = [*PEOPLE, "session__code", "device__name__unaccent"]
    search_help_text = _("A name, the code of a session, or the name of a device.")
    fields = [
        "registration",
        "ticket",
        "day",
        "session",
        "how",
        "at",
        "received_at",
        "device",
        "by",
        "undone_at",
        "undone_by",
    ]
    actions = ["undo"]
    actions_list = ["open_paper"]
    actions_detail = ["undo_this"]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (row := kwargs.get("obj")) is not None:
            context["title"] = f"{row.registration.name} · {row}"
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("where"), ordering="session")
    def where(self, row: CheckIn) -> Any:
        return row.session or _("entrance")

    @display(description=_("state"), ordering="undone_at", label={"counts": "success", "undone": "info"})
    def stands(self, row: CheckIn) -> tuple[str, str]:
        if row.undone_at is None:
            return "counts", gettext("counts")
        return "undone", gettext("taken back")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "paper/",
                self.admin_site.admin_view(lambda request: paper_page(request, self)),
                name="registration_checkin_paper",
            )
        ]
        return [*own, *super().get_urls()]

    def has_undo_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("registration.change_checkin")

    def has_paper_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.check_in")

    @action(description=_("Take back"), permissions=["undo"])
    def undo(self, request: HttpRequest, queryset: QuerySet[CheckIn]) -> None:
        rows = list(queryset.filter(undone_at=None).order_by("place_id", "pk"))
        done = for_each(request, rows, lambda row: undo_check_in(check_in=row, by=reader(request)))
        sentence = ngettext("%(count)d check-in is taken back.", "%(count)d check-ins are taken back.", done)
        messages.success(request, sentence % {"count": done})

    @action(
        description=_("From the paper list"), url_path="from-paper", icon="edit_note", permissions=["paper"]
    )
    def open_paper(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:registration_checkin_paper")


@admin.register(DeskAlert)
class DeskAlertAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["kind", "at", "registration", "ticket", "session", "device", "is_seen", "seen_by"]
    list_filter = [EditionFilter, "kind", ("seen_at", admin.EmptyFieldListFilter)]
    list_select_related = ["registration", "ticket", "session", "device", "seen_by"]
    search_fields = PEOPLE
    fields = [
        "kind",
        "at",
        "received_at",
        "registration",
        "ticket",
        "session",
        "device",
        "seen_at",
        "seen_by",
    ]
    actions = ["look_into"]

    @display(description=_("looked into"), ordering="seen_at", label={"yes": "success", "no": "warning"})
    def is_seen(self, row: DeskAlert) -> tuple[str, str]:
        return ("no", gettext("not yet")) if row.seen_at is None else ("yes", gettext("looked into"))

    def has_look_into_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("registration.change_deskalert")

    @action(description=_("I looked into it"), permissions=["look_into"])
    def look_into(self, request: HttpRequest, queryset: QuerySet[DeskAlert]) -> None:
        done = for_each(request, list(queryset), lambda row: look_into_alert(alert=row, by=reader(request)))
        sentence = ngettext("%(count)d alert is looked into.", "%(count)d alerts are looked into.", done)
        messages.success(request, sentence % {"count": done})


@admin.register(HeadsetLoan)
class HeadsetLoanAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Lent and taken back at the desk."""

    list_display = ["number", "registration", "lent_at", "returned_at", "device"]
    list_filter = [EditionFilter, ("returned_at", admin.EmptyFieldListFilter)]
    list_select_related = ["registration", "device"]
    search_fields = [*PEOPLE, "number"]
    fields = ["number", "registration", "lent_at", "returned_at", "device"]
