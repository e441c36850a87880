"""A page to print, to have signed and to send back as a scan: what is signed, for whom, and the lines to fill in."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from declarations.documents import Text
from declarations.models import Signatory
from efus_conference.languages import own_name, site_path
from efus_conference.mail import site_address
from efus_conference.pdf import NO_MOMENT, breakable_text, made_pdf


def made(signatory: Signatory, texts: Sequence[Text], text: Text) -> bytes:
    """The PDF in the language of the moment, with the title of `text`; the same bytes for the same texts."""
    declaration = signatory.declaration
    name, name_language = own_name(signatory.organisation)
    authentic = [each.name for each in texts if each.is_authentic]
    is_invented = declaration.is_demonstration or settings.DEMONSTRATION
    data = {
        "organiser": _("Organised by Efus, the European Forum for Urban Security."),
        "conference": _("Security, Democracy & Cities"),
        "demonstration": _("This is a demonstration: the declaration and its text are invented.")
        if is_invented
        else "",
        "declaration": {"title": breakable_text(text.title), "language": _two_letters(text.code)},
        "signatory": {
            "label": _("Signatory"),
            "name": breakable_text(name),
            "language": _two_letters(name_language),
        },
        "signs": _(
            "The signatory signs this declaration in the words of the texts that have this fingerprint. "
            "The authentic text is what is signed."
        ),
        "facts": [
            [_("Authentic text"), ", ".join(authentic), "", ""],
            [_("To read at"), "", site_address(site_path("declarations:declaration", declaration.slug)), ""],
            [_("Fingerprint of the texts"), "", "", declaration.text_hash],
        ],
        "lines": [
            _("Name of the person who signed"),
            _("Office in which they signed"),
            _("Day of the signature"),
            _("Signature, and the seal where there is one"),
        ],
        "afterwards": _(
            "Once signed, open the link in the mail to your office again, record the signature there and send a scan "
            "or a photograph of this page."
        ),
    }
    return made_pdf(
        "declarations/pdf/signing_page.typ",
        data,
        language=get_language() or settings.LANGUAGE_CODE,
        title=_("Page to sign: %(title)s") % {"title": text.title},
        dated=declaration.published_at or NO_MOMENT,
    )


def _two_letters(language: str) -> str:
    """The language of words for who has them read out: typst knows codes of two or three letters, and no regions."""
    code = language.split("-")[0].lower()
    return code if code.isascii() and code.isalpha() and len(code) in (2, 3) else settings.LANGUAGE_CODE
