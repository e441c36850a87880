"""Form fields for what people upload: a portrait, slides, a document. Judged by content, never by name."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from efus_conference.uploads import DOCUMENTS, ending_of, squares
from programme.portraits import SIZES, Squares


class PortraitField(forms.FileField):
    """A picture of a person; gives its squares made anew, in every size and format."""

    def clean(self, data: Any, initial: Any = None) -> Squares | bool | None:
        """None where nothing was sent, False where the picture there is shall go."""
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            return squares(upload, *SIZES)
        return False if upload is False else None


class MaterialField(forms.FileField):
    """A presentation or a document; gives the upload under a name made from its content."""

    def __init__(self, *args: Any, allowed: tuple[str, ...] = DOCUMENTS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allowed = allowed

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            ending = ending_of(upload, allowed=self.allowed)
            digest = hashlib.sha256()
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
            # The ending is ours: what the file is called elsewhere says nothing of what it is.
            upload.name = f"{digest.hexdigest()[:20]}.{ending}"
        return upload
