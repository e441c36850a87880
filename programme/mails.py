"""The mails to speakers: their link, a reminder, and what we hold after they used it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import translation

from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import Mail
from programme.actions import new_speaker_token
from programme.models import SpeakerLink
from programme.speaking import asked_sessions, missing, parts


@composes("programme/speaker_link")
def speaker_link(*, link_id: int) -> Iterator[Letter]:
    """The link. Composing makes the secret, so nothing is composed once it was made and sent."""
    yield from _with_link("programme/speaker_link", link_id)


@composes("programme/speaker_reminder")
def speaker_reminder(*, link_id: int) -> Iterator[Letter]:
    """A new link, with what is still missing."""
    yield from _with_link("programme/speaker_reminder", link_id)


def _with_link(kind: str, link_id: int) -> Iterator[Letter]:
    link = SpeakerLink.objects.usable().filter(pk=link_id).select_related("speaker", "edition").first()
    # A job that is run again after its mail went out must not make the link in that mail useless.
    if link is None or Mail.objects.filter(kind=kind, subject_ids={"link_id": link_id}).exists():
        return
    token = new_speaker_token(link=link)
    with translation.override(link.language):
        context = {
            **_facts(link),
            "link": site_address(reverse("programme_machine:speak", args=[token])),
        }
    yield Letter(to=link.sent_to, language=link.language, context=context, secrets=(token,))


@composes("programme/speaker_confirmation")
def speaker_confirmation(*, link_id: int) -> Iterator[Letter]:
    """What the speaker said and what we hold; without the link, whose secret is not kept."""
    link = SpeakerLink.objects.usable().filter(pk=link_id).select_related("speaker", "edition").first()
    if link is None:
        return
    with translation.override(link.language):
        context = {**_facts(link), "parts": parts(link)}
    yield Letter(to=link.sent_to, language=link.language, context=context)


def _facts(link: SpeakerLink) -> dict[str, Any]:
    return {
        "speaker": link.speaker,
        "edition": link.edition,
        "edition_name": link.edition.name,
        "sessions": asked_sessions(link),
        "missing": missing(link),
        "expires_at": link.expires_at,
    }
