"""Captions of videos: files of WebVTT (W3C, 2019), judged before browsers get them."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 1024 * 1024  # hours of speech
TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"{TIME}[ \t]+-->[ \t]+{TIME}(?:[ \t]+\S.*)?")

TOO_LARGE = _("This file is larger than 1 MB. Captions are a small file of text.")
NO_TEXT = _("This file is no text in UTF-8. Save the captions as WebVTT in UTF-8.")
NO_WEBVTT = _(
    "This is no WebVTT file: its first line begins with “WEBVTT”. Many programs can save captions as WebVTT."
)
NO_CUE = _(
    "There is no caption in this file: each has a line such as “00:01.000 --> 00:04.000” above its words."
)
WRONG_TIMES = _("Line %(line)d says no span of time as WebVTT writes it, such as “00:01.000 --> 00:04.000”.")
ENDS_TOO_EARLY = _("The caption in line %(line)d ends before it begins.")


def check_captions(upload: UploadedFile) -> bytes:
    """The captions with line ends of one kind; ValidationError that names the line where something is wrong."""
    if upload.size is None or upload.size > MOST_BYTES:
        raise ValidationError(TOO_LARGE, code="too_large")
    upload.seek(0)
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(NO_TEXT, code="no_text") from None
    if "\0" in text:
        raise ValidationError(NO_TEXT, code="no_text")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if re.match(r"WEBVTT(?:[ \t\n]|$)", text) is None:
        raise ValidationError(NO_WEBVTT, code="no_webvtt")
    _check_cues(text)
    return text.encode()


def _check_cues(text: str) -> None:
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if "-->" not in line:
            continue
        match = TIMING.fullmatch(line.strip())
        if match is None:
            raise ValidationError(WRONG_TIMES, code="wrong_times", params={"line": number})
        times = match.groups()
        if _milliseconds(*times[4:]) <= _milliseconds(*times[:4]):
            raise ValidationError(ENDS_TOO_EARLY, code="ends_too_early", params={"line": number})
        count += 1
    if not count:
        raise ValidationError(NO_CUE, code="no_cue")


def _milliseconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)
