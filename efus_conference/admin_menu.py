"""The admin's side menu, by what organisers work on. Each sees the lists that their groups let them read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

PUBLIC_LOG = _("The public log")

# (title, [(model, symbol of the theme's icon font), …]); models by name, because the ground imports no app.
MENU: list[tuple[Any, list[tuple[str, str]]]] = [
    (
        _("Programme"),
        [
            ("programme.Session", "event"),
            ("programme.Speaker", "record_voice_over"),
            ("programme.Appearance", "co_present"),
            ("programme.Material", "slideshow"),
            ("programme.Release", "publish"),
            ("programme.ReleasedSession", "public"),
            ("programme.Room", "meeting_room"),
            ("programme.Venue", "location_on"),
            ("programme.WalkingTime", "directions_walk"),
            ("programme.Theme", "label"),
            ("programme.SessionKind", "category"),
        ],
    ),
    (
        _("Registration"),
        [
            ("registration.Registration", "badge"),
            ("registration.Accreditation", "newspaper"),
            ("registration.Delegation", "groups"),
            ("registration.SeatPool", "event_seat"),
            ("registration.Booking", "bookmark"),
            ("registration.Wait", "hourglass_top"),
            ("registration.BookingLimit", "production_quantity_limits"),
            ("registration.BookingRules", "timer"),
            ("registration.Category", "style"),
            ("registration.Question", "quiz"),
            ("registration.AccessNeed", "accessible"),
            ("registration.Place", "chair"),
            ("registration.Message", "campaign"),
            ("registration.Ticket", "qr_code_2"),
            ("registration.TicketKey", "key"),
            ("registration.ConsentText", "fact_check"),
            ("registration.Consent", "thumb_up"),
            ("registration.Certificate", "workspace_premium"),
            ("registration.CheckIn", "how_to_reg"),
            ("registration.DeskAlert", "notification_important"),
            ("registration.DeskLink", "key"),
            ("registration.DeskPassphrase", "password"),
            ("registration.DeskDevice", "smartphone"),
            ("registration.HeadsetLoan", "headphones"),
            ("registration.SensitiveReading", "visibility"),
            ("registration.RetentionRule", "auto_delete"),
            ("registration.RetentionRun", "delete_history"),
            ("registration.EditionClosing", "inventory"),
            ("registration.Participation", "groups_2"),
        ],
    ),
    (
        _("Declarations"),
        [
            ("declarations.Signature", "ink_pen"),
            ("declarations.Withdrawal", "undo"),
            ("declarations.Declaration", "history_edu"),
            ("declarations.Ceremony", "co_present"),
            ("declarations.Signatory", "location_city"),
            ("declarations.Mailbox", "inbox"),
            ("declarations.Invitation", "outgoing_mail"),
            ("declarations.Evidence", "attach_file"),
            ("declarations.SignatureEvent", "history"),
            ("declarations.SealedDocument", "approval"),
        ],
    ),
    (
        PUBLIC_LOG,
        [
            ("declarations.LogAlarm", "report"),
            ("declarations.Log", "receipt_long"),
            ("declarations.LogEntry", "format_list_numbered"),
            ("declarations.Checkpoint", "verified"),
            ("declarations.LogKey", "vpn_key"),
        ],
    ),
    (
        _("Editions and archive"),
        [
            ("efus_conference.Edition", "account_balance"),
            ("archive.Page", "article"),
            ("archive.NewsItem", "newsmode"),
            ("archive.Picture", "photo_library"),
            ("archive.Document", "description"),
            ("archive.Video", "smart_display"),
            ("archive.Voice", "campaign"),
            ("archive.KeyFigure", "numbers"),
            ("archive.EditionNote", "notes"),
            ("archive.Partner", "diversity_3"),
            ("efus_conference.Organisation", "apartment"),
            ("efus_conference.OrganisationMerge", "merge"),
            ("efus_conference.Project", "handshake"),
        ],
    ),
    (
        _("People and machine"),
        [
            ("efus_conference.User", "person"),
            ("auth.Group", "shield_person"),
            ("efus_conference.Erasure", "person_remove"),
            ("efus_conference.Mail", "mail"),
            ("procrastinate.ProcrastinateJob", "manufacturing"),
        ],
    ),
]

# Pages beside a model's list, for those who may read it: (title, symbol, name of the address).
PAGES: dict[str, list[tuple[Any, str, str]]] = {
    "programme.Session": [
        (_("Timetable"), "calendar_view_week", "admin:programme_session_timetable"),
    ],
    "efus_conference.Edition": [
        (_("Translations"), "translate", "translations"),
    ],
    "registration.Registration": [
        (_("Badges"), "id_card", "admin:registration_registration_badges"),
        (_("Paper and attendance lists"), "print", "admin:registration_registration_day_lists"),
    ],
    "registration.CheckIn": [
        (_("From the paper list"), "edit_note", "admin:registration_checkin_paper"),
        (_("The desk"), "point_of_sale", "registration:desk"),
    ],
    "registration.RetentionRule": [
        (_("What is kept for how long"), "timer", "admin:registration_retentionrule_table"),
    ],
    "registration.SeatPool": [
        (_("Booths and headsets"), "headphones", "admin:registration_seatpool_interpretation"),
    ],
}

# Where a library names its model after itself, and where the list's own count (“28 sessions
# with seats”) makes no title.
TITLES = {
    "procrastinate.ProcrastinateJob": _("Jobs of the worker"),
    "registration.SeatPool": _("seats"),
    "registration.Wait": _("waiting lists"),
}


def title_of(model_name: str) -> str:
    title = TITLES.get(model_name) or apps.get_model(model_name)._meta.verbose_name_plural
    return str(capfirst(str(title)))


def list_address(model_name: str, query: str = "") -> str:
    """The address of a model's list in the admin, filtered by a query such as “is_current__exact=1”."""
    options = apps.get_model(model_name)._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{address}?{query}" if query else address


def may_read(request: HttpRequest, model_name: str) -> bool:
    """Whether the model has a list of its own that this organiser may open."""
    page = admin.site._registry.get(apps.get_model(model_name))
    return page is not None and bool(page.has_view_permission(request))


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    first = {"title": _("What needs you today"), "icon": "today", "link": reverse("admin:index")}
    guide = {"title": _("Guide"), "icon": "menu_book", "link": reverse("guide_first")}
    groups: list[dict[str, Any]] = [{"items": [first, guide]}]
    for title, entries in MENU:
        items = []
        for name, icon in entries:
            if may_read(request, name):
                items.append({"title": title_of(name), "icon": icon, "link": list_address(name)})
                items += [
                    {"title": page, "icon": symbol, "link": reverse(address)}
                    for page, symbol, address in PAGES.get(name, [])
                ]
        if items:
            # What the keeper writes is looked up now and then: it unfolds where it is asked for.
            is_folded = title is PUBLIC_LOG
            groups.append({"title": title, "separator": True, "collapsible": is_folded, "items": items})
    return groups
