"""The forms in which a declaration and its texts are written."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from declarations.models import Declaration, DeclarationPoint, TextVersion
from declarations.models.texts import hash_of_texts
from efus_conference.admin_base import OrganisersStackedInline, TranslatedTabularInline
from efus_conference.moments import on_the_clocks, plausible
from efus_conference.writing import without_control_characters

MOST_LETTERS = 200_000  # of one text; the longest of its kind have a tenth of that


class DeclarationForm(forms.ModelForm):
    """Times are those on the office's clocks, and a page that shows older texts changes nothing."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, validators=[without_control_characters])

    class Meta:
        model = Declaration
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = hash_of_texts(list(self.instance.texts.all()))
            if (until := self.instance.signatures_until) is not None:
                # Without a zone, so that no widget moves it.
                self.initial["signatures_until"] = until.astimezone(self._zone()).replace(tzinfo=None)

    def full_clean(self) -> None:
        """Takes the time as it was typed; what the clocks of the office make of it is said in `clean`."""
        with timezone.override(UTC):
            super().full_clean()

    def clean_signatures_until(self) -> datetime | None:
        typed: datetime | None = self.cleaned_data["signatures_until"]
        if typed is None:
            return None
        wall = typed.replace(tzinfo=None)
        before = self.instance.signatures_until if self.instance.pk else None
        if before is not None and before.astimezone(self._zone()).replace(tzinfo=None, fold=0) == wall:
            return before
        plausible(typed)
        until = on_the_clocks(wall, self._zone())
        if self.instance.published_at and until <= self.instance.published_at:
            raise ValidationError(_("This lies before the declaration was published."), code="early")
        return until

    def clean_supersedes(self) -> Declaration | None:
        return self._earlier("supersedes")

    def clean_based_on(self) -> Declaration | None:
        return self._earlier("based_on")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")
        if seen and self.instance.pk and seen != hash_of_texts(list(self.instance.texts.all())):
            self.add_error(
                None,
                _(
                    "Someone changed a text since you opened this page. Copy what you wrote, open the page again, "
                    "and write it into the texts as they are now."
                ),
            )
        return cleaned

    def _earlier(self, name: str) -> Declaration | None:
        """A text cannot come from one that comes from it, over however many steps."""
        chosen: Declaration | None = self.cleaned_data[name]
        each, passed = chosen, set()
        while each is not None and each.pk not in passed:
            if each.pk == self.instance.pk:
                raise ValidationError(
                    _("That text comes from this one itself. Choose one that came before."), code="circle"
                )
            passed.add(each.pk)
            each = getattr(each, name)
        return chosen

    @staticmethod
    def _zone() -> Any:
        return timezone.get_default_timezone()


class TextVersionForm(forms.ModelForm):
    class Meta:
        model = TextVersion
        fields = ["language", "status", "body"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "language" in self.fields:
            self.fields["language"].help_text = _("Its two letters, such as en, fr or it.")
        if isinstance(body := self.fields.get("body"), forms.CharField):
            # A page that is saved as it was opened changes no byte, also none at the end.
            body.strip = False
            body.help_text = _(
                "# begins a heading, “1. ” a numbered article, “- ” an item of a list; [words](https://…) is a link. "
                "An empty line ends a paragraph."
            )

    def clean_body(self) -> str:
        # Browsers send two bytes at the end of a line, and keyboards accents in two ways; one is hashed.
        body = str(self.cleaned_data["body"]).replace("\r\n", "\n").replace("\r", "\n")
        body = unicodedata.normalize("NFC", body)
        if not body.strip():
            raise ValidationError(_("Enter the text, or take this language out."), code="required")
        if len(body) > MOST_LETTERS:
            raise ValidationError(
                _("This text is too long: %(most)d letters are the most."),
                params={"most": MOST_LETTERS},
                code="long",
            )
        return body


class TextVersionInline(OrganisersStackedInline):
    model = TextVersion
    form = TextVersionForm
    fields = ["language", "status", "body"]
    readonly_fields = ["frozen_body"]
    show_change_link = False

    def get_fields(self, request: HttpRequest, obj: Declaration | None = None) -> list[str]:
        return ["language", "status", "frozen_body" if is_published(obj) else "body"]

    @display(description=_("text"))
    def frozen_body(self, obj: TextVersion) -> str:
        """As it was typed, line by line."""
        return format_html('<div class="whitespace-pre-wrap" lang="{}">{}</div>', obj.language, obj.body)

    def has_add_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_published(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_published(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_published(obj) and bool(super().has_delete_permission(request, obj))


class PointInline(TranslatedTabularInline):
    model = DeclarationPoint
    fields = ["kind", "text", "order"]
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_frozen(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_frozen(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Declaration | None = None) -> bool:
        return not is_frozen(obj) and bool(super().has_delete_permission(request, obj))


def is_published(obj: Declaration | None) -> bool:
    return obj is not None and obj.is_published


def is_frozen(obj: Declaration | None) -> bool:
    return obj is not None and bool(obj.text_hash)
