"""The project's conventions, as tests: what a reviewer would otherwise have to remember."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import crispy_forms
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.contrib import admin

from efus_conference import mail
from efus_conference.admin_base import OrganisersAdmin
from efus_conference.management import states_picture
from efus_conference.management.model_picture import draw

ROOT = Path(__file__).resolve().parent.parent
APPS = ["efus_conference", "programme", "registration", "declarations", "archive"]
TEMPLATES = ROOT / "templates"
TRANSLATED = [code for code, _name in settings.LANGUAGES if code != "en"]


def sources(suffix: str = ".py") -> list[Path]:
    """Our own files in the apps, migrations left out."""
    found = chain.from_iterable((ROOT / app).rglob(f"*{suffix}") for app in APPS)
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    """All but the pictures that typst sets, which it finds beside its template."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file() and path.suffix != ".png")


def name_of(template: Path) -> str:
    return template.relative_to(TEMPLATES).as_posix()


# --- templates ---------------------------------------------------------------------------------------


def test_every_template_is_used() -> None:
    mails = {
        f"{kind.split('/')[0]}/emails/{kind.split('/')[1]}{ending}"
        for kind in mail._composers
        for ending in (".subject.txt", ".txt", ".html")
    }
    named = "\n".join(path.read_text(encoding="utf-8") for path in [*sources(), *templates()])
    unused = [
        name
        for name in map(name_of, templates())
        if name not in mails
        and not any(
            mention in named for mention in (f'"{name}"', f"'{name}'", f'"/{name}"')
        )  # typst: from the root
        and not overrides(name)
    ]
    assert unused == []


def overrides(name: str) -> bool:
    """Whether a library asks for a template of this name, so that ours takes its place."""
    if name == "429.html":  # allauth's rate limits show it where it exists
        return True
    if name.startswith(f"{settings.CRISPY_TEMPLATE_PACK}/"):  # a template pack is a set of names
        asked = Path(crispy_forms.__file__).parent.rglob("*.py")
        return any(name.split("/", 1)[1] in path.read_text(encoding="utf-8") for path in asked)
    return any((Path(app.path) / "templates" / name).exists() for app in apps.get_app_configs())


def test_only_plain_texts_switch_escaping_off() -> None:
    """Anywhere else a comment on the same line says why: “safe: …”, or after the linter's S308."""
    loose = re.compile(r"\|\s*safe\b|autoescape off|mark_safe\(|SafeString\(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in [*templates(), *sources()]
        if path.suffix != ".txt"
        for line in path.read_text(encoding="utf-8").splitlines()
        if loose.search(line) and not re.search(r"safe: |noqa: S308  \w", line)
    ]
    assert found == []


def test_no_subject_of_a_mail_is_escaped_as_a_page_would_be() -> None:
    escaped = [
        name_of(path)
        for path in templates()
        if path.name.endswith(".subject.txt") and "autoescape off" not in (said := path.read_text("utf-8"))
        if "{{" in said
    ]
    assert escaped == []


# --- languages ---------------------------------------------------------------------------------------


def catalogue(language: str, root: Path = ROOT) -> Catalog:
    with (root / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def texts(value: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    lacking = [
        message.id
        for message in catalogue(language)
        if message.id and (message.fuzzy or not texts(message.string) or not all(texts(message.string)))
    ]
    assert lacking == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_source(language: str) -> None:
    placeholder = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}")
    wrong = [
        (message.id, translation)
        for message in catalogue(language)
        if message.id
        for translation in texts(message.string)
        # A singular may leave its number out.
        if not set(placeholder.findall(translation)) <= set(placeholder.findall(" ".join(texts(message.id))))
        or (
            isinstance(message.id, str)
            and set(placeholder.findall(translation)) != set(placeholder.findall(message.id))
        )
    ]
    assert wrong == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="The gettext programs are not installed.")
def test_the_catalogues_hold_every_text_of_the_source(tmp_path: Path) -> None:
    for folder in [*APPS, "templates", "locale"]:
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo")
        )
    languages = [argument for language in TRANSLATED for argument in ("-l", language)]
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", *languages, "-e", "html,txt,py"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"},
        check=True,
        capture_output=True,
    )
    for language in TRANSLATED:
        in_source = {message.id for message in catalogue(language, tmp_path) if message.id}
        held = {message.id for message in catalogue(language) if message.id}
        assert (language, in_source - held, held - in_source) == (language, set(), set())


# --- the admin ---------------------------------------------------------------------------------------

WITHOUT_A_PAGE = {
    "efus_conference.FormerAddress",  # triggers write it, and nobody else needs to
    "efus_conference.PublicVersion",  # a number that triggers raise
    "archive.SearchEntry",  # copies, kept by triggers
    "archive.SearchWord",
    "archive.EditionRecord",  # on the page that closes its edition
    "archive.Part",
    "efus_conference.LoadedItem",  # what the content loader remembers
    "registration.FeedLink",  # its token opens somebody's agenda: nobody else sees it
    "registration.IdentityDocument",  # read on one page, with a right of its own, and each reading is noted
    "registration.AgendaChange",  # what a digest will tell; the mail that told it is kept
    "registration.DecisionRun",  # for a day, on the page of whoever decided
    "registration.Answer",  # read by right, and noted, on the page of the registration's answers
    "registration.NeedReply",  # on the page of the access needs, a proxy of the registration
    "registration.Party",  # seen in the history of those who wait together
    "registration.PendingFile",  # what somebody is still writing
    "registration.PlaceInvitation",  # on the page of its delegation
    "registration.PlaceRequest",  # on the page of its delegation
    "registration.PressCard",  # on the page of the accreditation
    "registration.WaitParty",  # the rows of the waiting lists show it
    "declarations.Actor",  # a pseudonym, shown where it acted
    "declarations.FormerLink",  # a secret
    "declarations.InvitationRun",  # on the page of its campaign
    "declarations.MailboxCode",  # a secret, and gone after a while
    "declarations.LogNode",  # hashes over the entries of a log
    "declarations.LogOpening",  # what the register shows of it stands there; else it is the office's own
}


def test_every_model_has_its_page_in_the_admin() -> None:
    pages = {model._meta.label for model in admin.site._registry}
    inlines = {inline.model._meta.label for page in admin.site._registry.values() for inline in page.inlines}
    ours = {model._meta.label for app in APPS for model in apps.get_app_config(app).get_models()}
    assert ours - pages - inlines - WITHOUT_A_PAGE == set()


def test_the_admin_looks_the_same_everywhere() -> None:
    foreign = [
        type(page).__name__ for page in admin.site._registry.values() if not isinstance(page, OrganisersAdmin)
    ]
    assert foreign == []


# --- the house ---------------------------------------------------------------------------------------

ROOF = {"urls", "wsgi", "views", "management", "erasing"}
# Neither code of the ground nor of the roof.
NO_MODULES = {"migrations", "content", "__init__", "__pycache__"}


def test_the_floors_name_every_module_of_the_ground() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (ground,) = [contract for contract in contracts if contract["type"] == "forbidden"]
    there = {
        path.stem
        for path in (ROOT / "efus_conference").iterdir()
        if path.suffix == ".py" or (path.is_dir() and list(path.glob("*.py")))
    }
    named = {name.removeprefix("efus_conference.") for name in ground["source_modules"]}
    assert named == there - ROOF - NO_MODULES


# Downloaded and run elsewhere, so one file by design, a table of sentences in three languages in it.
IN_ONE_FILE = {ROOT / "declarations" / "verifier" / "verify.py"}


@pytest.mark.parametrize(
    "path",
    [path for path in sources() if path not in IN_ONE_FILE],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_the_picture_of_the_model_is_drawn_from_the_models_as_they_are() -> None:
    drawn = (ROOT / "docs" / "model.svg").read_text(encoding="utf-8")
    assert drawn == draw(), "Run: .venv/bin/python manage.py draw_model"


def test_the_picture_of_the_states_is_drawn_from_the_table_as_it_is() -> None:
    drawn = (ROOT / "docs" / "registration-states.svg").read_text(encoding="utf-8")
    assert drawn == states_picture.draw(), "Run: .venv/bin/python manage.py draw_states"


def test_links_between_the_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{document.relative_to(ROOT)} → {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8"))
        if "://" not in target
        and not target.startswith("mailto:")
        and not (document.parent / target).exists()
    ]
    assert dead == []


def test_the_locks_name_no_package_index() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        assert not re.search(
            r"https?://|--(extra-)?index-url|--find-links", lock.read_text(encoding="utf-8")
        ), lock
