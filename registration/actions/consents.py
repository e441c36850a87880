"""Agreeing and taking it back, and the words one agrees to."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from efus_conference.models import Edition, User
from registration.actions.locks import locked_live_registration, locked_registration
from registration.actions.refusals import Refusal
from registration.consents import language_shown, may_agree
from registration.models import Consent, ConsentText, Registration, RegistrationEvent
from registration.powers import DESK

Verb = RegistrationEvent.Verb


class OnlyTheyAgree(Refusal):
    message = _("Only the person, or who keeps the registration for them, can agree to this.")


class NeededToTakePart(Refusal):
    message = _(
        "Nobody takes part without this. To take it back, cancel the registration or have your data erased."
    )


class WordsStand(Refusal):
    message = _("Somebody agreed to these words, so they stand. Write a new version instead.")


@transaction.atomic
def agree(
    *, registration: Registration, texts: Iterable[ConsentText], language: str | None, by: User
) -> list[Consent]:
    """Notes that these words were agreed to; what stands already stays as it was.

    `language` is that of the page on which they were read; words that are not translated were read in the site's own.

    Raises NotYours, NoLongerRegistered, OnlyTheyAgree.
    """
    fresh = locked_live_registration(registration, by=by)
    if not may_agree(fresh, by):
        raise OnlyTheyAgree
    return note_consents(registration=fresh, texts=texts, language=language, by=by)


def note_consents(
    *, registration: Registration, texts: Iterable[ConsentText], language: str | None, by: User
) -> list[Consent]:
    """Part of agreeing, and of registering who stands at the desk and says so: the rows, and one line of history."""
    wanted = [text for text in texts if text.edition_id == registration.edition_id]
    known = set(
        Consent.objects.standing().filter(registration=registration).values_list("text_id", flat=True)
    )
    made = [
        Consent.objects.create(
            registration=registration, text=text, language=language_shown(text, language), given_by=by
        )
        for text in wanted
        if text.pk not in known
    ]
    if made:
        detail = {"purposes": [consent.text.purpose for consent in made]}
        registration.events.create(verb=Verb.CONSENTED, actor=by, detail=detail)
    return made


@transaction.atomic
def take_back_consent(*, registration: Registration, purpose: str, by: User) -> int:
    """Ends what was agreed to for one purpose, in whichever words; a second call changes nothing. How many ended.

    Also of a registration that is over: what was agreed to outlasts it. The desk may, when somebody asks for it by
    letter. Raises NotYours, OnlyTheyAgree, NeededToTakePart.
    """
    fresh = locked_registration(registration, by=by)
    if not (may_agree(fresh, by) or by.has_perm(DESK)):
        raise OnlyTheyAgree
    standing = Consent.objects.standing().filter(registration=fresh, text__purpose=purpose)
    if standing.filter(text__is_required=True).exists():
        raise NeededToTakePart
    count = standing.update(withdrawn_at=timezone.now())
    if count:
        fresh.events.create(verb=Verb.UNCONSENTED, actor=by, detail={"purposes": [purpose]})
    return count


@transaction.atomic
def keep_consent_text(*, text: ConsentText) -> ConsentText:
    """Saves new words as the next version of their purpose, or corrects words to which nobody agreed yet.

    Raises WordsStand.
    """
    # Two organisers who write a version at once: the second gets the next number.
    Edition.objects.select_for_update(no_key=True).get(pk=text.edition_id)
    if text.pk is None:
        same = ConsentText.objects.filter(edition=text.edition_id, purpose=text.purpose)
        text.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
    elif text.consents.exists() and _words(text) != _words(ConsentText.objects.get(pk=text.pk)):
        raise WordsStand
    text.save()
    return text


def _words(text: ConsentText) -> tuple[object, ...]:
    return (
        text.edition_id,
        text.purpose,
        text.is_required,
        *(getattr(text, field.name) for field in text._meta.fields if field.name.startswith("text_")),
    )
