"""Why a speaker's link is not sent or does not work, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from efus_conference.models import Edition
from programme.models import Speaker


class LinkRefused(Exception):  # noqa: N818 - a refusal is no error
    """`message` is the sentence for who asked, in their language."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message or _("This link does not work.")


class NoAddress(LinkRefused):
    def __init__(self, speakers: Sequence[Speaker]) -> None:
        self.speakers = list(speakers)
        sentence = ngettext(
            "Nothing was sent: %(names)s has no e-mail address. Enter it first, or leave them out.",
            "Nothing was sent: %(names)s have no e-mail address. Enter them first, or leave them out.",
            len(self.speakers),
        )
        super().__init__(sentence % {"names": _names(self.speakers)})


class NotASpeakerThere(LinkRefused):
    def __init__(self, speakers: Sequence[Speaker], edition: Edition) -> None:
        self.speakers = list(speakers)
        sentence = ngettext(
            "Nothing was sent: %(names)s is in no session of %(edition)s.",
            "Nothing was sent: %(names)s are in no session of %(edition)s.",
            len(self.speakers),
        )
        super().__init__(sentence % {"names": _names(self.speakers), "edition": edition.name})


class TooManyMaterials(LinkRefused):
    def __init__(self, most: int) -> None:
        super().__init__(
            ngettext(
                "You handed in %(count)d file for this session already. Remove it before you add another.",
                "You handed in %(count)d files for this session already. Remove one before you add another.",
                most,
            )
            % {"count": most}
        )


def _names(speakers: Sequence[Speaker]) -> str:
    return ", ".join(speaker.name for speaker in speakers)
