"""Asking the site for its pages and writing them down: as they come, then with addresses that work from a disk."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousFileOperation
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_from_path

from efus_conference.kept import public_version
from efus_conference.management.static_copy.around import Frame, opens_the_site, write_around, write_sums
from efus_conference.management.static_copy.markup import named_in, rewritten
from efus_conference.management.static_copy.names import Names, relative
from efus_conference.management.static_copy.scope import Scope
from efus_conference.management.static_copy.styles import with_its_fonts
from efus_conference.models import Edition

REDIRECTS = {301, 302, 307, 308}


class ChangedMeanwhileError(Exception):
    """Something was published while the pages were read: they would not belong together."""


class NothingThereError(Exception):
    """The site does not answer for the edition's own page."""


def write_copy(
    edition: Edition, folder: Path, languages: Sequence[str], *, say: Callable[[str], Any] = lambda line: None
) -> int:
    """Writes the public pages of an edition into a folder that is empty or not there yet; how many files it has.

    The folder appears whole or not at all. Two copies of the same public version are the same to the byte.
    Raises ChangedMeanwhileError, NothingThereError, OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    before = public_version()
    try:
        _Copy(edition, partial, languages, say).make()
        if public_version() != before:
            raise ChangedMeanwhileError
        count = write_sums(partial)
        partial.chmod(0o755)
        # On an empty folder this takes its place; on one that was filled meanwhile it fails.
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return count


class _Copy:
    def __init__(
        self, edition: Edition, folder: Path, languages: Sequence[str], say: Callable[[str], Any]
    ) -> None:
        self._edition, self._folder, self._languages, self._say = edition, folder, languages, say
        self._scope = Scope(edition, languages)
        self._names = Names()
        self._files: dict[str, str | None] = {}  # by address; None where the site has nothing to give
        self._pages: list[tuple[str, str]] = []
        self._places: dict[str, set[str]] = {}  # of each page, what in it can be pointed at
        # Addresses that lead to another one; “Home” is the edition's own page here, unless it has a home of its own.
        self._leads_to: dict[str, str] = {} if edition.is_current else _homes(edition, languages)
        is_secure = settings.SITE_URL.startswith("https:")
        self._client = Client(
            headers={"host": self._scope.host, "x-forwarded-proto": "https" if is_secure else "http"}
        )
        self._is_secure = is_secure

    def make(self) -> None:
        self._read()
        begin = {}
        for code in self._languages:
            with translation.override(code):
                first = self._files.get(self._edition.get_absolute_url())
            if first is None:
                raise NothingThereError
            begin[code] = first
        self._say(f"{len(self._pages)} pages read; writing them down …")
        frame = Frame(self._edition, self._languages, self._files.get)
        for address, file in self._pages:
            self._turn(address, file, frame)
        style, icon = (self._take_static(static(name)) for name in ("css/site.css", "img/mark.svg"))
        write_around(self._folder, self._edition, self._languages, begin=begin, style=style, icon=icon)

    # --- reading -------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Breadth first, so that a page is found from the same page each time."""
        todo: deque[tuple[str, str | None]] = deque((seed, None) for seed in self._scope.seeds())
        while todo:
            address, found_on = todo.popleft()
            if address in self._files:
                continue
            kind = self._scope.kind(address, found_on=found_on)
            if kind == "static":
                self._files[address] = self._take_static(address) if self._is_there(address) else None
            elif kind is not None:
                found = self._take(address, is_page=kind == "page")
                todo.extend((each, address) for each in found)

    def _take(self, address: str, *, is_page: bool) -> list[str]:
        """Writes down what the site answers; the addresses of this site that a page of it names."""
        # The client closes an answer by itself; closed here, it would take the connection to the database along.
        response: Any = self._client.get(address, secure=self._is_secure)
        self._files[address] = None
        if response.status_code in REDIRECTS and (target := self._within(response["Location"], address)):
            self._leads_to[address] = target
            return [target]
        if response.status_code != 200:
            if response.status_code != 404:  # which says that there is nothing to copy
                self._say(f"{address} is left out: the site answers {response.status_code}.")
            return []
        is_page = is_page and response["Content-Type"].startswith("text/html")
        file = self._names.of(address, is_page=is_page)
        path = self._folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as written:
            for chunk in response.streaming_content if response.streaming else [response.content]:
                written.write(chunk)
        self._files[address] = file
        if not is_page:
            return []
        self._pages.append((address, file))
        if len(self._pages) % 50 == 0:
            self._say(f"{len(self._pages)} pages …")
        named, self._places[file] = named_in(path.read_text(encoding="utf-8"))
        return [each for each in (self._within(found, address) for found in named) if each]

    def _is_there(self, address: str) -> bool:
        """A text may lead to a file that is no more: that is one link, which stays with the site."""
        is_there = _lies_at(_static_name(address)) is not None
        if not is_there:
            self._say(f"{address} is not there. The link to it stays as it is.")
        return is_there

    def _take_static(self, address: str) -> str:
        """Writes down a static file, a style sheet with its fonts in it; where it lies."""
        name = _static_name(address)
        file = f"static/{name}"
        path = self._folder / file
        if path.exists():
            return file
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _static(name)
        if name.endswith(".css"):
            sheet, others = with_its_fonts(content.decode(), path=name, read=_static)
            content = sheet.encode()
            for other in others:
                self._take_static(settings.STATIC_URL + other)
        path.write_bytes(content)
        return file

    # --- turning -------------------------------------------------------------------------------------

    def _turn(self, address: str, file: str, frame: Frame) -> None:
        language = get_language_from_path(address) or settings.LANGUAGE_CODE
        path = self._folder / file
        with translation.override(language):
            turned = rewritten(
                path.read_text(encoding="utf-8"),
                replace=lambda found: self._new_address(found, address, file),
                header=frame.header(address, file, language),
                footer=frame.footer(),
                note=opens_the_site(),
            )
        path.write_text(turned, encoding="utf-8")

    def _new_address(self, found: str, page: str, file: str) -> tuple[str, bool]:
        """What the copy writes instead, and whether it opens the site itself."""
        if found.startswith("#"):
            return (found if found[1:] in self._places[file] else "#main"), False
        target = self._within(found, page)
        if target is None:
            return found, False
        _path, mark, fragment = urljoin(page, found).partition("#")
        kept = self._file_of(target)
        if kept is None:
            return f"{settings.SITE_URL}{target}{mark}{fragment}", True
        if kept in self._places and fragment not in self._places[kept]:
            # What it points at was a form, or is not on the page at all.
            mark = fragment = ""
        if kept == file and fragment:
            return f"#{fragment}", False
        return f"{relative(kept, start=file)}{mark}{fragment}", False

    def _file_of(self, address: str) -> str | None:
        return self._files.get(self._leads_to.get(address, address))

    def _within(self, found: str, page: str) -> str | None:
        """The path and query of an address that is this site's, as a page names it; None for any other."""
        parts = urlsplit(urljoin(f"{settings.SITE_URL}{page}", found.strip()))
        if parts.scheme not in {"http", "https"} or parts.netloc != self._scope.host:
            return None
        return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def _homes(edition: Edition, languages: Sequence[str]) -> dict[str, str]:
    leads_to = {}
    for code in languages:
        with translation.override(code):
            leads_to[reverse("home")] = edition.get_absolute_url()
    return leads_to


def _static_name(address: str) -> str:
    return unquote(address.partition("?")[0].removeprefix(settings.STATIC_URL))


def _lies_at(name: str) -> Path | None:
    """Where a static file is served from: collected, or in the source while nothing was collected."""
    try:
        found = staticfiles_storage.path(name) if staticfiles_storage.exists(name) else finders.find(name)
    except (SuspiciousFileOperation, ValueError):  # ../, or a null byte
        return None
    return Path(found) if found and Path(found).is_file() else None


def _static(name: str) -> bytes:
    found = _lies_at(name)
    if found is None:
        raise FileNotFoundError(name)
    return found.read_bytes()
