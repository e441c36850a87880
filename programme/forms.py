from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from efus_conference.models import Edition
from efus_conference.uploads import reencoded_picture
from programme.models import Session, Speaker
from programme.wording import language_name, reader

# The Union's official languages and those of neighbours and hosts. Rows may hold others; they are offered then too.
LANGUAGES = [
    "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "is", "it",
    "lb", "lt", "lv", "mk", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "ar",
]  # fmt: skip


class LanguagesField(forms.MultipleChoiceField):
    """Languages by name, in the reader's order of them; the first floor language stays the first."""

    widget = UnfoldAdminSelect2MultipleWidget

    def offer(self, held: list[str]) -> None:
        codes = dict.fromkeys([*held, *LANGUAGES])
        named = sorted(((code, language_name(code, reader())) for code in codes), key=lambda one: one[1])
        self.choices = named


class SessionForm(forms.ModelForm):
    """The draft of a session. Times are those on the clocks of the edition's place."""

    floor_languages = LanguagesField(required=False)
    interpretation_languages = LanguagesField(required=False)

    class Meta:
        model = Session
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("floor_languages", "interpretation_languages"):
            field = self.fields.get(name)
            if isinstance(field, LanguagesField):
                field.offer(getattr(self.instance, name))
                column = Session._meta.get_field(name)
                assert isinstance(column, models.Field)
                field.label = capfirst(str(column.verbose_name))
        if self.instance.edition_id:
            for name in ("starts_at", "ends_at"):
                moment = getattr(self.instance, name)
                if moment is not None:
                    # Without a zone, so that no widget turns it into the office's time.
                    self.initial[name] = moment.astimezone(self.instance.edition.zone).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        edition = cleaned.get("edition") or (self.instance.edition if self.instance.edition_id else None)
        if isinstance(edition, Edition):
            for name in ("starts_at", "ends_at"):
                moment = cleaned.get(name)
                if isinstance(moment, datetime):
                    cleaned[name] = moment.replace(tzinfo=edition.zone)
        return cleaned


class SpeakerForm(forms.ModelForm):
    class Meta:
        model = Speaker
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def clean_portrait(self) -> Any:
        upload = self.cleaned_data.get("portrait")
        if not isinstance(upload, UploadedFile):
            return upload
        picture = reencoded_picture(upload, pixels=600)
        # A name of its own for each picture, so that a replaced one is not shown from a cache.
        picture.name = f"{secrets.token_hex(8)}.jpg"
        return picture
