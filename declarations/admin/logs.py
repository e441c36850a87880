"""The public logs, to be read: the keeper alone writes them, signs them, and settles what it raised an alarm about."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from declarations.log.reading import in_groups
from declarations.models import Checkpoint, Log, LogAlarm, LogEntry, LogKey
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin

OPEN_FIRST = Case(When(settled_at=None, then=Value(0)), default=Value(1))


@admin.register(Log)
class LogAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["declaration", "origin", "made_at"]
    fieldsets = [(None, {"fields": ["declaration", "origin", "made_at"]})]
    search_fields = ["origin"]
    list_select_related = ["declaration"]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Entries to the byte; they name no person."""

    list_display = ["log", "index", "kind", "event", "is_readmitted", "made_at"]
    list_filter = ["kind", "is_readmitted", "log"]
    fieldsets = [
        (None, {"fields": ["log", ("index", "kind"), "body", "event", ("made_at", "is_readmitted")]})
    ]
    search_fields = ["body"]
    list_select_related = ["log", "event__signature__signatory__organisation"]
    ordering = ["log", "-index"]


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["log", "size", "root_in_short", "signed_at"]
    list_filter = ["log"]
    fieldsets = [(None, {"fields": ["log", ("size", "signed_at"), "root_in_words", "note_in_lines"]})]
    readonly_fields = ["root_in_words", "note_in_lines"]
    list_select_related = ["log"]

    @display(description=_("root of the tree"))
    def root_in_short(self, obj: Checkpoint) -> str:
        """Enough to tell two apart; the whole stands on its page."""
        return f"{bytes(obj.root).hex()[:16]}…"

    @display(description=_("root of the tree"))
    def root_in_words(self, obj: Checkpoint) -> str:
        return bytes(obj.root).hex()

    @display(description=_("signed note"))
    def note_in_lines(self, obj: Checkpoint) -> str:
        return linebreaksbr(obj.note)


@admin.register(LogKey)
class LogKeyAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Public keys. They change by `manage.py log_key`, where the secret one is."""

    list_display = ["grouped", "shown_state", "first_used_at", "retired_at"]
    fieldsets = [(None, {"fields": ["grouped", "public_key", ("first_used_at", "retired_at"), "is_stolen"]})]
    readonly_fields = ["grouped"]

    @display(description=_("fingerprint"), ordering="fingerprint")
    def grouped(self, obj: LogKey) -> str:
        """As people compare it."""
        return in_groups(obj.fingerprint)

    @display(description=_("state"), label={"in_use": "success", "retired": "info", "stolen": "danger"})
    def shown_state(self, obj: LogKey) -> tuple[str, str]:
        if obj.is_stolen:
            return "stolen", str(_("stolen"))
        return ("retired", str(_("retired"))) if obj.retired_at else ("in_use", str(_("in use")))


@admin.register(LogAlarm)
class LogAlarmAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Those that are open come first. Nobody settles one here: the keeper does, once what it found is mended."""

    list_display = ["shown_reason", "log", "raised_at", "settled_at"]
    list_filter = ["reason", "log"]
    when_empty = _("No alarm: every log is as it was signed.")
    fieldsets = [(None, {"fields": [("reason", "log"), "details", ("raised_at", "settled_at")]})]
    list_select_related = ["log"]

    def get_ordering(self, request: HttpRequest) -> list[object]:
        return [OPEN_FIRST.asc(), "-raised_at"]

    @display(description=_("why"), ordering="reason", label={"open": "danger", "settled": "info"})
    def shown_reason(self, obj: LogAlarm) -> tuple[str, str]:
        return "settled" if obj.settled_at else "open", str(obj.get_reason_display())
