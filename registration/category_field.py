"""The choice of a category, each with what became of it: open, not yet, closed, full, to be approved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from efus_conference.models import Edition
from efus_conference.templatetags.dates import moment_at
from registration.models import Category, Registration
from registration.states import Status


def categories_to_choose(edition: Edition, current: Category | None = None) -> QuerySet[Category]:
    """Those offered, and the one of a registration itself, each with how many wait for it; in one query."""
    waiting = (
        Registration.objects.filter(category=OuterRef("pk"), status=Status.WAITING)
        .order_by()
        .values("category")
        .annotate(n=Count("pk"))
        .values("n")
    )
    offered = Q(edition=edition, is_by_invitation=False)
    if current is not None:  # one by invitation may be kept
        offered |= Q(pk=current.pk)
    return (
        Category.objects.filter(offered)
        .select_related("edition")
        .annotate(waiting_n=Coalesce(Subquery(waiting), 0))
    )


def why_closed(category: Category) -> str:
    """A sentence where nobody can register in the category now, else nothing."""
    opens_at, closes_at = category.window()
    if category.is_open():
        return ""
    if opens_at is None or closes_at is None:
        return _("Registration in this category is not planned yet.")
    if timezone.now() < opens_at:
        return _("Opens on %(when)s.") % {"when": moment_at(opens_at, category.edition)}
    return _("Closed since %(when)s.") % {"when": moment_at(closes_at, category.edition)}


def state_of(category: Any) -> str:
    """What one should know before choosing it; read by `categories_to_choose`."""
    if closed := why_closed(category):
        return closed
    sentences = []
    if category.free is not None and (category.free < 1 or category.waiting_n):
        sentences.append(
            ngettext(
                "Full: there is a waiting list, and %(count)d person waits.",
                "Full: there is a waiting list, and %(count)d people wait.",
                category.waiting_n,
            )
            % {"count": category.waiting_n}
            if category.waiting_n
            else _("Full: there is a waiting list, and nobody waits yet.")
        )
    if category.is_press:
        sentences.append(_("The press office accredits you before it counts."))
    elif category.needs_approval:
        sentences.append(_("The organisers approve it before it counts."))
    return " ".join(sentences)


class CategoryRadios(forms.RadioSelect):
    """What is closed can be read and not chosen."""

    current_id: int | None = None
    is_granted = False

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        category = getattr(value, "instance", None)
        is_chosen = category is not None and category.pk == self.current_id
        if category is not None and not is_chosen and not self.is_granted and why_closed(category):
            option["attrs"]["disabled"] = True
        return option


class CategoryField(forms.ModelChoiceField):
    default_error_messages = {
        "required": gettext_lazy("Choose what the person takes part as."),
        "invalid_choice": gettext_lazy("This category is no longer offered. Choose another one."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Category.objects.none(), empty_label=None, widget=CategoryRadios, **kwargs)
        self.current: Category | None = None
        self.is_granted = False

    def offer(self, edition: Edition, current: Category | None, *, is_granted: bool = False) -> None:
        """A place that was granted waits for no window and counts in no quota."""
        self.current, self.is_granted = current, is_granted
        assert isinstance(self.widget, CategoryRadios)
        self.widget.current_id = current.pk if current else None
        self.widget.is_granted = is_granted
        self.queryset = categories_to_choose(edition, current)
        if is_granted:  # as a coordinator may name: the press registers itself, and is accredited
            self.queryset = self.queryset.filter(Q(is_press=False) | Q(pk=current.pk if current else None))

    def label_from_instance(self, obj: Any) -> str:
        # Of a granted place only the press is still asked for something.
        state = "" if self.is_granted and not obj.is_press else state_of(obj)
        lines = [(line,) for line in (obj.hint, state) if line]
        if not lines:
            return str(obj.name)
        return format_html("{}{}", obj.name, format_html_join("", ' <span class="hint">{}</span>', lines))

    def clean(self, value: Any) -> Any:
        category = super().clean(value)
        if category is None or category == self.current or self.is_granted:
            return category
        if closed := why_closed(category):
            raise ValidationError(
                _("%(category)s: %(why)s Choose another one."),
                code="closed",
                params={"category": category.name, "why": closed},
            )
        return category
