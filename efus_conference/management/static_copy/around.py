"""What only the copy has: its header and footer, the page to begin at, a file that says what it is, and the sums."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from efus_conference.management.static_copy.names import relative
from efus_conference.models import Edition

SUMS = "SHA256SUMS"
LANGUAGE_NAMES = dict(settings.LANGUAGES)


class Frame:
    """The header and footer of each page of the copy.

    `file_of` names the file of an address within the copy, None where the copy has none.
    """

    def __init__(
        self, edition: Edition, languages: Sequence[str], file_of: Callable[[str], str | None]
    ) -> None:
        self._edition, self._languages, self._file_of = edition, languages, file_of

    def header(self, address: str, file: str, language: str) -> str:
        """Of the page at an address of the site, kept in a file; in its language, which must be active."""
        edition = self._edition
        first = edition.get_absolute_url()
        wanted = [
            (_("The edition"), first),
            (_("Programme"), reverse("programme:timetable", args=[edition.slug])),
            (_("Changes"), reverse("programme:changes", args=[edition.slug])),
            (_("Speakers"), reverse("programme:speakers", args=[edition.slug])),
            (_("Recordings and slides"), reverse("programme:materials", args=[edition.slug])),
        ]
        links = [
            {"name": name, "url": relative(target, start=file), "is_current": target == file}
            for name, path in wanted
            if (target := self._file_of(path))
        ]
        context = {
            "edition": edition,
            "first": relative(self._file_of(first) or "index.html", start=file),
            "links": links,
            "languages": [self._in(code, address, file, language) for code in self._languages],
        }
        return render_to_string("static_copy/header.html", context)

    def _in(self, code: str, address: str, file: str, current: str) -> dict[str, Any]:
        same = self._file_of(f"/{code}{address.removeprefix(f'/{current}')}")
        begin = self._file_of(f"/{code}{self._edition.get_absolute_url().removeprefix(f'/{current}')}")
        return {
            "code": code,
            "name": LANGUAGE_NAMES[code],
            "url": relative(same or begin or "index.html", start=file),
            "is_current": code == current,
        }

    def footer(self) -> str:
        return render_to_string(
            "static_copy/footer.html", {"edition": self._edition, "site": settings.SITE_URL}
        )


def opens_the_site() -> str:
    """What follows the words of a link that leaves the copy."""
    return format_html(
        ' <span aria-hidden="true">↗</span><span class="visually-hidden">{}</span>',
        _(" (on the site itself)"),
    )


def write_around(
    folder: Path, edition: Edition, languages: Sequence[str], *, begin: dict[str, str], style: str, icon: str
) -> None:
    """The page to begin at and the file that says what all this is; `begin` names the first page of each language."""
    listed = []
    readme = []
    for code in languages:
        with translation.override(code):
            sentence = _("The edition, its programme, speakers, declarations and documents.")
            listed.append(
                {"code": code, "name": LANGUAGE_NAMES[code], "url": begin[code], "sentence": sentence}
            )
            context = {"edition": edition, "site": settings.SITE_URL}
            readme.append(render_to_string("static_copy/readme.txt", context).strip())
    with translation.override(languages[0]):
        page = render_to_string(
            "static_copy/index.html",
            {"edition": edition, "languages": listed, "style": style, "icon": icon},
        )
    (folder / "index.html").write_text(page, encoding="utf-8")
    (folder / "README.txt").write_text("\n\n\n".join(readme) + "\n", encoding="utf-8")


def write_sums(folder: Path) -> int:
    """The sum of every file, as the program sha256sum writes and checks them; how many files there are."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = []
    for path in files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / SUMS).write_text("".join(sorted(lines, key=lambda line: line[66:])), encoding="utf-8")
    return len(files)
