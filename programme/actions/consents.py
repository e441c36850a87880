"""Consent to be named and shown: the one place that writes its state and its history together."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from efus_conference.models import User
from programme.models import ConsentEvent, Speaker

Verb = ConsentEvent.Verb
Through = ConsentEvent.Through


def give_consent(
    *, speaker: Speaker, through: str, wording: str = "", language: str = "", by: User | None = None
) -> None:
    """From now on the person may be named and shown, by these words; a withdrawal before it is over."""
    set_consent(
        speaker=speaker,
        consented_at=timezone.now(),
        withdrawn_at=None,
        through=through,
        wording=wording,
        language=language,
        by=by,
    )


def withdraw_consent(*, speaker: Speaker, through: str, language: str = "", by: User | None = None) -> None:
    """From now on the person is named nowhere, whatever the reason was that they were; once is enough."""
    if speaker.consent_withdrawn_at is None:
        now = timezone.now()
        set_consent(
            speaker=speaker,
            consented_at=speaker.consented_at,
            # An organiser may have entered a day to come as that of the consent; it ends all the same.
            withdrawn_at=max(now, speaker.consented_at or now),
            through=through,
            language=language,
            by=by,
        )


@transaction.atomic
def set_consent(
    *,
    speaker: Speaker,
    consented_at: datetime | None,
    withdrawn_at: datetime | None,
    through: str,
    wording: str = "",
    language: str = "",
    by: User | None = None,
) -> None:
    """Writes both moments as they are to be, with an event for each that is new.

    A moment that is taken back (an organiser's slip) has no event of its own: the history stays as it was, and
    the state is the speaker's row.
    """
    locked = Speaker.objects.select_for_update().get(pk=speaker.pk)
    events = [
        ConsentEvent(
            speaker=locked,
            verb=verb,
            at=at,
            through=through,
            wording=wording if verb == Verb.GIVEN else "",
            language=language,
            recorded_by=by,
        )
        for verb, at, before in (
            (Verb.GIVEN, consented_at, locked.consented_at),
            (Verb.WITHDRAWN, withdrawn_at, locked.consent_withdrawn_at),
        )
        if at is not None and at != before
    ]
    speaker.consented_at = locked.consented_at = consented_at
    speaker.consent_withdrawn_at = locked.consent_withdrawn_at = withdrawn_at
    locked.save(update_fields=["consented_at", "consent_withdrawn_at"])
    ConsentEvent.objects.bulk_create(events)
