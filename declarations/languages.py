"""The languages in which an office is written to and records its signature: more than the site itself has.

Their catalogue is `locale/office/`, and holds the words of the office's pages and mails alone.
"""

from __future__ import annotations

from django.conf import settings

# Each under the name it gives itself.
_OF_OFFICES_ALONE = [
    ("de", "Deutsch"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("pt", "Português"),
    ("pl", "Polski"),
    ("el", "Ελληνικά"),
    ("lv", "Latviešu"),
]
OFFICE_LANGUAGES: list[tuple[str, str]] = [
    *settings.LANGUAGES,
    *(each for each in _OF_OFFICES_ALONE if each[0] not in dict(settings.LANGUAGES)),
]
