"""What a sealed declaration says: the same for the same public rows, so that one that is out of date is known by it."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_date, format_time
from django.conf import settings
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from declarations import register
from declarations.documents import Text, lineage_of, text_for_reader, texts_of
from declarations.log.reading import checkpoints_of, in_groups, key_of
from declarations.models import Checkpoint, Declaration, LogEntry, Signature
from declarations.register import Entry
from declarations.sealed.articles import parts_of
from efus_conference import qr
from efus_conference.languages import site_language, site_path
from efus_conference.mail import site_address
from efus_conference.pdf import SOFT_HYPHEN, breakable_text, made_pdf, printable_text
from efus_conference.seal import usable_key
from efus_conference.templatetags.dates import in_full, reader_s_locale

TEMPLATE = "declarations/pdf/declaration.typ"
Data = dict[str, Any]


@dataclass(frozen=True)
class Contents:
    """Everything that the document says, but when it was made."""

    data: Data
    title: str
    language: str
    signatures: int
    checkpoint: Checkpoint | None
    erased: int  # signers, when it was read: one with a name that was erased since is not kept

    @property
    def sum(self) -> str:
        """By which a document that says something else is known: SHA-256, 64 hexadecimal digits."""
        said = json.dumps([self.language, self.title, self.data], sort_keys=True, ensure_ascii=False)
        template = (settings.BASE_DIR / "templates" / TEMPLATE).read_bytes()
        return hashlib.sha256(said.encode() + template).hexdigest()

    def pdf(self, *, at: datetime) -> bytes:
        """Set, and not sealed yet; `at` is the moment of the register that it shows. In the language that is active."""
        made = {**self.data, "as_of": _as_of(at)}
        return made_pdf(TEMPLATE, made, language=self.language, title=self.title, dated=at)


def contents_of(declaration: Declaration) -> Contents:
    """In the language that is active, one of the site's. Not for a declaration without a text. Raises SealError."""
    # Before the register: what it shows beyond the checkpoint is said not to be logged yet, and never the reverse.
    checkpoint = checkpoints_of(declaration).first()
    # Before the register too: whoever is erased from here on makes what is read here void.
    erased = erased_of(declaration)
    texts = texts_of(declaration)
    own = text_for_reader(texts, site_language())
    assert own is not None
    entries = register.entries(declaration)
    is_invented = declaration.is_demonstration or settings.DEMONSTRATION
    data = {
        "organiser": _("European Forum for Urban Security (Efus)"),
        "conference": _("Security, Democracy & Cities"),
        "demonstration": _(
            "Demonstration: this declaration and its signatures are invented, and bind nobody."
        )
        if is_invented
        else "",
        "mark": _("Demonstration – no real declaration") if is_invented else "",
        "kicker": capfirst(declaration.get_kind_display()),
        "heading": {"words": breakable_text(own.title), "language": two_letters(own.code)},
        "adopted": _adopted(declaration),
        "texts": [_text(each) for each in _shown(texts, own)],
        "fingerprints": _fingerprints(declaration, texts),
        "facts": {"heading": _("Where it comes from"), "rows": _facts(declaration)},
        "register": _register(entries, checkpoint),
        "log": _log(checkpoint),
        "proof": _proof(),
        "check": _check(declaration),
    }
    return Contents(data, own.title, site_language(), len(entries), checkpoint, erased)


def erased_of(declaration: Declaration) -> int:
    """Of how many signatures of a declaration who signed was erased."""
    rows = Signature.objects.filter(signatory__declaration=declaration)
    return rows.exclude(person_erased_at=None).count()


def two_letters(language: str) -> str:
    """The language of words for who has them read out: typst knows codes of two or three letters, and no regions."""
    code = language.split("-")[0].lower()
    return code if code.isascii() and code.isalpha() and len(code) in (2, 3) else settings.LANGUAGE_CODE


def _numbers(checkpoint: Checkpoint) -> dict[int, int]:
    """By the ids of signatures the number of the last entry about each that the checkpoint covers."""
    entries = LogEntry.objects.filter(log=checkpoint.log, index__lt=checkpoint.size, event__isnull=False)
    return dict(entries.order_by("index").values_list("event__signature", "index"))


def _adopted(declaration: Declaration) -> str:
    place, day = declaration.adopted_place, declaration.adopted_on
    if place and day:
        return _("Adopted in %(place)s on %(day)s") % {"place": place, "day": in_full(day)}
    if place:
        return _("Adopted in %(place)s") % {"place": place}
    return _("Adopted on %(day)s") % {"day": in_full(day)} if day else ""


def _shown(texts: list[Text], own: Text) -> list[Text]:
    """The reader's own version; where it is a translation, those that were signed stand behind it."""
    return [own] if own.is_authentic else [own, *(each for each in texts if each.is_authentic)]


def _text(text: Text) -> Data:
    body = text.version.body
    is_whole = _letters(printable_text(body)) == _letters(body)
    return {
        "language": two_letters(text.code),
        "heading": _("The text: %(language)s") % {"language": text.name},
        "status": _("Authentic text")
        if text.is_authentic
        else _("Translation; the authentic text is what was signed"),
        "parts": parts_of(body),
        "note": ""
        if is_whole
        else _(
            "Our typefaces lack some characters of this text: its exact bytes stand on the page of the declaration."
        ),
    }


def _letters(text: str) -> str:
    return "".join(text.replace(SOFT_HYPHEN, "").split())


def _fingerprints(declaration: Declaration, texts: list[Text]) -> Data:
    rows = [[_("All versions together"), declaration.text_hash]]
    for each in texts:
        said = _("%(language)s: authentic text") if each.is_authentic else _("%(language)s: translation")
        rows.append([said % {"language": each.name}, each.version.sha256])
    return {"heading": _("Fingerprints of the texts (SHA-256)"), "rows": rows}


def _facts(declaration: Declaration) -> list[list[str]]:
    """Name, words, and the address where there is one."""
    lineage = lineage_of(declaration)
    rows = []
    if declaration.occasion:
        rows.append([_("Occasion"), declaration.occasion, ""])
    if declaration.in_the_name_of:
        rows.append([_("In the name of"), declaration.in_the_name_of, ""])
    others: list[tuple[str, list[Declaration | None]]] = [
        (_("Based on"), [lineage.based_on]),
        (_("Takes the place of"), [lineage.supersedes]),
        (_("Its place was taken by"), [*lineage.superseded_by]),
        (_("Texts based on it"), [*lineage.followed_by]),
    ]
    for name, those in others:
        rows += [
            [name, each.title, site_address(each.get_absolute_url())] for each in those if each is not None
        ]
    if declaration.previous:
        rows.append([_("What came before"), declaration.previous, ""])
    if declaration.published_at:
        rows.append([_("Published on"), in_full(localtime(declaration.published_at).date()), ""])
    address = site_address(site_path("declarations:declaration", declaration.slug))
    return [*rows, [_("To read at"), address, address]]


def _register(entries: list[Entry], checkpoint: Checkpoint | None) -> Data:
    logged = _numbers(checkpoint) if checkpoint else {}
    heading = ngettext("%(number)s signatory", "%(number)s signatories", len(entries)) % {
        "number": len(entries)
    }
    return {
        "heading": heading if entries else _("Signatories"),
        "counted": [f"{capfirst(one.label)}: {number}" for one, number in register.counted(entries)],
        "empty": "" if entries else _("No signature has been verified yet."),
        "header": [
            _("No."),
            _("Signatory"),
            _("Signed by"),
            _("Day"),
            _("What the register says"),
            _("Entry of the log"),
        ],
        "rows": [
            _row(number, entry, logged.get(entry.signature.pk))
            for number, entry in enumerate(entries, start=1)
        ],
        "note": _(
            "In the order of the register. “–” stands where something is not known, or is not in the log yet. "
            "Entries of the log are counted from 0."
        ),
    }


def _row(number: int, entry: Entry, logged: int | None) -> Data:
    signature = entry.signature
    return {
        "number": str(number),
        "name": breakable_text(entry.name),
        "own": breakable_text(entry.own_name),
        "own_language": two_letters(entry.own_language or settings.LANGUAGE_CODE),
        "country": entry.country_name if entry.country else "",
        "person": _("name erased")
        if signature.person_erased_at
        else breakable_text(entry.signer_name) or "–",
        "office": breakable_text(entry.signer_office),
        "day": signature.signed_on.isoformat() if signature.signed_on else "–",
        "assurance": str(entry.assurance.label),
        "entry": "–" if logged is None else str(logged),
    }


def _log(checkpoint: Checkpoint | None) -> Data:
    heading = _("The public log")
    if checkpoint is None:
        return {"heading": heading, "words": _("Nothing of this declaration was logged yet."), "rows": []}
    # Not the one in use, which may have followed it since.
    key = key_of(checkpoint)
    rows = [
        [_("Name of the log"), checkpoint.log.origin],
        [_("Entries"), str(checkpoint.size)],
        [_("Root of the tree, as in the checkpoint"), b64encode(bytes(checkpoint.root)).decode()],
        [_("Checkpoint signed on"), in_utc(checkpoint.signed_at)],
    ]
    if key is not None:
        rows.append([_("Fingerprint of the log’s key (SHA-256)"), in_groups(key.fingerprint)])
    words = _(
        "Every publication, withdrawal and replacement is an entry of a log that can only grow. Whoever holds this "
        "document can show later that the log was rewritten, if ever it was: compare these lines with a newer "
        "checkpoint."
    )
    return {"heading": heading, "words": words, "rows": rows}


def _proof() -> Data:
    key = usable_key()
    return {
        "heading": _("What the seal proves, and what it does not"),
        "words": [
            _(
                "The seal is that of the register: it shows that “%(name)s” issued this document, and that not one "
                "byte of it was changed since. Any program that reads PDFs and knows signatures shows whether it holds."
            )
            % {"name": key.name},
            _(
                "It is the register’s record and not the hand of a mayor. The seal does not prove that the persons "
                "named here signed: the register says of each signature what was checked, and keeps the evidence."
            ),
            _(
                "The register goes on: signatures are added and taken back after this document was made. What "
                "counts is what the page of the declaration shows today."
            ),
            _(
                "Where a time-stamping authority has confirmed the moment, its stamp is a part of the seal. The time "
                "given on this page is that of our own clock and proves nothing."
            ),
        ],
        "certificate": [_("Fingerprint of the seal’s certificate (SHA-256)"), in_groups(key.fingerprint)],
    }


def _check(declaration: Declaration) -> Data:
    address = site_address(site_path("declarations:verify", declaration.slug))
    return {
        "heading": _("How to check it"),
        "words": _("How anyone can check the texts, the signatures and the log stands here:"),
        "address": address,
        "qr": qr.svg(address),
        "qr_words": _("QR code with the address of the page that says how to check"),
    }


def _as_of(at: datetime) -> str:
    return _("The register as of %(moment)s") % {"moment": in_utc(at)}


def in_utc(at: datetime) -> str:
    """“21 November 2026, 14:03 UTC”: no reader has to know the office's clocks."""
    moment, locale = at.astimezone(UTC), reader_s_locale()
    day, time = format_date(moment, "long", locale=locale), format_time(moment, "short", locale=locale)
    return _("%(day)s, %(time)s UTC") % {"day": day, "time": time}
