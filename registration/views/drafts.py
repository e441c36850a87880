"""The answers of someone who is registering, kept in the session until they are sent.

So nothing is lost when the form lay open too long, the login had ended or the registration closed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

from django.http import HttpRequest, QueryDict

from efus_conference.models import Edition
from registration.forms import RegistrationForm

KEY = "registration_draft"
LONGEST = 20_000  # characters kept of one answer; the form refuses far fewer


@dataclass
class Draft:
    edition_id: int
    is_own: bool
    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, edition: Edition) -> Draft | None:
        kept = request.session.get(KEY)
        if not isinstance(kept, dict) or kept.get("edition_id") != edition.pk:
            return None
        return cls(**kept)

    def keep(self, request: HttpRequest) -> None:
        request.session[KEY] = asdict(self)

    def take(self, posted: QueryDict) -> None:
        """Takes over what was typed, valid or not."""
        names = RegistrationForm.base_fields
        if posted.get("who") in ("own", "other"):  # whatever else is posted says nothing
            self.is_own = posted["who"] == "own"
        self.answers = {name: str(posted[name])[:LONGEST] for name in names if name in posted}

    @property
    def fingerprint(self) -> str:
        """Tells whether what is sent is what was shown: another window may have changed it since."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def form(self, edition: Edition) -> RegistrationForm:
        """The form filled with the answers and checked again."""
        return RegistrationForm(self.answers, edition=edition, is_own=self.is_own)


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
