"""The organisers' forms of the pages they compose: the draft with its blocks, and when it is to be public."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from archive.links import check_link, checked
from archive.models import Block, PageVersion
from efus_conference.moments import on_the_clocks, plausible
from efus_conference.writing import without_control_characters

KINDS = _(
    "Text, quotation, notice, question and button say what you write. All others show what the site knows, and "
    "stay away while it knows nothing; a heading and a text of yours stand above it."
)
FORMATTING = _(
    "An empty line begins a paragraph, “- ” a line of a list, “## ” a heading; **bold**, "
    "[words](https://an.address). What you paste from Word is tidied."
)
CHANGED = _(
    "Somebody changed this draft since you opened it. Nothing of yours is stored yet, and nothing is lost: look at "
    "their version in the preview, and save again to put yours in its place."
)
GONE = _(
    "Somebody published or discarded this draft since you opened it. Nothing of yours is stored yet, and nothing is "
    "lost: save again to make it the new draft."
)
ANOTHER = "another"  # in the place of a digest: what was seen was another draft


def digest_of(version: PageVersion) -> str:
    """What tells two states of a draft apart."""
    rows = Block.objects.filter(version=version).order_by("pk").values_list()
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


class DraftForm(forms.ModelForm):
    """Tells who saves that somebody else did so meanwhile; saved once more, it is meant.

    Who saves holds the page's lock (`PageVersionAdmin.changeform_view`), so that of two at once the second waits.
    """

    seen = forms.CharField(
        widget=forms.HiddenInput, required=False, label="", validators=[without_control_characters]
    )
    # Of which page it is, for when the draft is gone.
    of_page = forms.CharField(
        widget=forms.HiddenInput, required=False, label="", validators=[without_control_characters]
    )

    class Meta:
        model = PageVersion
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = digest_of(self.instance)
            self.initial["of_page"] = str(self.instance.page_id)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        now, seen = digest_of(self.instance), cleaned.get("seen")
        if seen != now:
            self.data = {**self.data, self.add_prefix("seen"): now}
            # Their version opens beside this form, which is not stored.
            preview = reverse("admin:archive_page_preview", args=[self.instance.page_id])
            said = format_html(
                '{} <a href="{}" target="_blank">{}</a>',
                GONE if seen == ANOTHER else CHANGED,
                preview,
                gettext("Preview"),
            )
            raise ValidationError(said, code="changed")
        return cleaned


class BlocksFormSet(forms.BaseInlineFormSet):
    """A new block comes after the others."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if index is None or index >= self.initial_form_count():
            last = max((block.order for block in self.get_queryset()), default=0)
            kwargs["initial"] = {"order": min(last + 10, 32767)}
        return kwargs


class BlockForm(forms.ModelForm):
    class Meta:
        model = Block
        fields = "__all__"  # noqa: DJ007 - the inline says which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            self.fields["kind"].help_text = KINDS
        for code, _name in settings.LANGUAGES:
            if (name := f"text_{code}") in self.fields:
                self.fields[name].widget.attrs["rows"] = 5
        if (name := f"text_{settings.LANGUAGE_CODE}") in self.fields:
            self.fields[name].help_text = FORMATTING

    def clean_link(self) -> str:
        link: str = (self.cleaned_data.get("link") or "").strip()
        if link:
            check_link(link)
        return link

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for code, _name in settings.LANGUAGES:
            name = f"text_{code}"
            if not cleaned.get(name):
                continue
            try:
                cleaned[name] = checked(cleaned[name])
            except ValidationError as error:
                self.add_error(name, error)
        if cleaned.get("kind") == Block.Kind.LINK and not self.errors:
            self._check_button(cleaned)
        return cleaned

    def _check_button(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("link"):
            self.add_error("link", _("Say where the button leads."))
        label = f"link_label_{settings.LANGUAGE_CODE}"
        if label in self.fields and not cleaned.get(label):
            self.add_error(label, _("Say what stands on the button."))


class MomentForm(forms.Form):
    """A day and an hour on the clocks of a place."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    hour = forms.TimeField(
        label=_("Hour"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial="09:00"
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        """`at`: the moment; refused where summer time skips or doubles it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("hour"):
            try:
                plausible(cleaned["day"])
                cleaned["at"] = on_the_clocks(datetime.combine(cleaned["day"], cleaned["hour"]), self.zone)
            except ValidationError as error:
                self.add_error("day" if error.code == "year" else "hour", error)
        return cleaned
