"""The organisers' forms of pictures and news: files are judged by what they are, pasted texts are tidied."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from archive.links import checked
from archive.models import NewsItem, Picture
from archive.pictures import FilesOfPicture, made_anew
from efus_conference.writing import without_control_characters


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
    """Tells who saves that somebody else did so meanwhile; saved once more, it is meant."""

    seen = forms.CharField(
        widget=forms.HiddenInput, required=False, label="", validators=[without_control_characters]
    )

    class Meta:
        model = NewsItem
        fields = ["slug"]  # the admin's pages add theirs

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = _digest_of(self.instance.pk)
        for code, _name in settings.LANGUAGES:
            if field := self.fields.get(f"text_{code}"):
                field.help_text = FORMATTING

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for code, _name in settings.LANGUAGES:
            if text := cleaned.get(f"text_{code}"):
                try:
                    cleaned[f"text_{code}"] = checked(text)
                except forms.ValidationError as refusal:
                    self.add_error(f"text_{code}", refusal)
        if self.instance.pk and not self.errors:
            self._check_seen(cleaned.get("seen", ""))
        return cleaned

    def _check_seen(self, seen: str) -> None:
        # Two who save at once: the second waits here, and reads what the first stored.
        NewsItem.objects.select_for_update(of=("self",), no_key=True).filter(pk=self.instance.pk).first()
        now = _digest_of(self.instance.pk)
        if seen != now:
            self.data = {**self.data, self.add_prefix("seen"): now}
            self.add_error(None, forms.ValidationError(CHANGED, code="changed"))


def _digest_of(pk: int) -> str:
    """What tells two states of a piece of news apart."""
    rows = list(NewsItem.objects.filter(pk=pk).values_list())
    return hashlib.sha256(repr(rows).encode()).hexdigest()


CHANGED = _(
    "Somebody changed this news since you opened it. Nothing of yours is stored yet, and nothing is lost: look at "
    "theirs in another window, and save again to put yours in its place."
)


FORMATTING = _(
    "An empty line begins a paragraph, “## ” a heading, “- ” a list; **bold**, *italic*, "
    "[words](https://efus.eu) for a link. What is pasted from Word as HTML is made into this when it is saved."
)
