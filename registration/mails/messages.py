"""What organisers write to a group, for each reader in the language of their mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from efus_conference.mail import Letter, composes, site_address
from efus_conference.models import User
from registration.mails.letters import facts, letters, read
from registration.models import Message, Registration
from registration.placeholders import filled


@dataclass(frozen=True)
class Written:
    """A message as one reader gets it."""

    language: str
    subject: str
    body: str


@composes("registration/message")
def message(registration_id: int, message_id: int) -> list[Letter]:
    """Nothing when the registration ended since it was sent."""
    registration, sent = read(registration_id), Message.objects.filter(pk=message_id).first()
    if registration is None or sent is None or not registration.is_live:
        return []
    with translation.override(registration.language):
        context = {**facts(registration), "message": written_for(sent, registration)}
    return letters(registration, context)


@composes("registration/message_trial")
def message_trial(message_id: int, user_id: int) -> list[Letter]:
    """To the organiser who tries it, once in each language, with their own name in it."""
    tried, user = Message.objects.select_related("edition").get(pk=message_id), User.objects.get(pk=user_id)
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            context: dict[str, Any] = {
                "message": written_for(tried, as_if(user, tried, language)),
                "edition_name": tried.edition.name,
                "is_trial": True,
            }
        found.append(Letter(to=user.email, language=language, context=context, user_id=user.pk))
    return found


def written_for(message: Message, registration: Registration) -> Written:
    """Call it in the reader's language: where that has no text, it is the one in English."""
    agenda = reverse("registration:agenda")
    own = f"?registration={registration.pk}" if registration.pk else ""
    values = {
        "given_name": registration.given_name,
        "family_name": registration.family_name,
        "organisation": registration.shown_organisation,
        "edition": registration.edition.name,
        "agenda": site_address(f"{agenda}{own}"),
    }
    return Written(
        registration.language, filled(message.subject, values), filled(message.body, values).strip()
    )


def as_if(user: User, message: Message, language: str) -> Registration:
    """A registration of the organiser's, never saved."""
    given_name, _space, family_name = user.name.partition(" ")
    return Registration(
        edition=message.edition,
        managed_by=user,
        given_name=given_name,
        family_name=family_name,
        language=language,
        organisation=user.organisation,
    )
