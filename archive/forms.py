"""The organisers' forms of what an edition leaves: files are judged by what they are."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from archive.captions import check_captions
from archive.documents import CheckedPdf, check_pdf
from archive.models import Captions, Document, Video
from archive.videos import ending_of_video, name_of_content
from programme.languages import SIGN_LANGUAGES, SPOKEN_LANGUAGES

MEGABYTE = 1024 * 1024
SAME_FILE = _("This edition has this very file already.")


class WithoutAddress(UnfoldAdminFileFieldWidget):
    """Names no address of the file: it lies where only a view of its own hands it out."""

    def is_initial(self, value: Any) -> bool:
        return False


class MayBeTakenAway(WithoutAddress):
    """With a tick that takes a file away which is kept already."""

    template_name = "archive/admin/file_that_may_go.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["is_kept"] = bool(value) and not isinstance(value, UploadedFile)
        return context


def check_language(code: str) -> None:
    """ValidationError for what is no code of a language; none at all is left to the field."""
    if code and code not in SPOKEN_LANGUAGES and code not in SIGN_LANGUAGES:
        raise ValidationError(
            _("“%(code)s” is no language’s code that we know. It looks like en, fr or nl."),
            code="language",
            params={"code": code},
        )


class InALanguage(forms.ModelForm):
    def clean_language(self) -> str:
        code: str = self.cleaned_data["language"].strip().lower()
        check_language(code)
        return code


class DocumentForm(InALanguage):
    """A document; `pdf` holds a new file, which an action stores when the rest is saved."""

    file = forms.FileField(widget=WithoutAddress)
    pdf: CheckedPdf | None = None

    class Meta:
        model = Document
        fields = ["kind"]  # the admin's pages add theirs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            field.label = capfirst(str(Document._meta.get_field("file").verbose_name))
            field.required = self.instance.pk is None
            field.help_text = _("At most %(megabytes)d MB. Its first page is shown as a picture.") % {
                "megabytes": settings.MATERIALS_MAX_BYTES // MEGABYTE
            }

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        if isinstance(upload, UploadedFile):
            self.pdf = check_pdf(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        edition = cleaned.get("edition") or getattr(self.instance, "edition", None)
        if self.pdf is not None and edition is not None and edition.pk:
            same = Document.objects.filter(edition=edition, sha256=self.pdf.sha256)
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error("file", SAME_FILE)
        return cleaned


class VideoLineForm(InALanguage):
    class Meta:
        model = Video
        fields = ["order"]  # the admin's pages add theirs


class VideoForm(VideoLineForm):
    """A video: an address, or a file judged by its content and stored under a name made from it."""

    file = forms.FileField(required=False, widget=MayBeTakenAway)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("file"):
            field.label = capfirst(str(Video._meta.get_field("file").verbose_name))
            field.help_text = _(
                "MP4 or WebM, at most %(megabytes)d MB. It is kept here: nobody else learns who watches it."
            ) % {"megabytes": settings.VIDEOS_MAX_BYTES // MEGABYTE}

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        if isinstance(upload, UploadedFile):
            upload.name = name_of_content(upload, ending_of_video(upload))
        return upload

    def save(self, commit: bool = True) -> Any:
        _forget_former(self, "file")
        return super().save(commit)


class CaptionsForm(InALanguage):
    file = forms.FileField(widget=WithoutAddress)

    class Meta:
        model = Captions
        fields = ["language", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = self.instance.pk is None
        self.fields["file"].label = capfirst(str(Captions._meta.get_field("file").verbose_name))

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        if not isinstance(upload, UploadedFile):
            return upload
        content = ContentFile(check_captions(upload))
        named = UploadedFile(content, name="captions.vtt", content_type="text/vtt", size=content.size)
        named.name = name_of_content(named, "vtt")
        return named

    def save(self, commit: bool = True) -> Any:
        _forget_former(self, "file")
        return super().save(commit)


def _forget_former(form: forms.ModelForm, name: str) -> None:
    """What a new file replaces goes when the page, which saves in one transaction, stands."""
    former = form.initial.get(name)
    if former and name in form.changed_data:
        transaction.on_commit(partial(former.storage.delete, former.name))
