"""What was found, as the page prints it. Everything that names it is read from its source at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from archive.models import SearchEntry, Video, Voice
from archive.search.marking import marked
from archive.search.matching import LANGUAGES, NAMED
from declarations.models import Declaration
from efus_conference.languages import in_every_language
from efus_conference.models import Edition, Organisation
from efus_conference.templatetags.dates import in_full
from programme.models import ReleasedSession, Speaker
from programme.wording import session_lines

Kind = SearchEntry.Kind
Editions = Mapping[int, Edition]
AS_WRITTEN = "any"  # the configuration of words without stems


@dataclass
class Result:
    """One thing that was found; `title` and `text` have its words marked."""

    kind: str
    name: str
    url: str
    facts: list[str] = field(default_factory=list)
    css: str = ""
    is_cancelled: bool = False
    is_demonstration: bool = False
    is_forgiven: bool = False
    title: str = ""
    title_language: str = ""
    text: str = ""
    text_language: str = ""


def results(
    found: Sequence[SearchEntry], words: Sequence[str], editions: Iterable[Edition], *, reader: str
) -> list[Result]:
    """In the order of the entries, in a number of queries that does not grow with them."""
    published = {edition.pk: edition for edition in editions}
    ids: dict[str, list[int]] = defaultdict(list)
    for entry in found:
        ids[entry.kind].append(entry.object_id)
    made: dict[str, dict[int, Result]] = {
        Kind.SESSION: _sessions(ids[Kind.SESSION], published),
        Kind.SPEAKER: _speakers(ids[Kind.SPEAKER], published),
        Kind.ORGANISATION: _organisations(ids[Kind.ORGANISATION]),
        Kind.DECLARATION: _declarations(ids[Kind.DECLARATION], published),
    }
    # What was hidden since the entries were read is left out.
    pairs = [
        (entry, made[entry.kind][entry.object_id]) for entry in found if entry.object_id in made[entry.kind]
    ]
    for entry, result in pairs:
        result.is_forgiven = bool(getattr(entry, "is_forgiven", 0))
    _mark(pairs, words, reader)
    return [result for _entry, result in pairs]


def _sessions(ids: Sequence[int], editions: Editions) -> dict[int, Result]:
    rows = ReleasedSession.objects.filter(pk__in=ids, edition__in=editions).select_related(
        "session", "kind", "room"
    )
    made = {}
    for row in rows:
        edition = editions[row.edition_id]
        [line] = session_lines([row], edition, with_year=True)
        made[row.pk] = Result(
            kind=capfirst(line.kind),
            name=line.title,
            url=line.url,
            css=line.css,
            facts=[edition.name, f"{line.day}, {line.starts}"],
            is_cancelled=row.is_cancelled,
            is_demonstration=edition.is_demonstration,
        )
    return made


def _speakers(ids: Sequence[int], editions: Editions) -> dict[int, Result]:
    """With the newest edition they were heard in; whoever has no page of their own is found on the edition's."""
    in_sessions = _newest(_editions_of_speakers(ids), editions)
    on_record = _newest(
        [
            pair
            for model in (Voice, Video)
            for pair in model._default_manager.filter(speaker__in=ids).values_list("speaker", "edition")
        ],
        editions,
    )
    made = {}
    for speaker in Speaker.objects.shown().filter(pk__in=ids).select_related("organisation"):
        edition = in_sessions.get(speaker.pk) or on_record.get(speaker.pk)
        if edition is None:
            continue
        made[speaker.pk] = Result(
            kind=gettext("Speaker"),
            name=speaker.name,
            url=reverse("programme:speaker", args=[edition.slug, speaker.slug])
            if speaker.pk in in_sessions
            else edition.get_absolute_url(),
            facts=[
                *([speaker.organisation.name] if speaker.organisation else []),
                edition.name,
            ],
            is_demonstration=edition.is_demonstration,
        )
    return made


def _editions_of_speakers(ids: Sequence[int]) -> list[tuple[int, int]]:
    theirs = Q(pk__in=[])
    for speaker_id in ids:
        theirs |= Q(appearances__contains=[{"speaker": speaker_id}])
    rows = ReleasedSession.objects.filter(theirs).values_list("appearances", "edition")
    return [(each["speaker"], edition) for appearances, edition in rows for each in appearances]


def _newest(pairs: Iterable[tuple[int, int]], editions: Editions) -> dict[int, Edition]:
    newest: dict[int, Edition] = {}
    for speaker_id, edition_id in pairs:
        edition = editions.get(edition_id)
        if edition and (speaker_id not in newest or newest[speaker_id].number < edition.number):
            newest[speaker_id] = edition
    return newest


def _organisations(ids: Sequence[int]) -> dict[int, Result]:
    return {
        organisation.pk: Result(
            kind=capfirst(str(Organisation.Kind(organisation.kind).label)),
            name=organisation.name,
            url=organisation.get_absolute_url(),
            facts=[
                fact
                for fact in (
                    organisation.full_name,
                    ", ".join(_other_names(organisation)),
                    organisation.country_name,
                )
                if fact
            ],
            is_demonstration=organisation.is_demonstration,
        )
        for organisation in Organisation.objects.filter(pk__in=ids)
    }


def _other_names(organisation: Organisation) -> list[str]:
    """What else it is called: by itself, in the site's languages, elsewhere."""
    names = [
        organisation.endonym,
        *(getattr(organisation, name) for name in in_every_language("name")),
        *organisation.other_names,
    ]
    return list(dict.fromkeys(name for name in names if name and name != organisation.name))


def _declarations(ids: Sequence[int], editions: Editions) -> dict[int, Result]:
    made = {}
    for declaration in Declaration.objects.public().filter(pk__in=ids):
        edition = editions.get(declaration.adopted_at_edition_id or 0)
        made[declaration.pk] = Result(
            kind=capfirst(str(Declaration.Kind(declaration.kind).label)),
            name=declaration.title,
            url=declaration.get_absolute_url(),
            facts=[
                *(
                    [edition.name]
                    if edition
                    else [declaration.adopted_place]
                    if declaration.adopted_place
                    else []
                ),
                *([in_full(declaration.adopted_on)] if declaration.adopted_on else []),
            ],
            is_demonstration=declaration.is_demonstration,
        )
    return made


def _mark(pairs: Sequence[tuple[SearchEntry, Result]], words: Sequence[str], reader: str) -> None:
    """Titles in the language they are shown in; passages in the reader's, or in the one that has the words."""
    names = [result for entry, result in pairs if entry.kind in NAMED]
    strings = [string for result in names for string in (result.name, *result.facts)]
    shown_names = iter(marked(strings, words, reader, whole=True, names=True))
    for result in names:
        result.title = next(shown_names)
        result.facts = [next(shown_names) for _fact in result.facts]
    titles: dict[str, list[Result]] = defaultdict(list)
    passages: dict[str, list[tuple[Result, str]]] = defaultdict(list)
    for entry, result in pairs:
        if entry.kind not in NAMED:
            language = _language_of_title(entry, result.name, reader)
            result.title_language = language if language not in (reader, AS_WRITTEN) else ""
            titles[language].append(result)
        language = _language_of(
            entry, "text", _with_columns(entry.__dict__.get("language", reader), reader, *LANGUAGES)
        )
        if text := getattr(entry, f"text_{language}"):
            result.text_language = language if language != reader else ""
            passages[language].append((result, text))
    for language, group in titles.items():
        shown = marked([result.name for result in group], words, language, whole=True)
        for result, title in zip(group, shown, strict=True):
            result.title = title
    for language, texts in passages.items():
        shown = marked([text for _result, text in texts], words, language)
        for (result, _text), passage in zip(texts, shown, strict=True):
            result.text = passage


def _language_of_title(entry: SearchEntry, shown: str, reader: str) -> str:
    """Of a reader whose language has no column here it is known by the title that is shown."""
    if reader in LANGUAGES:
        return _language_of(entry, "title", (reader, *LANGUAGES))
    return next((code for code in LANGUAGES if getattr(entry, f"title_{code}") == shown), AS_WRITTEN)


def _with_columns(*languages: str) -> list[str]:
    return [language for language in languages if language in LANGUAGES]


def _language_of(entry: SearchEntry, name: str, order: Sequence[str]) -> str:
    return next((language for language in order if getattr(entry, f"{name}_{language}")), order[0])
