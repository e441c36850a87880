from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from efus_conference.admin_base import OrganisersAdmin
from efus_conference.models import Edition
from registration.actions import Refusal

Row = TypeVar("Row")


class RefusingAdmin(OrganisersAdmin):
    """A form whose saving is one of our actions: what it refuses is said above the form, which keeps what was typed."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            # The transaction was rolled back; the same form again, now with the reason why it is not valid.
            request.refusal = str(refusal)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        reason: str = getattr(request, "refusal", "")
        if not reason:
            return form

        class Refused(form):
            def clean(self) -> dict[str, Any]:
                super().clean()
                raise ValidationError(reason)

        return Refused


class EditionFilter(admin.SimpleListFilter):
    """The editions that have something to list, in two queries; their names are made of their hosts'."""

    title = _("edition")
    parameter_name = "edition"
    path = "edition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, str]]:
        # Those of categories: an edition without any has no registration either.
        editions = Edition.objects.filter(categories__isnull=False).distinct().order_by("-number")
        for edition in editions.prefetch_related("hosting__organisation"):
            yield str(edition.pk), edition.name

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None or not value.isdecimal():
            return queryset
        return queryset.filter(**{f"{self.path}_id": int(value)})


class SessionEditionFilter(EditionFilter):
    path = "session__edition"


def asked_first(
    request: HttpRequest,
    row: Row,
    *,
    admin: OrganisersAdmin,
    title: str,
    sentences: Iterable[str],
    button: str,
    act: Callable[[Row], object],
    done: str,
    typed: str = "",
) -> HttpResponse:
    """A button of the row's page: says what it will do, does it once it is confirmed, and leads back to the row.

    `typed` is what must be typed to confirm what cannot be undone; letters' case and spaces around do not count.
    """
    opts = admin.opts
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[cast(Any, row).pk])
    is_typed = not typed or request.POST.get("typed", "").strip().casefold() == typed.strip().casefold()
    if request.method == "POST" and is_typed:
        if for_each(request, [row], act):
            messages.success(request, done)
        return redirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "opts": opts,
        "title": title,
        "sentences": sentences,
        "button": button,
        "typed": typed,
        "is_mistyped": request.method == "POST",
        "back": back,
    }
    return render(request, "admin/registration/ask_first.html", context)


def for_each(request: HttpRequest, rows: Iterable[Row], act: Callable[[Row], object]) -> int:
    """Does it for each row by itself, says what was refused, and counts what was done."""
    done = 0
    for row in rows:
        try:
            act(row)
        except Refusal as refusal:
            messages.error(request, f"{row}: {refusal}")
        else:
            done += 1
    return done
