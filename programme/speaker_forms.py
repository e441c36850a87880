"""The organisers' forms of speakers and materials: files are judged by what they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from unfold.widgets import UnfoldAdminImageFieldWidget

from programme.file_fields import PortraitField
from programme.models import Speaker
from programme.portraits import Squares


class SpeakerForm(forms.ModelForm):
    """A speaker, without the portrait: `pictures` holds a new one, made anew, or False where it shall go."""

    portrait = PortraitField(required=False, widget=UnfoldAdminImageFieldWidget)
    pictures: Squares | bool | None = None

    class Meta:
        model = Speaker
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("portrait"):
            field.label = capfirst(str(Speaker._meta.get_field("portrait").verbose_name))

    def clean_portrait(self) -> Any:
        self.pictures = self.cleaned_data.get("portrait")
        # Its files are written by an action, after the rest is saved.
        return self.initial.get("portrait")
