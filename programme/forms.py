from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from efus_conference.models import Edition
from efus_conference.moments import on_the_clocks
from programme.languages import SIGN_LANGUAGES, SPOKEN_LANGUAGES, language_choices
from programme.models import Session

# Typed as the clocks of the edition's place show them.
MOMENTS = ("starts_at", "ends_at", "departs_at", "returns_at", "identity_by")


class LanguagesField(forms.MultipleChoiceField):
    """Languages by name, in the reader's order of them; the first floor language stays the first."""

    widget = UnfoldAdminSelect2MultipleWidget

    def offer(self, held: list[str], *, with_signed: bool) -> None:
        signed = SIGN_LANGUAGES if with_signed else ()
        self.choices = language_choices(dict.fromkeys([*held, *SPOKEN_LANGUAGES, *signed]))


class SessionForm(forms.ModelForm):
    """The draft of a session. Times are those on the clocks of the edition's place."""

    floor_languages = LanguagesField(required=False)
    interpretation_languages = LanguagesField(required=False)
    caption_languages = LanguagesField(required=False)

    class Meta:
        model = Session
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("floor_languages", "interpretation_languages", "caption_languages"):
            field = self.fields.get(name)
            if isinstance(field, LanguagesField):
                # What is signed on stage can be the floor's language too; captions are written.
                field.offer(getattr(self.instance, name), with_signed=name != "caption_languages")
                column = Session._meta.get_field(name)
                assert isinstance(column, models.Field)
                field.label = capfirst(str(column.verbose_name))
                field.help_text = column.help_text
        if self.instance.edition_id:
            for name in MOMENTS:
                moment = getattr(self.instance, name)
                if moment is not None:
                    # Without a zone, so that no widget turns it into the office's time.
                    self.initial[name] = moment.astimezone(self.instance.edition.zone).replace(tzinfo=None)

    def full_clean(self) -> None:
        """Takes what was typed as it stands: the office's own clocks may skip an hour that the place has."""
        with timezone.override(UTC):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        edition = cleaned.get("edition") or (self.instance.edition if self.instance.edition_id else None)
        if isinstance(edition, Edition):
            for name in MOMENTS:
                moment = cleaned.get(name)
                if isinstance(moment, datetime):
                    try:
                        cleaned[name] = self._moment(name, moment.replace(tzinfo=None), edition.zone)
                    except ValidationError as error:
                        self.add_error(name, error)
        return cleaned

    def _moment(self, name: str, typed: datetime, zone: ZoneInfo) -> datetime:
        """What was not touched stays as it is, also within an hour that the clocks show twice."""
        before: datetime | None = getattr(self.instance, name)
        if before is not None and before.astimezone(zone).replace(tzinfo=None, fold=0) == typed:
            return before
        return on_the_clocks(typed, zone)
