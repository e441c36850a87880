"""A declaration's text as a document: its versions, which of them a reader gets, and where the text comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language_info

from declarations import markup, parallel
from declarations.models import Declaration, TextVersion
from programme.models import ReleasedSession

ALL = "all"
# What a page has room for beside each other; the others are one click away.
MOST_BESIDE = 3


def language_name(code: str) -> str:
    """The language under the name it gives itself; its code where we know none."""
    try:
        return str(get_language_info(code)["name_local"]).capitalize()
    except KeyError:
        return code


@dataclass(frozen=True)
class Text:
    """A version of the text, ready for its page."""

    version: TextVersion
    name: str
    title: str

    @property
    def code(self) -> str:
        return self.version.language

    @property
    def is_authentic(self) -> bool:
        return self.version.status == TextVersion.Status.AUTHENTIC


def texts_of(declaration: Declaration) -> list[Text]:
    """The versions of a frozen declaration, authentic ones first; none where we hold no text."""
    if not declaration.text_hash:
        return []
    return as_texts(declaration, declaration.texts.order_by("status", "language"))


def as_texts(declaration: Declaration, versions: Iterable[TextVersion]) -> list[Text]:
    return [
        Text(
            version=version,
            name=language_name(version.language),
            title=getattr(declaration, f"title_{version.language}", "")
            or _first_heading(version.body)
            or declaration.title,
        )
        for version in versions
    ]


def _first_heading(body: str) -> str:
    """A version in a language the site does not have brings its title along."""
    return next((block.text for block in markup.blocks(body) if block.kind == "heading"), "")


def text_for_reader(texts: list[Text], *wanted: str) -> Text | None:
    """The first of the languages that there is a text in, else the first authentic text."""
    by_code = {text.code: text for text in texts}
    return next((by_code[code] for code in wanted if code in by_code), texts[0] if texts else None)


def document(texts: list[Text], *wanted: str) -> dict[str, Any]:
    """What `declarations/_document.html` shows: one version, or with `all` asked for first some side by side.

    Of more than a page has room for, the reader's own is among them.
    """
    text = text_for_reader(texts, *wanted)
    shown: dict[str, Any] = {"texts": texts, "text": text}
    if wanted and wanted[0] == ALL and len(texts) > 1:
        # Always with the reader's own: what is authentic comes first, and may leave no room for it.
        first = texts[:MOST_BESIDE]
        beside = first if text in first or text is None else [*first[:-1], text]
        shown["beside"] = beside
        shown["rows"] = [
            list(zip(beside, row, strict=True))
            for row in parallel.side_by_side([each.version.body for each in beside])
        ]
    elif text:
        shown["body"] = markup.render(text.version.body)
    return shown


@dataclass(frozen=True)
class Lineage:
    """Where a text comes from and what became of it: public declarations, and a released session, alone."""

    based_on: Declaration | None
    supersedes: Declaration | None
    superseded_by: list[Declaration]
    followed_by: list[Declaration]
    session: ReleasedSession | None


def lineage_of(declaration: Declaration) -> Lineage:
    """Three queries at most; a draft's title is nobody's business yet, nor is that of a session."""
    later = Declaration.objects.public().filter(Q(supersedes=declaration) | Q(based_on=declaration))
    after = list(later.order_by("published_at", "pk"))
    superseding = [each for each in after if each.supersedes_id == declaration.pk]
    return Lineage(
        based_on=_public(declaration.based_on),
        supersedes=_public(declaration.supersedes),
        superseded_by=superseding,
        followed_by=[each for each in after if each not in superseding],
        session=ReleasedSession.objects.filter(
            pk=declaration.adopted_in_session_id,
            status=ReleasedSession.Status.CONFIRMED,
            edition__is_published=True,
        )
        .select_related("edition", "session")
        .first()
        if declaration.adopted_in_session_id
        else None,
    )


def _public(declaration: Declaration | None) -> Declaration | None:
    return declaration if declaration is not None and declaration.is_published else None
