"""The answers of someone who is registering, kept in the session until they are sent.

So nothing is lost when the form lay open too long, the login had ended or the registration closed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta

from django.http import HttpRequest, QueryDict

from efus_conference.models import Edition
from registration.asking import Asking
from registration.forms import RegistrationForm
from registration.question_fields import field_name
from registration.views.typed import LONGEST

KEY = "registration_draft"
ASIDE = "registration_draft_aside"
# Characters kept of all answers together. Anyone at all can have a session made, so a stranger's holds less,
# and not for long.
MOST = 60_000
MOST_OF_A_STRANGER = 20_000
A_STRANGER_S_STAY = timedelta(hours=3)


@dataclass
class Draft:
    edition_id: int
    is_own: bool
    answers: dict[str, str] = field(default_factory=dict)
    # What was typed into the pages of questions, by the names of their fields; files by their keys.
    asked: dict[str, str] = field(default_factory=dict)
    # By which they take a delegation's place, else none.
    invitation_id: int | None = None
    # The boxes ticked under what one agrees to, by their names; a new version of the words has another name.
    ticked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, request: HttpRequest, edition: Edition) -> Draft | None:
        kept = request.session.get(KEY)
        if not isinstance(kept, dict) or kept.get("edition_id") != edition.pk:
            return None
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})

    def keep(self, request: HttpRequest) -> None:
        is_known = request.user.is_authenticated
        self._shorten(MOST if is_known else MOST_OF_A_STRANGER)
        if not is_known:
            request.session.set_expiry(A_STRANGER_S_STAY)
        elif "_session_expiry" in request.session:
            request.session.set_expiry(None)  # who has logged in since stays as long as everyone
        request.session[KEY] = asdict(self)

    def take(self, posted: QueryDict) -> None:
        """Takes over what was typed, valid or not."""
        names = RegistrationForm.base_fields
        if posted.get("who") in ("own", "other"):  # whatever else is posted says nothing
            self.is_own = posted["who"] == "own"
        self.answers = {name: str(posted[name])[:LONGEST] for name in names if name in posted}

    def take_answers(self, typed: Mapping[str, str]) -> None:
        """The same for one page of questions."""
        self.asked.update(typed)

    def _shorten(self, most: int) -> None:
        left = most
        for kept in (self.answers, self.asked):
            for name, value in kept.items():
                kept[name] = value[: max(left, 0)]
                left -= len(value)

    def values(self, asking: Asking) -> dict[int, str]:
        """What was typed so far, by the questions' ids: it decides what is asked next."""
        return {
            question.pk: self.asked.get(field_name(question), "")
            for part in asking.parts
            for question in part
        }

    @property
    def fingerprint(self) -> str:
        """Tells whether what is sent is what was shown: another window may have changed it since."""
        answered = {**asdict(self), "ticked": []}  # ticked on the very page that shows it
        return hashlib.sha256(json.dumps(answered, sort_keys=True).encode()).hexdigest()[:16]

    def form(self, edition: Edition) -> RegistrationForm:
        """The form filled with the answers and checked again."""
        return RegistrationForm(
            self.answers,
            edition=edition,
            is_own=self.is_own,
            is_granted=self.invitation_id is not None,
        )


def set_aside(request: HttpRequest) -> None:
    """Keeps what is being written for after a registration that comes between, by an invitation."""
    request.session[ASIDE] = request.session[KEY]


def forget(request: HttpRequest) -> None:
    """Once it was sent; what was set aside for it is there again."""
    request.session.pop(KEY, None)
    if ASIDE in request.session:
        request.session[KEY] = request.session.pop(ASIDE)
