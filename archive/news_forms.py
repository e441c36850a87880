"""The organisers' forms of pictures and news: files are judged by what they are, pasted texts are tidied."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from archive.links import check_links_of
from archive.models import NewsItem, Picture
from archive.pictures import FilesOfPicture, made_anew
from efus_conference.rich_text import tidied


class PictureForm(forms.ModelForm):
    """A picture and its words. A new one is made anew here and written by its page: `anew`."""

    upload = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "JPEG, PNG, WebP or AVIF, at most 25 MB and 50 megapixels, best at least 1600 pixels wide. Where and when "
            "it was taken is left out of what is published."
        ),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
    )
    anew: FilesOfPicture | None = None

    class Meta:
        model = Picture
        fields = ["is_drawing"]  # the admin's pages add theirs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Another picture is another row: what is kept for ever under an address doesn't change there.
            del self.fields["upload"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("upload")
        if not isinstance(upload, UploadedFile):
            return cleaned
        try:
            anew = made_anew(upload, is_drawing=bool(cleaned.get("is_drawing")))
        except forms.ValidationError as refusal:
            self.add_error("upload", refusal)
            return cleaned
        there = Picture.objects.filter(digest=anew.made.digest).first()
        if there is not None:
            sentence = _("This picture is in the library already: “%(alt)s”.")
            self.add_error("upload", forms.ValidationError(sentence, code="twice", params={"alt": there.alt}))
        self.anew = anew
        return cleaned

    def _post_clean(self) -> None:
        if self.anew is not None:
            for name, value in self.anew.made._asdict().items():
                setattr(self.instance, name, value)
        super()._post_clean()  # type: ignore[misc]


class NewsItemForm(forms.ModelForm):
    class Meta:
        model = NewsItem
        fields = ["slug"]  # the admin's pages add theirs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in settings.LANGUAGES:
            if field := self.fields.get(f"text_{code}"):
                field.help_text = FORMATTING

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for code, _name in settings.LANGUAGES:
            if text := cleaned.get(f"text_{code}"):
                cleaned[f"text_{code}"] = tidied(text)
                try:
                    check_links_of(cleaned[f"text_{code}"])
                except forms.ValidationError as refusal:
                    self.add_error(f"text_{code}", refusal)
        return cleaned


FORMATTING = _(
    "An empty line begins a paragraph, “## ” a heading, “- ” a list; **bold**, *italic*, "
    "[words](https://efus.eu) for a link. What is pasted from Word as HTML is made into this when it is saved."
)
