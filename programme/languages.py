"""The languages of sessions by name: spoken ones as Unicode's CLDR names them, sign languages in our own words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from efus_conference.templatetags.dates import reader_s_locale
from programme.models import ReleasedSession

# The Union's official languages and those of neighbours and hosts. Rows may hold others.
SPOKEN_LANGUAGES = [
    "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu", "is", "it",
    "lb", "lt", "lv", "mk", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tr", "uk", "ar",
]  # fmt: skip

# Codes of ISO 639-3. CLDR names few of them, and none in every language of the site.
SIGN_LANGUAGES = {
    "ase": gettext_lazy("American Sign Language"),
    "asq": gettext_lazy("Austrian Sign Language"),
    "bfi": gettext_lazy("British Sign Language"),
    "csc": gettext_lazy("Catalan Sign Language"),
    "cse": gettext_lazy("Czech Sign Language"),
    "dse": gettext_lazy("Dutch Sign Language"),
    "dsl": gettext_lazy("Danish Sign Language"),
    "fsl": gettext_lazy("French Sign Language"),
    "gsg": gettext_lazy("German Sign Language"),
    "gss": gettext_lazy("Greek Sign Language"),
    "hsh": gettext_lazy("Hungarian Sign Language"),
    "ils": gettext_lazy("International Sign"),
    "ise": gettext_lazy("Italian Sign Language"),
    "isg": gettext_lazy("Irish Sign Language"),
    "psr": gettext_lazy("Portuguese Sign Language"),
    "pso": gettext_lazy("Polish Sign Language"),
    "sfb": gettext_lazy("French Belgian Sign Language"),
    "sgg": gettext_lazy("Swiss German Sign Language"),
    "ssp": gettext_lazy("Spanish Sign Language"),
    "ssr": gettext_lazy("Swiss French Sign Language"),
    "swl": gettext_lazy("Swedish Sign Language"),
    "vgt": gettext_lazy("Flemish Sign Language"),
}


def reader() -> str:
    return (get_language() or "en")[:2]


@lru_cache(maxsize=400)
def language_name(code: str, reader: str) -> str:
    """A language's name in the reader's; the code itself where nobody gives it one."""
    if code in SIGN_LANGUAGES:
        with translation.override(reader):
            return str(SIGN_LANGUAGES[code])
    try:
        return Locale.parse(code, sep="-").get_display_name(reader) or code
    except (UnknownLocaleError, ValueError):
        return code


def language_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Each with its name, in the order of the names; sign languages behind the spoken ones."""
    named = [(code, language_name(code, reader())) for code in codes]
    return sorted(named, key=lambda one: (one[0] in SIGN_LANGUAGES, one[1].casefold()))


def language_list(codes: Iterable[str]) -> str:
    """“English, French and Dutch”."""
    return _language_list(tuple(codes), reader())


@lru_cache(maxsize=400)
def _language_list(codes: tuple[str, ...], reader: str) -> str:
    return format_list([language_name(code, reader) for code in codes], locale=reader_s_locale())


def interpretation_sentence(row: ReleasedSession) -> str:
    """“French, interpreted into English and French Belgian Sign Language, captions in French”; "" for none."""
    floor = row.floor_languages
    into = [code for code in row.interpretation_languages if code not in floor]
    heard = ""
    if floor and into:
        heard = _("%(floor)s, interpreted into %(into)s") % {
            "floor": language_list(floor),
            "into": language_list(into),
        }
    elif floor:
        heard = language_list(floor)
    elif into:
        heard = _("Interpreted into %(into)s") % {"into": language_list(into)}
    if not row.caption_languages:
        return capfirst(heard)
    captions = language_list(row.caption_languages)
    if not heard:
        return _("Captions in %(languages)s") % {"languages": captions}
    return capfirst(_("%(languages)s, captions in %(captions)s") % {"languages": heard, "captions": captions})
