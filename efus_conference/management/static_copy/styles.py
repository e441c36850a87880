"""Style sheets of the copy, each with its fonts in it: browsers refuse a font that lies beside a page on a disk."""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Callable

ADDRESS = re.compile(r"""url\(\s*(["']?)(.*?)\1\s*\)""")
FONT = ".woff2"


def with_its_fonts(sheet: str, *, path: str, read: Callable[[str], bytes]) -> tuple[str, list[str]]:
    """The sheet with its fonts in it, and the paths of the other files that it names.

    `path` is the sheet's own among the static files; `read` gives the bytes of any of them.
    """
    others: list[str] = []

    def replaced(found: re.Match[str]) -> str:
        address = found[2].partition("?")[0].partition("#")[0]
        if not address or address.startswith(("data:", "http:", "https:", "//")):
            return found[0]
        named = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
        if named.endswith(FONT):
            return f'url("data:font/woff2;base64,{base64.b64encode(read(named)).decode()}")'
        others.append(named)
        return found[0]

    return ADDRESS.sub(replaced, sheet), others
