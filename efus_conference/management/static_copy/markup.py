"""A page of the site as a page of the copy: no script, no form, and addresses that work from a disk.

What is not touched stays to the byte, so the parser only says where things are.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Scripts do nothing here, and forms have nobody to answer them.
LEFT_OUT = {"script", "noscript", "form", "button", "iframe", "template"}
# What these lead to is read by programs, at the site.
LINKS_KEPT = {"stylesheet", "icon", "apple-touch-icon", "canonical"}
ADDRESSES = {"href", "src", "srcset", "poster", "data", "xlink:href"}

Attributes = list[tuple[str, str | None]]


def named_in(page: str) -> tuple[list[str], set[str]]:
    """The addresses that the copy of a page will name, in their order, and the places in it that can be pointed at."""
    found: list[str] = []

    def note(address: str) -> tuple[str, bool]:
        found.append(address)
        return address, False

    reader = _Rewriter(note, {"header": "", "footer": ""}, "")
    reader.feed(page)
    reader.close()
    return found, reader.ids


def rewritten(
    page: str, *, replace: Callable[[str], tuple[str, bool]], header: str, footer: str, note: str
) -> str:
    """The page with its addresses replaced, and with another header and footer.

    `replace` gives the new address and whether it opens the site itself; such a link is followed by `note`. Header and
    footer are put in as they are.
    """
    rewriter = _Rewriter(replace, {"header": header, "footer": footer}, note)
    rewriter.feed(page)
    rewriter.close()
    return "".join(rewriter.out)


class _Rewriter(HTMLParser):
    def __init__(self, replace: Callable[[str], tuple[str, bool]], frame: dict[str, str], note: str) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.ids: set[str] = set()
        self._replace, self._frame, self._note = replace, frame, note
        self._without: tuple[str, int] | None = None  # the element that is left out, how deep in its like
        self._in_drawing = 0
        self._is_leaving = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._without:
            name, depth = self._without
            if tag == name:
                self._without = name, depth + 1
            return
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if tag in self._frame and f"site-{tag}" in classes:
            self.out.append(self._frame[tag])
            self._without = tag, 1
        elif tag in LEFT_OUT:
            self._without = tag, 1
        elif not _is_left_out(tag, given):
            self._in_drawing += tag == "svg"
            self._write(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        if not self._without and tag not in LEFT_OUT and not _is_left_out(tag, dict(attrs)):
            self._write(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._without:
            name, depth = self._without
            if tag == name:
                self._without = (name, depth - 1) if depth > 1 else None
            return
        if tag == "a" and self._is_leaving:
            self._is_leaving = False
            self.out.append(self._note)
        self._in_drawing -= tag == "svg"
        self.out.append(f"</{tag}>")

    def _write(self, tag: str, attrs: Attributes) -> None:
        self.ids |= {value for name, value in attrs if name == "id" and value}
        new = self._with_addresses(tag, attrs)
        written = self.get_starttag_text() or ""
        if new == attrs:
            self.out.append(written)
            return
        pairs = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in new)
        # Names of a drawing's attributes have capitals, which the parser takes away.
        for name in ("viewBox", "preserveAspectRatio", "textLength", "gradientUnits"):
            pairs = pairs.replace(f" {name.lower()}=", f" {name}=")
        self.out.append(f"<{tag}{pairs}{'/' if written.endswith('/>') else ''}>")

    def _with_addresses(self, tag: str, attrs: Attributes) -> Attributes:
        if tag == "link" and dict(attrs).get("rel") == "canonical":
            return attrs
        new: Attributes = []
        leaves = False
        for name, value in attrs:
            if name not in ADDRESSES or not value or (name == "data" and tag != "object"):
                new.append((name, value))
            elif name == "srcset":
                new.append((name, self._several(value)))
            else:
                address, leaves = self._replace(value)
                new.append((name, address))
        if tag == "a" and leaves and not self._in_drawing:
            self._is_leaving = True
        return new

    def _several(self, value: str) -> str:
        listed = []
        for candidate in value.split(","):
            address, _space, size = candidate.strip().partition(" ")
            listed.append(f"{self._replace(address)[0]} {size}".strip())
        return ", ".join(listed)

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._keep(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")

    def _keep(self, text: str) -> None:
        if not self._without:
            self.out.append(text)


def _is_left_out(tag: str, given: dict[str, str | None]) -> bool:
    if tag == "link":
        return not LINKS_KEPT & set((given.get("rel") or "").split())
    if tag == "meta":
        return (given.get("property") or given.get("name") or "").startswith(("og:", "twitter:"))
    return tag in {"base", "input"}
