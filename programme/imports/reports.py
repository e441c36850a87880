"""What an import did, and what it could not place, for the person who ran it."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LINES_OF_A_LIST = 30


@dataclass
class Report:
    """Counts of sessions, and lists of names in the order they came up, each name once."""

    edition: str = ""
    is_dry_run: bool = False
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    made: dict[str, None] = field(default_factory=dict)
    known_by_name: dict[str, None] = field(default_factory=dict)
    not_placed: dict[str, None] = field(default_factory=dict)
    absent: dict[str, None] = field(default_factory=dict)

    @property
    def is_nothing_to_do(self) -> bool:
        return not (self.new or self.changed or self.made)

    def lines(self) -> list[str]:
        """What a command prints."""
        lines = [
            _("%(edition)s: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.")
            % {
                "edition": self.edition,
                "new": self.new,
                "changed": self.changed,
                "unchanged": self.unchanged,
            }
        ]
        if self.is_nothing_to_do:
            lines.append(_("There is nothing to do."))
        lines += _listed(_("Made with it:"), self.made)
        by_name = _("People found here by their name alone; check that they are the same:")
        lines += _listed(by_name, self.known_by_name)
        lines += _listed(_("Not placed:"), self.not_placed)
        lines += _listed(_("Drafts that the file does not have; they stay as they are:"), self.absent)
        if self.is_dry_run:
            lines.append(_("This was a trial: nothing was written."))
        return lines


def _listed(heading: str, names: dict[str, None]) -> list[str]:
    if not names:
        return []
    shown = [f"  {name}" for name in list(names)[:LINES_OF_A_LIST]]
    left = len(names) - len(shown)
    if left:
        more = ngettext("… and %(count)d more.", "… and %(count)d more.", left) % {"count": left}
        shown.append(f"  {more}")
    return [heading, *shown]
