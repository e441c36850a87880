"""The public changelog as Atom (RFC 4287): of an edition, release by release, or of one session.

An entry is of the moment of its release, so a feed changes only with one. Like the page it names no person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid5

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lxml import etree

from efus_conference.atom import XHTML, Entry, Feed, paragraphs, written
from efus_conference.exports import printable
from efus_conference.mail import site_address
from efus_conference.models import Edition
from programme.changelog import ChangeLine, changes_of, releases
from programme.models import ReleasedSession
from programme.schedule import NAMESPACE


def changes_of_edition(edition: Edition, language: str) -> bytes:
    """In three queries; the edition has been read with its hosts."""
    page = site_address(reverse("programme:changes", args=[edition.slug]))
    entries = [
        Entry(
            guid=uuid5(NAMESPACE, f"edition/{edition.number}/release/{entry.release.number}/{language}"),
            title=_("Release %(number)s") % {"number": entry.release.number},
            address=f"{page}#release-{entry.release.number}",
            updated_at=entry.release.released_at,
            content=_release(entry.release.note, entry.new_left_out, entry.changes),
        )
        for entry in releases(edition)
    ]
    title = _("Changes to the programme of %(edition)s") % {"edition": edition.name}
    guid = uuid5(NAMESPACE, f"edition/{edition.number}/changes/{language}")
    return written(Feed(guid, title, page, _own_address(edition, language), language), entries)


def changes_of_session(row: ReleasedSession, edition: Edition, language: str) -> bytes:
    """From the release that first made it public on."""
    page = site_address(reverse("programme:session", args=[edition.slug, row.session.code]))
    guid = row.session.guid
    entries = [
        Entry(
            guid=uuid5(guid, f"release/{change.release.number}/{language}"),
            title=capfirst(line.label),
            address=page,
            updated_at=change.release.released_at,
            content=paragraphs(line.details),
        )
        for change, line in changes_of(row, edition)
    ]
    title = _("Changes to “%(session)s”") % {"session": row.title}
    own = _own_address(edition, language, session=row.session.code)
    return written(Feed(uuid5(guid, f"changes/{language}"), title, page, own, language), entries)


def _own_address(edition: Edition, language: str, **parameters: str) -> str:
    address = site_address(reverse("programme_machine:changes_atom", args=[edition.slug]))
    return f"{address}?{urlencode({**parameters, 'lang': language})}"


def _release(note: str, new_left_out: int, changes: Iterable[ChangeLine]) -> Any:
    sentences = [note] if note else []
    if new_left_out:
        sentences.append(
            ngettext(
                "%(count)s session came into the programme.",
                "%(count)s sessions came into the programme.",
                new_left_out,
            )
            % {"count": new_left_out}
        )
    content = paragraphs(sentences)
    changes = list(changes)
    if changes:
        listed = etree.SubElement(content, f"{{{XHTML}}}ul")
        for change in changes:
            item = etree.SubElement(listed, f"{{{XHTML}}}li")
            link = etree.SubElement(item, f"{{{XHTML}}}a", href=site_address(change.url))
            link.text = printable(change.title)
            link.tail = printable(" · ".join(["", capfirst(change.label), *change.details]))
    return content
