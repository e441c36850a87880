from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from efus_conference.admin_sheets import SpreadsheetAdmin
from efus_conference.models.organisations import country_name
from efus_conference.sorting import sort_key
from registration.actions import (
    AlreadyRegistered,
    change_registration,
    hand_over,
    match_records,
    register,
)
from registration.actions.keepers import MATCHED
from registration.actions.registrations import CHANGEABLE
from registration.admin.answers_button import WithAnswers
from registration.admin.badge_pages import PrintsBadges
from registration.admin.base import EditionFilter, RefusingAdmin
from registration.admin.days_of_one import days_of
from registration.admin.decisions import Decisions
from registration.admin.erasing import ErasesOne
from registration.admin.history import EventInline, WithHistory
from registration.admin.mails import ShowsMails
from registration.admin.resources import RegistrationExportForm, RegistrationResource, resources_for
from registration.admin.single_decisions import DecidesOnOne
from registration.forms import countries
from registration.models import Booking, Registration
from registration.powers import DESK
from registration.requests import reader
from registration.standing import standing_of
from registration.states import Status

READ_NEEDS = "registration.read_needs"
LABELS = {
    "submitted": "info",
    "approved": "info",
    "waiting": "warning",
    "confirmed": "success",
    "refused": "danger",
    "cancelled": "danger",
}


class DeskForm(forms.ModelForm):
    """What the desk enters by hand; the constraints say beside the field when someone is there already."""

    country = forms.ChoiceField(
        label=_("Country"), choices=countries, required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Registration
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        edition_id = edition.pk if (edition := answers.get("edition")) else self.instance.edition_id
        category = answers.get("category")
        if category is not None and edition_id is not None and category.edition_id != edition_id:
            self.add_error("category", _("This category belongs to another edition."))
        email = answers.get("email")
        others = Registration.objects.live().filter(edition=edition_id).exclude(pk=self.instance.pk)
        # The constraints are not asked here: they speak of the status, which this form does not show.
        if email and others.filter(email__iexact=email).exists():
            self.add_error(
                "email", _("Someone with this e-mail address is registered for this edition already.")
            )
        keeper = answers.get("managed_by")
        if answers.get("is_own") and keeper and others.filter(managed_by=keeper, is_own=True).exists():
            self.add_error("is_own", ValidationError(AlreadyRegistered.message))
        if not email and answers.get("mails_to") not in (None, Registration.MailsTo.MANAGER):
            self.add_error("email", _("Enter an e-mail address, or let the mails go to whoever keeps it."))
        return answers


class DecidesFilter(admin.SimpleListFilter):
    title = _("decided on by")
    parameter_name = "decides"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("desk", _("the registration desk")), ("press", _("the press office"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("desk", "press"):
            return queryset.filter(category__is_press=self.value() == "press")
        return queryset


@admin.register(Registration)
class RegistrationAdmin(
    ErasesOne,
    PrintsBadges,
    WithHistory,
    WithAnswers,
    ShowsMails,
    Decisions,
    DecidesOnOne,
    RefusingAdmin,
    SpreadsheetAdmin,
):
    """Entering by hand registers, saving changes, and the button cancels, each as on the site, with its mail."""

    form = DeskForm
    resource_classes = [RegistrationResource]
    export_form_class = RegistrationExportForm
    list_display = [
        "shown_name",
        "shown_organisation",
        "shown_country",
        "category",
        "shown_status",
        "managed_by",
        "submitted_at",
    ]
    list_filter = [
        "status",
        EditionFilter,
        ("category", admin.RelatedOnlyFieldListFilter),
        DecidesFilter,
        "language",
        "is_own",
        "submitted_at",
    ]
    list_select_related = ["category", "managed_by", "organisation", "edition"]
    search_fields = [
        "given_name__unaccent",
        "family_name__unaccent",
        "organisation_name__unaccent",
        "organisation__name_en__unaccent",
        "email",
        "managed_by__email",
    ]
    date_hierarchy = "submitted_at"
    autocomplete_fields = ["managed_by", "organisation", "speaker"]
    actions = ["approve_chosen", "refuse_chosen", "reopen_chosen", "move_chosen", "cancel_chosen"]
    actions_detail = [
        "open_answers",
        "open_badge",
        "approve_this",
        "refuse_this",
        "reopen_this",
        "cancel_this",
        "erase_this",
    ]
    view_on_site = False  # that page is the person's alone
    readonly_fields = [
        "status",
        "refusal",
        "turn",
        "offer_until",
        "is_outside_quota",
        "submitted_at",
        "changed_at",
        "cancelled_at",
        "told_needs",
        "shown_country",
        "place_link",
        "seats",
        "on_the_days",
        "mails",
    ]

    def get_inlines(self, request: HttpRequest, obj: Registration | None) -> list[Any]:
        return [EventInline] if obj else []

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [sort_key("family_name"), sort_key("given_name"), "pk"]

    def get_fieldsets(self, request: HttpRequest, obj: Registration | None = None) -> Any:
        may_change = obj is None or self.has_change_permission(request, obj)
        # Two in a row at most, and by itself what has a menu beside it: a narrower one covers the next label.
        person = [("given_name", "family_name"), ("email", "language"), "managed_by", ("is_own", "mails_to")]
        # A list of countries shows their names; the value alone is a code.
        country = "country" if may_change else "shown_country"
        part = ["category", "function", "organisation_name", "organisation", country]
        if obj is not None:
            part.append("speaker")
        if request.user.has_perm(READ_NEEDS):
            # What someone told is read where its reading is noted; here it may only be entered for them.
            part.append("told_needs" if obj is not None and obj.needs else "needs")
        if obj is None:
            return [(None, {"fields": ["edition", *person]}), (_("At the conference"), {"fields": part})]
        state: list[Any] = [("edition", "status"), ("submitted_at", "changed_at")]
        if obj.status == Status.CANCELLED:
            state.append("cancelled_at")
        if obj.status == Status.REFUSED:
            state.append("refusal")
        if obj.status in (Status.WAITING, Status.APPROVED):
            state.append(("turn", "offer_until"))
        if obj.is_outside_quota:
            state.append("is_outside_quota")
        return [
            (None, {"fields": [*state, *person]}),
            (_("At the conference"), {"fields": [*part, "place_link", "seats", "on_the_days", "mails"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Registration | None = None) -> list[str]:
        return [*self.readonly_fields, *(["edition"] if obj else [])]

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(DESK)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(DESK)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # one cancels

    def has_change_permission(self, request: HttpRequest, obj: Registration | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and (obj is None or obj.is_live)

    def get_export_resource_classes(self, request: HttpRequest) -> list[type[RegistrationResource]]:
        return resources_for(reader(request))

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        rows: QuerySet[Registration] = super().get_export_queryset(request)
        return rows.select_related("edition", "category", "organisation", "managed_by")

    def save_model(self, request: HttpRequest, obj: Registration, form: Any, change: bool) -> None:
        answers, by = form.cleaned_data, reader(request)
        fields = {name: answers[name] for name in CHANGEABLE if name in answers}
        if change:
            change_registration(registration=obj, by=by, **fields)
            if {"managed_by", "is_own"} & set(form.changed_data):
                hand_over(registration=obj, to=answers["managed_by"], by=by, is_own=answers["is_own"])
            matched = {name: answers[name] for name in MATCHED if name in form.changed_data}
            match_records(registration=obj, by=by, **matched)
        else:
            made = register(
                edition=answers["edition"],
                managed_by=answers["managed_by"],
                by=by,
                is_own=answers["is_own"],
                is_desk=True,
                **{"needs": "", **fields},
            )
            if answers.get("organisation"):
                match_records(registration=made, by=by, organisation=answers["organisation"])
            obj.pk = made.pk
        obj.refresh_from_db()

    @display(description=_("name"), ordering=sort_key("family_name"))
    def shown_name(self, registration: Registration) -> str:
        return registration.name

    @display(description=_("organisation"), ordering=sort_key("organisation_name"))
    def shown_organisation(self, registration: Registration) -> str:
        return registration.shown_organisation

    @display(description=_("country"), ordering="country")
    def shown_country(self, registration: Registration) -> str:
        return country_name(registration.country)

    @display(description=_("turn on the waiting list"))
    def turn(self, registration: Registration) -> str:
        standing = standing_of(registration)
        if not standing.position:
            return "–"
        return gettext("number %(position)d of %(waiting)d") % {
            "position": standing.position,
            "waiting": standing.waiting,
        }

    @display(description=_("status"), ordering="status", label=LABELS)
    def shown_status(self, registration: Registration) -> tuple[str, str]:
        return registration.status, registration.get_status_display()

    @display(description=_("access needs"))
    def told_needs(self, registration: Registration) -> SafeString | str:
        if not registration.is_live:
            return gettext("A need was told.")
        address = reverse("admin:registration_accessneed_change", args=[registration.pk])
        return format_html(
            '{} <a class="underline" href="{}">{}</a>',
            gettext("A need was told."),
            address,
            gettext("Read it and reply; that you read it is noted"),
        )

    @display(description=_("seats"))
    def seats(self, registration: Registration) -> SafeString | str:
        bookings = Booking.objects.filter(place_id=registration.place_id).select_related("session")
        lines = format_html_join(
            "",
            '<li><a class="underline" href="{}">{}</a>: {}</li>',
            (
                (
                    reverse("admin:registration_booking_change", args=[booking.pk]),
                    booking.session,
                    booking.get_status_display(),
                )
                for booking in bookings
            ),
        )
        return format_html("<ul>{}</ul>", lines) if lines else "–"

    @display(description=_("on the days"))
    def on_the_days(self, registration: Registration) -> SafeString:
        return render_to_string(
            "admin/registration/on_the_days.html",
            {"registration": registration, "edition": registration.edition, "days": days_of(registration)},
        )

    @display(description=_("place"))
    def place_link(self, registration: Registration) -> SafeString:
        address = reverse("admin:registration_place_change", args=[registration.place_id])
        return format_html('<a class="underline" href="{}">{}</a>', address, registration.place)
