"""One more language, by the steps of docs/translating.md: German, in a site of its own beside the others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("efus_conference", "programme", "registration", "declarations", "archive")
PATIENCE = 900  # seconds, on a machine that does other things too

pytestmark = pytest.mark.slow

# The steps in the settings and the catalogue; the columns' migrations go into copies of the folders.
SETTINGS = """
from pathlib import Path

from efus_conference.settings import *
from efus_conference.settings import LANGUAGES, LOCALE_PATHS, STORAGES

HERE = Path(__file__).resolve().parent
LANGUAGES = [*LANGUAGES, ("de", "Deutsch")]
MODELTRANSLATION_FALLBACK_LANGUAGES = tuple(code for code, _name in LANGUAGES)
LOCALE_PATHS = [HERE / "locale", *LOCALE_PATHS]
MIGRATION_MODULES = {app: f"migrations_with_german.{app}" for app in %(apps)r}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
ALLOWED_HOSTS = ["testserver"]
SECURE_SSL_REDIRECT = False
"""
CATALOGUE = """
msgid ""
msgstr ""
"Language: de\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Programme"
msgstr "Programm"

msgid "Search"
msgstr "Suche"

msgid "Editions"
msgstr "Ausgaben"
"""
VISIT = """
import json
import sys

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

call_command("compilemessages", verbosity=0)
call_command("migrate", interactive=False, verbosity=0)
call_command("load_content", verbosity=0)

from archive.models import SearchEntry
from declarations.models import Declaration
from efus_conference.models import Edition, User
from programme.models import ReleasedSession

edition = Edition.objects.get(year=2021)
Edition.objects.filter(pk=edition.pk).update(theme_de="Sicherheit in der Stadt")
row = ReleasedSession.objects.filter(edition=edition).order_by("pk").first()
other = ReleasedSession.objects.filter(edition=edition).order_by("pk").last()
row.texts["de"] = {"title": "Stadtsicherheit gemeinsam gestalten", "abstract": "Über Nachbarschaften."}
row.save()
declaration = Declaration.objects.public().order_by("pk").first()
declaration.title_de = "Erklärung der Städte"
declaration.save()
client = Client()
user = User.objects.create_superuser("someone@example.org", "a long enough secret")
pages = {
    "home": "/de/",
    "edition": f"/de/editions/{edition.slug}/",
    "timetable": f"/de/editions/{edition.slug}/programme/",
    "session": f"/de/editions/{edition.slug}/sessions/{row.session.code}/",
    "other_session": f"/de/editions/{edition.slug}/sessions/{other.session.code}/",
    "declaration": f"/de/declarations/{declaration.slug}/",
    "search": "/de/search/?q=nachbarschaften",
    "sitemap": "/sitemap.xml",
}
answers = {}
for name, path in pages.items():
    answer = client.get(path, follow=True)
    answers[name] = [answer.status_code, answer.content.decode()]
answer = client.get("/sitemap-de.xml")
answers["sitemap_de"] = [answer.status_code, answer.content.decode()]
client.force_login(user)
client.cookies["django_language"] = "de"
for name, path in {"admin": f"/admin/efus_conference/edition/{edition.pk}/change/",
                   "translations": f"/admin/translations/?language=de&edition={edition.slug}"}.items():
    answer = client.get(path)
    answers[name] = [answer.status_code, answer.content.decode()]
with override("en"):
    titles = {"other": other.title}
print(json.dumps({"answers": answers, "titles": titles}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("german")
    for app in APPS:
        shutil.copytree(
            ROOT / app / "migrations",
            folder / "migrations_with_german" / app,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    (folder / "migrations_with_german" / "__init__.py").touch()
    (folder / "site_with_german.py").write_text(SETTINGS % {"apps": APPS})
    (folder / "visit.py").write_text(VISIT)
    catalogue = folder / "locale" / "de" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE)
    ours = (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "SITE_URL",
        "BIND",
        "EFUS_TEST_DATA_DIR",
        "EFUS_NO_DATABASE",
    )
    environment = {name: value for name, value in os.environ.items() if name not in ours} | {
        "DATA_DIR": str(folder / "data"),
        "DJANGO_SETTINGS_MODULE": "site_with_german",
        "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    made = run("manage.py", "makemigrations", "-n", "with_german")
    answers = json.loads(run(str(folder / "visit.py")).splitlines()[-1])
    return {"made": made, **answers}


def page(site: dict[str, Any], name: str) -> str:
    status, text = site["answers"][name]
    assert status == 200, (name, status)
    return str(text)


def test_the_columns_of_every_app_are_made_by_django_itself(site: dict[str, Any]) -> None:
    for column in ("title_de", "name_de", "theme_de", "text_de", "abstract_de"):
        assert f"Add field {column}" in site["made"]
    assert "Remove field" not in site["made"]


@pytest.mark.parametrize("name", ["home", "edition", "timetable", "session", "declaration", "search"])
def test_each_page_is_in_german_and_the_others_know_of_it(site: dict[str, Any], name: str) -> None:
    text = page(site, name)
    assert '<html lang="de"' in text
    assert 'hreflang="de"' in text or name == "search"  # which search engines leave alone
    assert "Deutsch" in text


def test_what_is_translated_is_shown_in_german(site: dict[str, Any]) -> None:
    assert "Programm" in page(site, "timetable")
    assert "Stadtsicherheit gemeinsam gestalten" in page(site, "timetable")
    assert "Über Nachbarschaften." in page(site, "session")
    assert "Erklärung der Städte" in page(site, "declaration")


def test_what_is_not_is_shown_in_english_and_marked_so(site: dict[str, Any]) -> None:
    title = site["titles"]["other"]
    heading = page(site, "other_session").split("<h1", 1)[1].split("</h1>", 1)[0]
    assert 'lang="en"' in heading
    assert title.split("’")[0].split("&")[0][:20] in heading


def test_the_search_finds_german_words_without_a_migration_of_its_own(site: dict[str, Any]) -> None:
    assert "Stadtsicherheit gemeinsam gestalten" in page(site, "search").replace("<mark>", "").replace(
        "</mark>", ""
    )


def test_search_engines_and_organisers_know_the_language(site: dict[str, Any]) -> None:
    maps = page(site, "sitemap") + site["answers"]["sitemap_de"][1]
    assert "/de/" in maps or "sitemap-de.xml" in maps
    assert 'name="theme_de"' in page(site, "admin")
    assert "Deutsch" in page(site, "translations")
