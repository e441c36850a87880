from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from efus_conference.models import Edition
from programme.actions.comparison import as_released, change_of, drafts_of, is_waiting, released_of
from programme.models import ReleasedSession, Session, Speaker
from programme.release_hooks import SessionChange
from programme.walking import Ways, ways_of


@dataclass(frozen=True)
class Situation:
    """All drafts of an edition and all that is public of it, read once: what is asked of it agrees with itself."""

    edition: Edition
    drafts: Sequence[Session]
    released: dict[int, ReleasedSession]

    @classmethod
    def of(cls, edition: Edition) -> Situation:
        return cls(edition, drafts_of(edition), released_of(edition))

    def chosen(self, sessions: Sequence[Session] | None) -> list[Session]:
        """The drafts of these sessions, or all, in their order."""
        wanted = None if sessions is None else {session.pk for session in sessions}
        return [draft for draft in self.drafts if wanted is None or draft.pk in wanted]

    def changes(self, sessions: Sequence[Session] | None = None) -> list[SessionChange]:
        """Every released row that a release of these sessions, or of all, would write, in their order.

        A draft equal to what is released yields nothing, nor does one that was cancelled before it was ever
        released. Drafts without both times are left out; `release` says what becomes of them.
        """
        changes = (change_of(draft, self.released.get(draft.pk)) for draft in self.chosen(sessions))
        return [change for change in changes if change is not None]

    @cached_property
    def as_drafted(self) -> list[ReleasedSession]:
        """The programme as it were if every draft that has its times were public."""
        return [as_released(draft) for draft in self.drafts if not is_waiting(draft)]

    @cached_property
    def names(self) -> dict[int, str]:
        """The speakers' names, of drafts and of what is public. For organisers: consent is no matter here."""
        names = {one.speaker_id: one.speaker.name for draft in self.drafts for one in draft.appearances.all()}
        public = {one["speaker"] for row in self.released.values() for one in row.appearances}
        if missing := public - names.keys():
            names |= dict(Speaker.objects.filter(pk__in=missing).values_list("pk", "name"))
        return names

    @cached_property
    def ways(self) -> Ways:
        return ways_of(self.edition)


def differences(*, edition: Edition) -> list[SessionChange]:
    """What a release of all drafts would write."""
    return Situation.of(edition).changes()
