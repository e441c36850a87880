"""An edition as files: every link on the disk leads somewhere, nothing is fetched, and twice is the same."""

from __future__ import annotations

import hashlib
import posixpath
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import CommandError, call_command

from archive.models import NewsItem, Page
from efus_conference.management.static_copy import write_copy
from efus_conference.management.static_copy.copying import ChangedMeanwhileError
from efus_conference.management.static_copy.markup import rewritten
from efus_conference.management.static_copy.names import Names, relative
from efus_conference.models import Edition
from programme.models import ReleasedSession, Speaker
from tests import factories

EDITION = "nice-2021"
LOADING = {"src", "srcset", "poster", "data"}


class Reader(HTMLParser):
    """What a page names: (element, attribute, address), and what in it can be pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.named: list[tuple[str, str, str]] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.canonical: set[str | None] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if ("rel", "canonical") in attrs:
            self.canonical.add(dict(attrs)["href"])
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name == "srcset" and value:
                self.named += [(tag, name, each.split()[0]) for each in value.split(",")]
            elif name in {"href", "src", "poster", "data", "xlink:href", "action"} and value is not None:
                self.named.append((tag, name, value))


def broken_links(folder: Path) -> tuple[list[str], int]:
    """Whatever on the disk leads nowhere on the disk, or is fetched from elsewhere; and how many links were followed."""
    pages = {path: Reader(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    broken, followed = [], 0
    for path, page in pages.items():
        if path.name == "check.html":  # a program to be taken along, as it is
            continue
        if found := page.tags & {"script", "form", "iframe", "button", "input"}:
            broken.append(f"{path}: {found}")
        for tag, name, address in page.named:
            followed += 1
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                if name in LOADING or (tag == "link" and address not in page.canonical):
                    broken.append(f"{path}: fetches {address}")
                continue
            target = path if not parts.path else path.parent / unquote(parts.path)
            target = Path(posixpath.normpath(target))
            if not target.is_file() or not target.is_relative_to(folder) or parts.query:
                broken.append(f"{path}: {address}")
            elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
                broken.append(f"{path}: {address} has no such place")
    for sheet in folder.rglob("*.css"):
        for address in re.findall(r"""url\(["']?(.*?)["']?\)""", sheet.read_text("utf-8")):
            followed += 1
            if not address.startswith("data:") and not (sheet.parent / address).is_file():
                broken.append(f"{sheet}: {address}")
    return broken, followed


def sums(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def export(*arguments: Any, **options: Any) -> str:
    said = StringIO()
    call_command("export_edition", *map(str, arguments), stdout=said, **options)
    return said.getvalue()


def test_every_link_of_the_2021_edition_leads_somewhere_on_the_disk(demo_db: str, tmp_path: Path) -> None:
    folder = tmp_path / "copies" / "2021"

    said = export(EDITION, folder)

    broken, followed = broken_links(folder)
    assert broken == []
    assert followed > 1500
    files = sums(folder)
    assert said.splitlines()[-1] == f"{folder}: {len(files) - 1} files. Begin at index.html."
    edition = Edition.objects.get(slug=EDITION)
    for code in ReleasedSession.objects.filter(edition=edition).values_list("session__code", flat=True):
        for language in ("en", "fr", "nl"):
            assert f"{language}/editions/{EDITION}/sessions/{code}/index.html" in files
    people = _speakers(files)
    assert (
        set(Speaker.objects.shown().filter(slug__in=people).values_list("slug", flat=True)) == people != set()
    )
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["2021"]
    listed = dict(line.split("  ", 1)[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert listed == {name: digest for name, digest in files.items() if name != "SHA256SUMS"}


def _speakers(files: dict[str, str]) -> set[str]:
    found = (re.fullmatch(rf"en/editions/{EDITION}/speakers/([^/]+)/index.html", name) for name in files)
    return {each[1] for each in found if each}


@pytest.mark.slow
def test_two_copies_are_the_same_to_the_byte(demo_db: str, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export(EDITION, tmp_path / name, languages="fr", verbosity=0)

    assert sums(tmp_path / "one") == sums(tmp_path / "two")
    assert not (tmp_path / "one" / "en").exists()


@pytest.mark.slow
def test_the_demonstration_edition_with_its_home_can_be_copied_too(demo_db: str, tmp_path: Path) -> None:
    edition = Edition.objects.get(is_current=True)

    export(edition.slug, tmp_path / "copy", languages="en")

    assert broken_links(tmp_path / "copy")[0] == []
    assert (tmp_path / "copy" / "en" / "index.html").is_file()
    pages = Page.objects.public().filter(edition=edition).exclude(kind=Page.Kind.HOME)
    news = NewsItem.objects.public().filter(edition=edition)
    wanted = {f"en{row.get_absolute_url().removeprefix('/en')}index.html" for row in (*pages, *news)}
    assert wanted - set(sums(tmp_path / "copy")) == set()


@pytest.mark.django_db
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    factories.edition(slug="demo-2020")
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(CommandError, match="is not empty"):
        export("demo-2020", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.django_db
def test_a_folder_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    factories.edition(slug="demo-2020")
    (tmp_path / "copy").symlink_to(tmp_path / "nowhere")

    with pytest.raises(CommandError, match="is a link"):
        export("demo-2020", tmp_path / "copy")


@pytest.mark.django_db
def test_a_link_to_a_file_that_is_no_more_stays_with_the_site_and_is_told(tmp_path: Path) -> None:
    edition = factories.edition(slug="demo-2020")
    lost = ["/static/plan-of-2019.pdf", "/static/../pyproject.toml", "/static/css/"]
    text = " ".join(f"[a]({address})" for address in [*lost, "/static/img/mark.svg"])
    NewsItem.objects.create(
        edition=edition,
        slug="plans",
        title="T",
        lead="L",
        text=text,
        published_at=datetime(2020, 1, 1, tzinfo=UTC),
    )

    said = export("demo-2020", tmp_path / "copy", languages="en")

    assert broken_links(tmp_path / "copy")[0] == []
    html = (tmp_path / "copy" / "en" / "news" / "plans" / "index.html").read_text("utf-8")
    assert [address for address in lost if f"localhost:8000{address}" in html] == [lost[0], lost[2]]
    assert (tmp_path / "copy" / "static" / "img" / "mark.svg").is_file()
    assert "/static/plan-of-2019.pdf is not there. The link to it stays as it is." in said.splitlines()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere-1900"], "No published edition is called nowhere-1900. There are: demo-2020."),
        (["hidden-2020"], "No published edition is called hidden-2020. There are: demo-2020."),
        (["demo-2020", "--languages=en,xx"], "Not a language of this site: xx. There are: en, fr, nl."),
        (["demo-2020", "--languages=,"], "Not a language of this site: none given. There are: en, fr, nl."),
    ],
)
def test_what_cannot_be_copied_is_told(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    factories.edition(slug="demo-2020")
    factories.edition(slug="hidden-2020", is_published=False, is_current=False)
    name, *others = arguments

    with pytest.raises(CommandError) as refused:
        export(name, tmp_path / "copy", *others)

    assert str(refused.value) == sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_an_edition_of_which_nothing_is_known_has_its_page(tmp_path: Path) -> None:
    edition = factories.edition(slug="demo-2020")

    export(edition.slug, tmp_path / "copy")

    assert broken_links(tmp_path / "copy")[0] == []


def test_what_was_published_meanwhile_makes_no_copy_of_two_halves(fresh_db: str, tmp_path: Path) -> None:
    edition = factories.edition(slug="demo-2020")

    def publish(line: str) -> None:
        Edition.objects.update(venue="Elsewhere")

    with pytest.raises(ChangedMeanwhileError):
        write_copy(edition, tmp_path / "copy", ["en"], say=publish)

    assert list(tmp_path.iterdir()) == []


def test_names_of_files_are_fit_for_any_disk_and_never_the_same() -> None:
    names = Names()

    assert [
        names.of("/en/a/", is_page=True),
        names.of("/en/a/?page=2", is_page=True),
        names.of("/x/schedule.ics?lang=fr", is_page=False),
        names.of("/x/My%20slides%3A%20%22one%22.pdf", is_page=False),
        names.of("/x/My slides: one:.pdf", is_page=False),
        names.of("/x/con.pdf", is_page=False),
        names.of("/x/../../etc/passwd", is_page=False),
        names.of("/en/A/", is_page=True),
    ] == [
        "en/a/index.html",
        "en/a/index-page-2.html",
        "x/schedule-fr.ics",
        "x/My-slides-one-.pdf",
        "x/My-slides-one--75f18da3.pdf",
        "x/-con.pdf",
        "x/-/-/etc/passwd",
        "en/A/index-2cae757e.html",
    ]
    long = names.of("/x/" + "é" * 300 + ".pdf", is_page=False)
    assert len(long.split("/")[1]) <= 100
    assert long.endswith(".pdf")


def test_a_file_names_another_as_seen_from_where_it_lies() -> None:
    assert relative("static/a b.css", start="en/editions/x/index.html") == "../../../static/a%20b.css"
    assert relative("index.html", start="index.html") == "index.html"


def test_what_needs_a_server_is_taken_out_and_all_else_stays_to_the_byte() -> None:
    page = (
        '<!DOCTYPE html>\n<html><head><link rel="manifest" href="/m"><meta property="og:url" content="x">'
        '<link rel="stylesheet" href="/static/a.css"><script>if (1 < 2) go()</script></head><body>'
        '<header class="site-header"><header>in</header></header><header class="page-head">H&amp;M &eacute;</header>'
        '<form><label>q <input></label></form><p>a<br>b &#8217; <img srcset="/a 1x, /b 2x" alt="x"></p>'
        '<svg viewBox="0 0 1 1"><a href="/in"><path d="M0"/></a></svg><a class="k" href="/out?a=1&amp;b=2">out</a>'
        '<!-- said --><footer class="site-footer">f</footer></body></html>'
    )

    turned = rewritten(
        page, replace=lambda address: (f"TO{address}", "out" in address), header="NEW", footer="END", note="!"
    )

    assert turned == (
        '<!DOCTYPE html>\n<html><head><link rel="stylesheet" href="TO/static/a.css"></head><body>'
        'NEW<header class="page-head">H&amp;M &eacute;</header>'
        '<p>a<br>b &#8217; <img srcset="TO/a 1x, TO/b 2x" alt="x"></p>'
        '<svg viewBox="0 0 1 1"><a href="TO/in"><path d="M0"/></a></svg>'
        '<a class="k" href="TO/out?a=1&amp;b=2">out!</a><!-- said -->END</body></html>'
    )
