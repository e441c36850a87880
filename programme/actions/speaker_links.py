"""The secret addresses by which speakers complete their part of an edition."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from efus_conference.mail import queue
from efus_conference.models import Edition, User
from efus_conference.secret_links import hash_of_token, is_within_limit
from programme.actions.speaker_refusals import LinkRefused, NoAddress, NotASpeakerThere
from programme.models import Appearance, Speaker, SpeakerLink

SHORTEST = timedelta(days=30)
AFTER_THE_EDITION = timedelta(days=60)  # for slides that come late
NEW_LINKS_PER_HOUR = {"speaker": 3, "address": 10}
CONFIRMATIONS_PER_HOUR = 5


@transaction.atomic
def send_links(
    *, speakers: Sequence[Speaker], edition: Edition, language: str, by: User | None
) -> list[SpeakerLink]:
    """Mails each speaker a link of their own, all or none; links sent before stop working.

    LinkRefused names those without an e-mail address and those who are in no session of the edition.
    """
    if without := [speaker for speaker in speakers if not speaker.email]:
        raise NoAddress(without)
    there = set(
        Appearance.objects.filter(session__edition=edition, speaker__in=speakers).values_list(
            "speaker_id", flat=True
        )
    )
    if strangers := [speaker for speaker in speakers if speaker.pk not in there]:
        raise NotASpeakerThere(strangers, edition)
    made = [_make_link(speaker, edition, language, by) for speaker in speakers]
    for link in made:
        queue("programme/speaker_link", link_id=link.pk)
    return made


@transaction.atomic
def hand_over_link(
    *, speaker: Speaker, edition: Edition, language: str, by: User | None
) -> tuple[SpeakerLink, str]:
    """Makes a link whose token is handed over otherwise than by mail; links sent before stop working."""
    link = _make_link(speaker, edition, language, by)
    return link, new_speaker_token(link=link)


@transaction.atomic
def remind(*, link: SpeakerLink, by: User | None) -> SpeakerLink:
    """Sends the link anew with what is still missing; the address sent before stops working."""
    if not link.speaker.email:
        raise NoAddress([link.speaker])
    made = _make_link(link.speaker, link.edition, link.language, by)
    queue("programme/speaker_reminder", link_id=made.pk)
    return made


def _make_link(speaker: Speaker, edition: Edition, language: str, by: User | None) -> SpeakerLink:
    # One after the other: two organisers who send at once revoke each other's instead of failing.
    Speaker.objects.select_for_update(no_key=True).get(pk=speaker.pk)
    former = SpeakerLink.objects.filter(speaker=speaker, edition=edition, revoked_at=None)
    before = former.first()
    former.update(revoked_at=timezone.now())
    Appearance.objects.filter(
        session__edition=edition, speaker=speaker, answer=Appearance.Answer.NOT_ASKED
    ).update(answer=Appearance.Answer.ASKED)
    return SpeakerLink.objects.create(
        speaker=speaker,
        edition=edition,
        sent_to=speaker.email,
        language=language,
        made_by=by,
        expires_at=_expiry(edition),
        opened_at=before.opened_at if before else None,
    )


def _expiry(edition: Edition) -> datetime:
    soon = timezone.now() + SHORTEST
    if edition.ends_on is None:
        return soon
    after = datetime.combine(edition.ends_on + AFTER_THE_EDITION, time(), tzinfo=edition.zone)
    return max(soon, after)


@transaction.atomic
def new_speaker_token(*, link: SpeakerLink) -> str:
    """Makes the secret part of the link and keeps its hash alone; an earlier one stops working."""
    locked = SpeakerLink.objects.select_for_update().usable().filter(pk=link.pk).first()
    if locked is None:
        raise LinkRefused
    token = secrets.token_urlsafe(32)
    link.token_hash = locked.token_hash = hash_of_token(token)
    locked.save(update_fields=["token_hash"])
    return token


def revoke_links(*, speaker: Speaker, edition: Edition | None = None) -> int:
    """Makes the speaker's links useless, those to one edition or all; says how many there were."""
    links = SpeakerLink.objects.filter(speaker=speaker, revoked_at=None)
    if edition is not None:
        links = links.filter(edition=edition)
    return links.update(revoked_at=timezone.now())


def ask_for_new_speaker_link(*, token: str, address: str) -> None:
    """Mails a new link to the speaker, if this token was once one of theirs and no organiser took it back.

    Whoever asks learns nothing: neither whether the token was known nor whether a mail is sent. `address` is
    the asker's network address, for the limit.
    """
    if not is_within_limit("speak:address", address, per_hour=NEW_LINKS_PER_HOUR["address"]):
        return
    known = SpeakerLink.objects.by_token(token).select_related("speaker", "edition").first()
    if known is None:
        return
    standing = SpeakerLink.objects.filter(
        speaker=known.speaker, edition=known.edition, revoked_at=None
    ).first()
    if standing is None or not known.speaker.email:
        return
    if not is_within_limit("speak:speaker", str(known.speaker_id), per_hour=NEW_LINKS_PER_HOUR["speaker"]):
        return
    with transaction.atomic():
        made = _make_link(known.speaker, known.edition, standing.language, standing.made_by)
        queue("programme/speaker_link", link_id=made.pk)
