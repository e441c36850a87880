"""The site's own languages, seen from pages and mails that are written in more of them.

Under “de” Django would make addresses below `/de/`, which do not exist, and a name that is kept in English, French
and Dutch is shown in English: both are said here, once.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


def in_every_language(*fields: str, ending: str = "") -> list[str]:
    """The columns of translated fields, field by field: “title_en”, “title_fr” …; each with the same ending."""
    return [f"{field}_{code}{ending}" for field in fields for code, _name in settings.LANGUAGES]


def site_language() -> str:
    """The language of the moment where the site has it, else English."""
    current = translation.get_language() or settings.LANGUAGE_CODE
    return current if current in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def site_path(name: str, *args: str) -> str:
    """The path of a page of the site: in the language of the moment, or the English one."""
    with translation.override(site_language()):
        return reverse(name, args=args)


def language_shown(row: Model, field: str) -> str:
    """In which language a translated field of the row is shown now; that of the moment where none is filled."""
    if (says_itself := getattr(row, "language_of", None)) is not None:
        return str(says_itself(field))
    current = translation.get_language() or settings.LANGUAGE_CODE
    for language in (current, *settings.MODELTRANSLATION_FALLBACK_LANGUAGES):
        if getattr(row, f"{field}_{language}", ""):
            return language
    return current


def own_name(organisation: Model) -> tuple[str, str]:
    """An organisation's name as its own office reads it, and the language of that name.

    In a language that the site does not have it is the name the place gives itself, in whatever script.
    """
    current = translation.get_language() or settings.LANGUAGE_CODE
    endonym = getattr(organisation, "endonym", "")
    if endonym and current not in dict(settings.LANGUAGES):
        return endonym, getattr(organisation, "endonym_language", "") or current
    return str(organisation), language_shown(organisation, "name")


def browser_language(request: HttpRequest, codes: Iterable[str]) -> str:
    """The first of the languages the browser asks for that is one of ours, whatever its country; else English."""
    known = set(codes)
    for asked, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        code = asked.split("-")[0]
        if code in known:
            return code
    return settings.LANGUAGE_CODE
