"""The organisers' forms of speakers and materials: files are judged by what they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminImageFieldWidget

from programme.file_fields import MaterialField, PortraitField
from programme.models import Material, Speaker
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


class WithoutAddress(UnfoldAdminFileFieldWidget):
    """Names no address of the file: it lies where only a view of its own hands it out."""

    def is_initial(self, value: Any) -> bool:
        return False


class MaterialForm(forms.ModelForm):
    """A file, judged by its content and stored under a name made from it, or an address."""

    file = MaterialField(required=False, widget=WithoutAddress)

    class Meta:
        model = Material
        fields = ["kind"]  # the admin's pages add theirs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            field.label = capfirst(str(Material._meta.get_field("file").verbose_name))
            field.help_text = _("PDF, PPTX, ODP, DOCX or ODT, at most %(megabytes)d MB.") % {
                "megabytes": settings.MATERIALS_MAX_BYTES // (1024 * 1024)
            }

    def save(self, commit: bool = True) -> Any:
        former = self.initial.get("file")
        if former and "file" in self.changed_data:
            # The page saves in one transaction; what it replaced goes when that stands.
            transaction.on_commit(partial(former.storage.delete, former.name))
        return super().save(commit)
