from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import action, display

from efus_conference.admin_base import TranslatedAdmin, edition_asked_for, in_languages, number
from efus_conference.languages import in_every_language
from efus_conference.models import Edition, Mail
from registration.admin.base import EditionFilter
from registration.admin.message_page import group_of, message_page
from registration.models import Message
from registration.placeholders import PLACEHOLDERS, unknown_placeholders
from registration.requests import reader

# Of each group, the field that says which one.
MEANT = {
    Message.Audience.CITY: "delegation",
    Message.Audience.SESSION: "session",
    Message.Audience.WAITING: "session",
    Message.Audience.CATEGORY: "category",
}


class MessageForm(forms.ModelForm):
    class Meta:
        model = Message
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        edition, wanted = answers.get("edition"), MEANT.get(answers.get("audience"))  # type: ignore[arg-type]
        for name in ("delegation", "session", "category"):
            if name != wanted:
                answers[name] = None  # what was chosen for another group does not count
            elif answers.get(name) is None and name not in self.errors:
                self.add_error(name, _("Say which one is meant."))
            elif answers.get(name) and edition and answers[name].edition_id != edition.pk:
                self.add_error(name, _("This belongs to another edition."))
        for code, language in settings.LANGUAGES:
            subject, body = answers.get(f"subject_{code}"), answers.get(f"body_{code}")
            if bool(subject) != bool(body):
                missing = f"body_{code}" if subject else f"subject_{code}"
                if missing not in self.errors:
                    sentence = _("Write subject and text in %(language)s, or neither.")
                    self.add_error(missing, sentence % {"language": language})
            for name in (f"subject_{code}", f"body_{code}"):
                if unknown := unknown_placeholders(answers.get(name) or ""):
                    self.add_error(name, _unknown(unknown))
        return answers


def _unknown(written: list[str]) -> str:
    return _("Nothing is known by the name of %(unknown)s. Placeholders are: %(known)s.") % {
        "unknown": ", ".join(written),
        "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
    }


def _body_in(code: str) -> Callable[[Message], str]:
    @display(description=gettext_lazy("text"))
    def body(message: Message) -> str:
        return linebreaksbr(getattr(message, f"body_{code}") or "–")

    return body


# What was sent, as it was written: with its empty lines.
BODIES = {code: _body_in(code) for code, _name in settings.LANGUAGES}


@admin.register(Message)
class MessageAdmin(TranslatedAdmin):
    """Drafts until they are sent, from a page that shows them first; what was sent can be read."""

    form = MessageForm
    list_display = ["subject", "edition", "shown_group", "written_by", "sent_at", "sent_count"]
    list_filter = [EditionFilter, "audience", "sent_at"]
    list_select_related = ["edition", "written_by", "delegation__organisation", "session", "category"]
    search_fields = [*in_every_language("subject", ending="__unaccent")]
    autocomplete_fields = ["delegation", "session", "category"]
    readonly_fields = [
        "written_by",
        "made_at",
        "sent_at",
        "progress",
        "shown_group",
        *BODIES.values(),
    ]
    actions_detail = ["look_and_send"]

    def get_fieldsets(self, request: HttpRequest, obj: Message | None = None) -> Any:
        if obj is not None and obj.sent_at is not None:
            facts = ["edition", "shown_group", ("written_by", "made_at"), ("sent_at", "progress")]
            texts = [
                (name, {"fields": [f"subject_{code}", BODIES[code]], "classes": ["tab"]})
                for code, name in settings.LANGUAGES
            ]
            return [(None, {"fields": facts}), *texts]
        group = ["edition", "audience", "delegation", "session", "category"]
        state = [("written_by", "made_at"), ("sent_at", "progress")] if obj else []
        return [
            (
                None,
                {
                    "fields": [*group, *state],
                    "description": gettext_lazy(
                        "Only what fits the group counts: the delegation, the session or the category. Nothing is "
                        "sent from this page."
                    ),
                },
            ),
            *in_languages("subject", "body"),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.prefetch_related("edition__hosting__organisation")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        edition = edition_asked_for(request, list(Edition.objects.filter(is_current=True)))
        return {"edition": edition, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        # The theme asks for its buttons with a key in the row's stead.
        is_sent = isinstance(obj, Message) and obj.sent_at is not None
        return bool(super().has_change_permission(request, obj)) and not is_sent

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and obj is not None and obj.sent_at is None

    def save_model(self, request: HttpRequest, obj: Message, form: Any, change: bool) -> None:
        obj.written_by = reader(request)
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(lambda request, pk: message_page(request, self, pk))
        return [path("<int:pk>/send/", view, name="registration_message_send"), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: int | str | None = None) -> Any:
        is_draft = Message.objects.filter(pk=number(object_id), sent_at=None).exists()
        return super().get_actions_detail(request, object_id) if is_draft else []

    @action(description=gettext_lazy("Look at it and send …"), url_path="look", permissions=["change"])
    def look_and_send(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return message_page(request, self, number(object_id))

    @display(description=gettext_lazy("to whom"), ordering="audience")
    def shown_group(self, message: Message) -> str:
        return group_of(message)

    @display(description=gettext_lazy("progress"))
    def progress(self, message: Message) -> str:
        return progress_of(message)


def progress_of(message: Message) -> str:
    """“Sent to 5 of 12”, with what failed for good; “draft” before."""
    if message.sent_at is None:
        return _("draft")
    mails = Mail.objects.about(message_id=message.pk).filter(kind="registration/message")
    reached = mails.values("subject_ids__registration_id").distinct().count()
    facts = {"reached": reached, "all": message.sent_count}
    failed = ProcrastinateJob.objects.filter(
        status="failed", args__kind="registration/message", args__ids__message_id=message.pk
    ).count()
    if failed:
        sentence = _("Sent to %(reached)d of %(all)d; %(failed)d could not be sent.")
        return sentence % {**facts, "failed": failed}
    return _("Sent to %(reached)d of %(all)d") % facts
