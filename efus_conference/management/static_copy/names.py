"""What the file of an address is called on the disk."""

from __future__ import annotations

import hashlib
import posixpath
import re
from urllib.parse import parse_qsl, quote, unquote

LONGEST = 100  # characters of a part of a path; Windows takes 260 for the whole
# Names that Windows keeps for its devices.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Names:
    """Gives each address one file, and no two addresses the same, on disks that ignore case too."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def of(self, address: str, *, is_page: bool) -> str:
        """The path of its file within the copy. `address` is a path of the site with its query, if it has one."""
        path, _mark, query = address.partition("?")
        parts = [_part(unquote(part)) for part in path.split("/") if part]
        if is_page:
            parts.append("index.html")
        stem, ending = posixpath.splitext(parts[-1])
        asked = "".join(
            f"-{_part(value if name == 'lang' else f'{name}-{value}')}" for name, value in parse_qsl(query)
        )
        parts[-1] = stem + asked + ending
        name = "/".join(parts)
        if self._taken.setdefault(name.lower(), address) != address:
            name = "/".join([*parts[:-1], f"{stem}{asked}-{_digest(address)}{ending}"])
            self._taken[name.lower()] = address
        return name


def relative(target: str, *, start: str) -> str:
    """How a file of the copy names another: both as paths within it, the answer quoted for an address."""
    return quote(posixpath.relpath(target, posixpath.dirname(start) or "."), safe="/.-_~")


def _part(part: str) -> str:
    clean = re.sub(r"[^\w.,+-]+", "-", part).strip(".") or "-"
    if RESERVED.fullmatch(clean):
        clean = f"-{clean}"
    if len(clean) > LONGEST:
        stem, ending = posixpath.splitext(clean)
        clean = f"{stem[: LONGEST - 20]}-{_digest(part)}{ending[:10]}"
    return clean


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
