"""How the list of speakers is narrowed: who is named, who has a link, who answered, what is missing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from programme.actions.speaking import TEXTS
from programme.models import Appearance, Speaker


class ShownFilter(admin.SimpleListFilter):
    title = _("named on the site")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("yes")), ("no", _("no, not yet or no longer"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        shown = Speaker.objects.shown().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=shown)
        return queryset.exclude(pk__in=shown) if self.value() == "no" else queryset


class LinkFilter(admin.SimpleListFilter):
    """Of the current edition, as the column says."""

    title = _("link")
    parameter_name = "link"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("none", _("not sent")),
            ("sent", _("sent, not used")),
            ("used", _("used, not finished")),
            ("finished", _("finished")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        conditions = {
            "none": Q(has_link=False),
            "sent": Q(has_link=True, link_opened_at=None),
            "used": Q(has_link=True, link_opened_at__isnull=False, link_finished_at=None),
            "finished": Q(has_link=True, link_finished_at__isnull=False),
        }
        chosen = conditions.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class AnswerFilter(admin.SimpleListFilter):
    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("not answered yet")), ("accepted", _("accepted")), ("declined", _("declined"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        answers = {
            "open": [Appearance.Answer.NOT_ASKED, Appearance.Answer.ASKED],
            "accepted": [Appearance.Answer.ACCEPTED],
            "declined": [Appearance.Answer.DECLINED],
        }.get(self.value() or "")
        if answers is None:
            return queryset
        theirs = Appearance.objects.filter(answer__in=answers, session__edition__is_current=True)
        return queryset.filter(pk__in=theirs.values("speaker"))


class MissingFilter(admin.SimpleListFilter):
    title = _("missing")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("portrait", _("portrait")), ("texts", _("a text")), ("email", _("e-mail address"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("portrait", "email"):
            return queryset.filter(**{str(self.value()): ""})
        if self.value() != "texts":
            return queryset
        lacking = Q()
        for name in TEXTS:
            for code, _name in settings.LANGUAGES:
                lacking |= Q(**{f"{name}_{code}": ""}) | Q(**{f"{name}_{code}": None})
        return queryset.filter(lacking)
