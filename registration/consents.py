"""What an edition asks people to agree to, and what each of them agreed to: when, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from efus_conference.models import Edition, User
from efus_conference.templatetags.dates import moment_at
from registration.answers import is_readable
from registration.models import Consent, ConsentText, Registration

Purpose = ConsentText.Purpose


def may_agree(registration: Registration, by: User) -> bool:
    """Its person, or who keeps it for them. Who only names people cannot: a coordinator never agrees for them."""
    return is_readable(registration, by)


def texts_of(edition: Edition) -> list[ConsentText]:
    """The latest words of each purpose, in their order; none where the edition asks nothing."""
    return list(ConsentText.objects.current(edition))


def language_shown(text: ConsentText, reader_s: str | None = None) -> str:
    """The language in which a reader sees the words: theirs (that of the page), else the site's own."""
    wanted = reader_s or get_language() or settings.LANGUAGE_CODE
    return wanted if getattr(text, f"text_{wanted}", "") else settings.LANGUAGE_CODE


def words_in(text: ConsentText, language: str) -> str:
    return str(getattr(text, f"text_{language}", "") or text.text)


@dataclass(frozen=True)
class Given:
    """One consent as its person reads it; `withdrawn` is empty while it stands."""

    purpose: str
    version: int
    text: str
    language: str
    given: str
    by: str
    withdrawn: str


@dataclass(frozen=True)
class Asked:
    """One purpose: the words of today, and how it stands with them."""

    text: ConsentText
    is_given: bool
    # Agreed to in older words, which still count.
    is_given_before: bool
    given: str

    @property
    def is_withdrawable(self) -> bool:
        return (self.is_given or self.is_given_before) and not self.text.is_required


@dataclass(frozen=True)
class Agreed:
    """For the page “What I agreed to”."""

    asked: list[Asked]
    history: list[Given]

    @property
    def missing(self) -> list[ConsentText]:
        """What must be agreed to and is not, in today's words."""
        return [each.text for each in self.asked if each.text.is_required and not each.is_given]

    @property
    def open(self) -> list[ConsentText]:
        """What can still be agreed to."""
        return [each.text for each in self.asked if not (each.is_given or each.is_given_before)]

    @property
    def to_ask(self) -> list[ConsentText]:
        """What the page asks: the open ones, and the new words of what is required."""
        wanted = {text.pk for text in (*self.missing, *self.open)}
        return [each.text for each in self.asked if each.text.pk in wanted]


def agreed_by(registration: Registration) -> Agreed:
    """In two queries."""
    consents = list(
        Consent.objects.filter(registration=registration).select_related("text", "given_by", "registration")
    )
    standing = [consent for consent in consents if consent.withdrawn_at is None]
    asked = []
    for text in texts_of(registration.edition):
        same = [consent for consent in standing if consent.text_id == text.pk]
        older = [consent for consent in standing if consent.text.purpose == text.purpose]
        last = next(iter(same or older), None)
        asked.append(
            Asked(
                text,
                is_given=bool(same),
                is_given_before=bool(older) and not same,
                given=moment_at(last.given_at, registration.edition) if last else "",
            )
        )
    return Agreed(asked, _told(consents, registration))


def _told(consents: Sequence[Consent], registration: Registration) -> list[Given]:
    edition = registration.edition

    def moment(at: datetime | None) -> str:
        return moment_at(at, edition) if at else ""

    return [
        Given(
            consent.text.get_purpose_display(),
            consent.text.version,
            words_in(consent.text, consent.language),
            consent.language,
            moment(consent.given_at),
            who_agreed(consent),
            moment(consent.withdrawn_at),
        )
        for consent in consents
    ]


def who_agreed(consent: Consent) -> str:
    """Its person, or who kept the registration then; of an account that is gone, that it is."""
    person, giver = consent.registration, consent.given_by
    if giver is None:
        return _("Someone whose account is deleted")
    if giver.pk == person.managed_by_id and person.is_own:
        return person.name
    return _("%(actor)s for %(person)s") % {"actor": giver, "person": person.name}
