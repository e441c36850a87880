"""What the digital signatures in a PDF say, in sentences for whoever judges it; and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class Finding:
    """One digital signature: `is_sound` when nothing in it speaks against the file as it lies here."""

    is_sound: bool
    sentences: list[str]


def in_words(findings: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """As `efus_conference.foreign_pdfs.signatures.findings` found them when the file came."""
    return [_finding(one) for one in findings]


def _finding(one: Mapping[str, Any]) -> Finding:
    if not one.get("is_readable"):
        return Finding(False, [_("There is a digital signature that cannot be read, so it shows nothing.")])
    sentences = [_who(one), _issuer(one), _when(one)]
    if one["is_intact"]:
        sentences.append(_("What was signed was not changed since."))
    else:
        sentences.append(_("What was signed was changed afterwards, or the signature is damaged."))
    sentences += _reach(one)
    is_sound = one["is_intact"] and one["covers"] != "part" and one["changes"] != "other"
    return Finding(bool(is_sound), [sentence for sentence in sentences if sentence])


def _who(one: Mapping[str, Any]) -> str:
    words = {"name": one["signed_by"] or "–", "organisation": one["organisation"]}
    if one["organisation"]:
        return _("Digitally signed by %(name)s, %(organisation)s: so says the certificate.") % words
    return _("Digitally signed by %(name)s: so says the certificate.") % words


def _issuer(one: Mapping[str, Any]) -> str:
    if one["is_self_signed"] and not one["is_trusted"]:
        return _("Whoever signed made the certificate themselves: anybody could make one in this name.")
    if one["is_trusted"]:
        return _("The certificate is by %(issuer)s, which this site trusts.") % {"issuer": one["issued_by"]}
    return _("The certificate is by %(issuer)s, which this site has no reason to trust or to distrust.") % {
        "issuer": one["issued_by"] or "–"
    }


def _when(one: Mapping[str, Any]) -> str:
    if not one["signed_at"]:
        return _("It does not say when.")
    at = timezone.localtime(datetime.fromisoformat(one["signed_at"]))
    words = {"at": date_format(at, "DATETIME_FORMAT")}
    if one["is_stamped"]:
        return _("Signed on %(at)s, by the clock of a time-stamping authority.") % words
    return _("Signed on %(at)s, by the clock of the one who signed.") % words


def _reach(one: Mapping[str, Any]) -> list[str]:
    said = []
    if one["covers"] == "part":
        said.append(_("It covers a part of the file only: the rest may have come from anybody."))
    if one["changes"] == "other":
        said.append(_("Since it was signed, something was added that changes what is seen."))
    elif one["revisions_after"]:
        said.append(
            ngettext(
                "The file was saved %(count)d time since, with another signature or a form filled in.",
                "The file was saved %(count)d times since, with another signature or a form filled in.",
                one["revisions_after"],
            )
            % {"count": one["revisions_after"]}
        )
    return said
