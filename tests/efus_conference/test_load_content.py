from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone, translation

from archive.models import KeyFigure
from declarations.models import Declaration, Invitation, Signatory, Signature
from efus_conference.management.content import files
from efus_conference.management.content.groups import GROUPS
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition, Organisation, User
from programme.models import Appearance, Release, ReleasedSession, Session
from registration.models import Registration

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """A folder of the test's own, so that the accounts of the demonstration others use stay theirs."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        },
    }
    return tmp_path


def load(**options: Any) -> None:
    call_command("load_content", verbosity=0, **options)


# --- the archive -----------------------------------------------------------------------------------------


def test_the_archive_is_eight_editions_from_montreal_to_brussels() -> None:
    load()
    assert [(edition.number, edition.name, edition.starts_on) for edition in Edition.objects.in_order()] == [
        (1, "Montreal 1989", None),
        (2, "Paris 1991", None),
        (3, "Naples 2000", None),
        (4, "Zaragoza 2006", None),
        (5, "Aubervilliers and Saint-Denis 2012", None),
        (6, "Barcelona 2017", date(2017, 11, 15)),
        (7, "Nice 2021", date(2021, 10, 20)),
        (8, "Brussels 2024", date(2024, 3, 20)),
    ]
    assert not Edition.objects.filter(is_current=True).exists()


def test_the_places_are_named_as_each_language_writes_them() -> None:
    load()
    names = {}
    for language in ("en", "fr", "nl"):
        with translation.override(language):
            names[language] = [
                host.organisation.name
                for edition in Edition.objects.in_order()
                for host in edition.main_hosts
            ]
    assert names == {
        "en": ["Montreal", "Paris", "Naples", "Zaragoza", "Aubervilliers", "Saint-Denis", "Barcelona", "Nice", "Brussels"],
        "fr": ["Montréal", "Paris", "Naples", "Saragosse", "Aubervilliers", "Saint-Denis", "Barcelone", "Nice", "Bruxelles"],
        "nl": ["Montreal", "Parijs", "Napels", "Zaragoza", "Aubervilliers", "Saint-Denis", "Barcelona", "Nice", "Brussel"],
    }  # fmt: skip


def test_two_sources_of_one_figure_stand_side_by_side() -> None:
    load()
    figures = KeyFigure.objects.filter(edition__number=6, counted="countries").order_by("value")
    assert [(figure.value, figure.source) for figure in figures] == [
        (40, "Manifesto, 2017"),
        (47, "Efus, 2019"),
    ]


def test_three_declarations_are_public_without_a_text_of_ours() -> None:
    load()
    declarations = Declaration.objects.public().order_by("adopted_on")
    assert [(row.slug, row.adopted_on, row.texts.count(), row.text_hash) for row in declarations] == [
        ("manifesto-2017", date(2017, 11, 17), 0, ""),
        ("declaration-2021", date(2021, 10, 22), 0, ""),
        ("brussels-declaration-2022", date(2022, 11, 23), 0, ""),
    ]
    assert all(row.summary for row in declarations)


def test_eleven_signed_the_brussels_declaration_with_their_accents() -> None:
    load()
    signatures = Signature.objects.public().filter(signatory__declaration__slug="brussels-declaration-2022")
    assert [
        signature.signatory.organisation.name for signature in signatures.order_by("signatory__order")
    ] == [
        "Nice",
        "Liège",
        "Turin",
        "Gdańsk",
        "Riga",
        "Xàbia",
        "Zaragoza",
        "Piraeus",
        "ANCI Piemonte",
        "Safe Brussels",
        "Efus",
    ]
    assert {(signature.state, signature.signer_name, signature.signed_on) for signature in signatures} == {
        ("historical", "", None)
    }


def test_what_is_known_of_the_programmes_is_released() -> None:
    load()
    assert [
        (edition.number, ReleasedSession.objects.of(edition).count())
        for edition in Edition.objects.filter(releases__isnull=False).order_by("number")
    ] == [(6, 23), (7, 5)]
    plenary = ReleasedSession.objects.get(session__appearances__speaker__slug="ylva-johansson")
    assert (
        plenary.starts_at.astimezone(plenary.edition.zone).strftime("%d %B %Y, %H:%M")
        == "20 October 2021, 15:00"
    )
    confirmed = Appearance.objects.filter(session=plenary.session).values_list(
        "speaker__name", "is_to_be_confirmed"
    )
    assert list(confirmed) == [("Ahmed Aboutaleb", False), ("Ylva Johansson", True)]


def test_the_organisers_groups_are_there_with_their_rights() -> None:
    load()
    rights = {group.name: group.permissions.count() for group in Group.objects.all()}
    assert set(rights) == {"content", "registration desk", "press", "declarations officer"}
    assert rights == {name: sum(map(len, given.values())) for name, given in GROUPS.items()}
    officer = Group.objects.get(name="declarations officer")
    assert not officer.permissions.filter(codename__endswith="_registration").exists()


# --- loading again ---------------------------------------------------------------------------------------


def test_what_an_organiser_changed_stays() -> None:
    load()
    Organisation.objects.filter(slug="nice").update(name_fr="Nice Côte d’Azur")
    with_theme = Edition.objects.get(number=8)
    with_theme.themes.set(with_theme.themes.all()[:1])
    load()
    assert Organisation.objects.get(slug="nice").name_fr == "Nice Côte d’Azur"
    assert with_theme.themes.count() == 1


def test_new_content_reaches_the_fields_nobody_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    Organisation.objects.filter(slug="liege").update(name_nl="Luik aan de Maas")
    original = files._read

    def corrected(name: str) -> Any:
        content = original(name)
        if name == "organisations":
            for item in content:
                if item["slug"] == "liege":
                    item["name"] = {"en": "Liège", "fr": "La Cité ardente", "nl": "Luik"}
                    item["wikidata"] = "Q1"
        return content

    monkeypatch.setattr(files, "_read", corrected)
    load()
    liege = Organisation.objects.get(slug="liege")
    assert (liege.name_en, liege.name_fr, liege.name_nl, liege.wikidata) == (
        "Liège",
        "La Cité ardente",
        "Luik aan de Maas",
        "Q1",
    )


def test_a_deleted_row_stays_deleted_with_all_that_hangs_on_it() -> None:
    load()
    KeyFigure.objects.get(edition__number=8, counted="speakers").delete()
    Signatory.objects.filter(declaration__slug="manifesto-2017").delete()
    Edition.objects.get(number=1).delete()
    load()
    assert not KeyFigure.objects.filter(edition__number=8, counted="speakers").exists()
    assert list(Edition.objects.order_by("number").values_list("number", flat=True)) == [2, 3, 4, 5, 6, 7, 8]


def test_a_row_organisers_had_made_is_taken_as_it_is() -> None:
    Organisation.objects.create(slug="gdansk", name="Gdańsk, our partner", country="PL")
    load()
    load()
    gdansk = Organisation.objects.get(slug="gdansk")
    assert (gdansk.name, gdansk.latitude) == ("Gdańsk, our partner", None)
    assert gdansk.signatories.count() == 1


def test_an_unreleased_change_of_an_organiser_is_not_released_by_loading() -> None:
    load()
    Session.objects.filter(edition__number=7).update(title_en="Something in preparation")
    load()
    assert Release.objects.filter(edition__number=7).count() == 1
    assert not ReleasedSession.objects.filter(texts__en__title="Something in preparation").exists()


# --- the demonstration: what loading it depends on; what it holds is in test_demonstration.py ---------------


def test_its_days_stay_when_it_is_loaded_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    load(demo=True)
    before = Edition.objects.values("starts_on", "registration_closes_at").get(slug="demonstration")
    later = timezone.now() + timedelta(days=40)
    monkeypatch.setattr(timezone, "now", lambda: later)
    load(demo=True)
    assert Edition.objects.values("starts_on", "registration_closes_at").get(slug="demonstration") == before


def test_it_takes_the_next_number_where_the_real_ninth_is_announced() -> None:
    Edition.objects.create(number=9, slug="somewhere-2027", year=2027, is_current=True)
    load(demo=True)
    demonstration = Edition.objects.get(slug="demonstration")
    assert (demonstration.number, demonstration.is_current) == (10, False)
    assert not Session.objects.filter(edition__number=9).exists()


def test_loading_again_keeps_the_passwords_and_the_link(data_dir: Path) -> None:
    load(demo=True)
    path = data_dir / "demo-accounts.json"
    before = path.read_text(encoding="utf-8")
    load(demo=True)
    assert path.read_text(encoding="utf-8") == before


def test_a_lost_accounts_file_is_written_anew(data_dir: Path) -> None:
    load(demo=True)
    path = data_dir / "demo-accounts.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    load(demo=True)
    after = json.loads(path.read_text(encoding="utf-8"))
    assert after.keys() == before.keys()
    assert after["organiser"] != before["organiser"]
    assert User.objects.get(email=after["organiser"]["email"]).check_password(after["organiser"]["password"])


def test_a_file_of_another_database_does_not_pass_for_this_one(data_dir: Path) -> None:
    stale = {"organiser": {"email": "organiser@demo.example", "password": "old"}, "office": {"link": "old"}}
    (data_dir / "demo-accounts.json").write_text(json.dumps(stale), encoding="utf-8")
    load(demo=True)
    accounts = json.loads((data_dir / "demo-accounts.json").read_text(encoding="utf-8"))
    assert accounts["organiser"]["password"] != "old"
    assert accounts["office"]["link"] != "old"


def test_a_real_site_gets_no_demonstration_accounts(settings: Any, data_dir: Path) -> None:
    settings.DEMONSTRATION = False
    load(demo=True)
    assert [User.objects.count(), Registration.objects.count(), Invitation.objects.count()] == [0, 0, 0]
    assert not (data_dir / "demo-accounts.json").exists()
    assert Edition.objects.get(slug="demonstration").is_demonstration


# --- the data --------------------------------------------------------------------------------------------


def test_every_text_is_there_in_the_three_languages() -> None:
    incomplete = [
        (path.name, text)
        for path in sorted(files.FOLDER.rglob("*.json"))
        for text in _texts(json.loads(path.read_text(encoding="utf-8")))
        if set(text) != {"en", "fr", "nl"} or not all(text.values())
        # News may be written in one language; the demonstration shows how that looks.
        if path.name != "news.json" or set(text) != {"en", "fr", "nl"} or text["fr"] or text["nl"]
    ]
    assert incomplete == []


def _texts(node: Any) -> list[dict[str, str]]:
    if isinstance(node, dict):
        if node and set(node) <= {"en", "fr", "nl"}:
            return [node]
        return [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in _texts(value)]
    return []


def test_a_new_field_of_the_content_fills_only_what_is_empty() -> None:
    Ledger().put("thing", Organisation, {"name_en": "Thing"}, natural={"slug": "thing"})
    Ledger().put("thing", Organisation, {"name_en": "Thing", "country": "BE"}, natural={"slug": "thing"})
    Organisation.objects.filter(slug="thing").update(website="https://example.org")
    Ledger().put(
        "thing",
        Organisation,
        {"name_en": "Thing", "country": "BE", "website": "https://example.com"},
        natural={"slug": "thing"},
    )
    thing = Organisation.objects.get(slug="thing")
    assert (thing.country, thing.website) == ("BE", "https://example.org")
