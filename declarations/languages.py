"""The languages in which an office is written to and records its signature: more than the site itself has.

Their catalogue is `locale/office/`, and holds the words of the office's pages and mails alone.
"""

from __future__ import annotations

# Each under the name it gives itself.
OFFICE_LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("nl", "Nederlands"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("pt", "Português"),
    ("pl", "Polski"),
    ("el", "Ελληνικά"),
    ("lv", "Latviešu"),
]
