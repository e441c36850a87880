from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl
import pytest
import tablib
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from efus_conference.models import Mail, Organisation, Project, User
from tests import factories

pytestmark = pytest.mark.django_db
ORGANISATIONS = "/admin/efus_conference/organisation/"
NO_INLINES = {
    f"{prefix}-{name}": "0"
    for prefix in ("emailaddress_set", "authenticator_set")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def administrator(client: Client) -> User:
    user = factories.user(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def organiser(client: Client) -> User:
    """Who may edit accounts, and is no administrator."""
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    client.force_login(user)
    return user


def add(client: Client, **fields: str) -> Any:
    return client.post("/admin/efus_conference/user/add/", {"language": "en", **fields})


def change(client: Client, account: User, **fields: Any) -> Any:
    values = {"email": account.email, "name": account.name, "language": "en", "is_active": "on", **NO_INLINES}
    return client.post(f"/admin/efus_conference/user/{account.pk}/change/", {**values, **fields})


def test_an_account_that_is_added_can_log_in_with_a_code_and_nothing_is_sent(
    client: Client, administrator: User
) -> None:
    assert add(client, email="Nora@Example.org", name="Nora").status_code == 302
    nora = User.objects.get(email="nora@example.org")
    assert (nora.has_usable_password(), nora.is_staff) == (False, False)
    address = EmailAddress.objects.get(user=nora)
    assert (address.email, address.verified, address.primary) == ("nora@example.org", True, True)
    assert mail.outbox == []


def test_an_address_another_account_uses_is_refused_and_nothing_typed_is_lost(
    client: Client, administrator: User
) -> None:
    other = factories.user()
    EmailAddress.objects.create(user=other, email="second@example.org", verified=True)
    for taken in (other.email.upper(), "second@example.org"):
        response = add(client, email=taken, name="Somebody Else")
        assert response.status_code == 200
        assert "Another account uses this e-mail address already." in response.content.decode()
        assert 'value="Somebody Else"' in response.content.decode()


def test_a_changed_address_becomes_the_one_to_log_in_with(client: Client, administrator: User) -> None:
    account = factories.user()
    assert change(client, account, email="new@example.org").status_code == 302
    addresses = EmailAddress.objects.filter(user=account).values_list("email", "verified", "primary")
    assert list(addresses) == [("new@example.org", True, True)]


def test_only_an_administrator_gives_rights(client: Client, organiser: User) -> None:
    account = factories.user()
    assert change(client, account, is_staff="on", is_superuser="on", name="Renamed").status_code == 302
    account.refresh_from_db()
    assert (account.name, account.is_staff, account.is_superuser) == ("Renamed", False, False)


def test_only_an_administrator_changes_or_deletes_an_organiser_s_account(
    client: Client, organiser: User
) -> None:
    chief = factories.user(is_staff=True, is_superuser=True)
    assert change(client, chief, email="mine@example.org").status_code == 403
    assert client.get(f"/admin/efus_conference/user/{chief.pk}/password/").status_code == 403
    assert client.post(f"/admin/efus_conference/user/{chief.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_deletion_of_many_leaves_out_no_check(client: Client, organiser: User) -> None:
    chief = factories.user(is_staff=True, is_superuser=True)
    client.post(
        "/admin/efus_conference/user/",
        {"action": "delete_selected", "_selected_action": [chief.pk], "post": "yes"},
    )
    assert User.objects.filter(pk=chief.pk).exists()


def test_an_account_in_use_is_not_deleted_and_the_page_offers_to_deactivate_it(
    client: Client, administrator: User
) -> None:
    used, unused = factories.user(), factories.user()
    factories.registration(factories.edition(), managed_by=used)
    answers = [
        client.post(f"/admin/efus_conference/user/{account.pk}/delete/", {"post": "yes"}, follow=True)
        for account in (used, unused)
    ]
    offer = "Take the mark “active” from it instead"
    assert [offer in answer.content.decode() for answer in answers] == [True, False]
    assert set(User.objects.all()) == {administrator, used}


def test_the_list_of_accounts_shows_who_has_a_second_factor(client: Client, administrator: User) -> None:
    with_factor, with_codes_alone = factories.user(), factories.user()
    Authenticator.objects.create(user=with_factor, type="totp", data={})
    Authenticator.objects.create(user=with_codes_alone, type="recovery_codes", data={})
    rows = client.get("/admin/efus_conference/user/").context["cl"].result_list
    assert {row for row in rows if row.has_factor} == {with_factor}


def test_an_administrator_removes_the_second_factor_of_someone_who_lost_it(
    client: Client, administrator: User
) -> None:
    account = factories.user()
    lost = Authenticator.objects.create(user=account, type="totp", data={})
    values = {
        "authenticator_set-TOTAL_FORMS": "1",
        "authenticator_set-INITIAL_FORMS": "1",
        "authenticator_set-0-id": str(lost.pk),
        "authenticator_set-0-user": str(account.pk),
        "authenticator_set-0-DELETE": "on",
    }
    assert change(client, account, **values).status_code == 302
    assert not Authenticator.objects.filter(user=account).exists()


def test_another_organiser_does_not(client: Client, organiser: User) -> None:
    account = factories.user()
    factor = Authenticator.objects.create(user=account, type="totp", data={})
    values = {
        "authenticator_set-TOTAL_FORMS": "1",
        "authenticator_set-INITIAL_FORMS": "1",
        "authenticator_set-0-id": str(factor.pk),
        "authenticator_set-0-user": str(account.pk),
        "authenticator_set-0-DELETE": "on",
    }
    change(client, account, **values)
    assert Authenticator.objects.filter(user=account).exists()


@pytest.mark.parametrize("asked", ["Liège", "liege", "LUIK", "luik", "Lüttich", "Luttich", "Ville de Liege"])
def test_an_organisation_is_found_by_any_of_its_names(
    client: Client, administrator: User, asked: str
) -> None:
    liege = factories.organisation(
        slug="liege",
        name_en="Liège",
        name_nl="Luik",
        full_name_fr="Ville de Liège",
        other_names=["Lüttich", "Luick"],
    )
    factories.organisation(name_en="Zaragoza", other_names=["Saragossa"])
    found = client.get(ORGANISATIONS, {"q": asked}).context["cl"].result_list
    assert list(found) == [liege]


def test_organisations_are_sorted_as_readers_expect(client: Client, administrator: User) -> None:
    for name in ("Zwolle", "Évora", "aalst", "Elche"):
        factories.organisation(name_en=name)
    rows = client.get(ORGANISATIONS).context["cl"].result_list
    assert [row.name_en for row in rows] == ["aalst", "Elche", "Évora", "Zwolle"]


@pytest.mark.parametrize("format_number", ["0", "1"])
def test_organisations_go_out_to_a_sheet_and_come_back_unchanged(
    client: Client, administrator: User, format_number: str
) -> None:
    factories.organisation(
        slug="sheet",
        name_en="=HYPERLINK(1)",
        endonym="'s-Sheet",
        other_names=["One", "Two"],
        latitude="-12.5000",
        longitude="4.3500",
        is_efus_member=False,
    )
    before = list(Organisation.objects.values())
    sheet = client.post(f"{ORGANISATIONS}export/", {"format": format_number}).content
    assert cell(sheet, format_number, "name_en") == "'=HYPERLINK(1)"
    response = send(client, sheet, format_number)
    assert [row.import_type for row in response.context["result"].rows] == ["skip"]
    assert list(Organisation.objects.values()) == before


def cell(sheet: bytes, format_number: str, column: str) -> Any:
    if format_number == "1":
        return tablib.Dataset().load(sheet.decode("utf-8-sig"), format="csv").dict[0][column]
    header, row = openpyxl.load_workbook(BytesIO(sheet)).active.values  # type: ignore[union-attr]
    return dict(zip(header, row, strict=True))[column]


def send(client: Client, sheet: bytes, format_number: str = "1") -> Any:
    file = SimpleUploadedFile("sheet", sheet)
    return client.post(f"{ORGANISATIONS}import/", {"format": format_number, "import_file": file})


def confirm(client: Client, response: Any) -> Any:
    form = response.context["confirm_form"]
    return client.post(f"{ORGANISATIONS}process_import/", form.initial, follow=True)


def test_a_sheet_adds_and_changes_organisations(client: Client, administrator: User) -> None:
    factories.organisation(slug="old", name_en="Old")
    checked = send(client, b"slug,kind,name_en,country\nold,city,Renamed,BE\nnew,city,New,FR\n")
    done = confirm(client, checked)
    assert "Import finished" in done.content.decode()
    assert set(Organisation.objects.values_list("slug", "name_en")) == {("old", "Renamed"), ("new", "New")}


def test_a_sheet_with_one_bad_row_is_refused_whole_and_says_why(client: Client, administrator: User) -> None:
    checked = send(client, b"slug,kind,name_en,country\nnew,city,New,FR\nbad,castle,Bad,XX\n")
    assert checked.status_code == 200
    assert "confirm_form" not in checked.context
    assert "castle" in checked.content.decode()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("content", "number"), [(b"no sheet at all", "0"), (b"\xff\xfe\x00", "1"), (b"", "1")]
)
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(
    client: Client, administrator: User, content: bytes, number: str
) -> None:
    response = send(client, content, number)
    assert response.status_code == 200
    assert response.context["form"].errors["import_file"]


def test_an_import_the_database_refuses_claims_no_success(
    client: Client, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = send(client, b"slug,kind,name_en,country\nnew,city,New,FR\n")
    # Sound when it was shown, and refused when it is confirmed: by then the column is shorter.
    monkeypatch.setattr(Organisation._meta.get_field("slug"), "max_length", 1)
    monkeypatch.setattr(Organisation._meta.get_field("slug").validators[-1], "limit_value", 1)
    done = confirm(client, checked)
    assert "Nothing was imported." in done.content.decode()
    assert "Import finished" not in done.content.decode()
    assert not Organisation.objects.exists()


def test_who_may_only_read_imports_nothing(client: Client) -> None:
    reader = factories.user(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_organisation"))
    client.force_login(reader)
    assert client.get(f"{ORGANISATIONS}import/").status_code == 403
    assert client.get(f"{ORGANISATIONS}export/").status_code == 200


def test_kept_mails_can_be_read_and_not_changed(client: Client, administrator: User) -> None:
    kept = Mail.objects.create(
        kind="a/b", to="x@example.org", language="en", subject="Hello", text="Text •••"
    )
    page = reverse("admin:efus_conference_mail_change", args=[kept.pk])
    assert "Text •••" in client.get(page).content.decode()
    assert client.post(page, {"subject": "Other"}).status_code == 403
    assert client.post(reverse("admin:efus_conference_mail_delete", args=[kept.pk])).status_code == 403


@pytest.mark.parametrize(
    ("rights", "kinds"),
    [
        ([], {"a/b"}),
        (["view_registration", "view_speaker"], {"a/b", "programme/speaker_link", "registration/ticket"}),
        (["view_invitation"], {"a/b", "declarations/declined"}),
    ],
)
def test_mails_to_an_office_are_read_by_who_works_on_signatures_alone(
    client: Client, rights: list[str], kinds: set[str]
) -> None:
    """Notes, reasons and the mailbox stand in them."""
    kept = [
        Mail.objects.create(
            kind=kind,
            to=f"{number}@town.example",
            language="en",
            subject="s",
            text="Why we do not sign",
            bounce="failed",
            bounced_at=timezone.now(),
        )
        for number, kind in enumerate(
            ("a/b", "programme/speaker_link", "registration/ticket", "declarations/declined")
        )
    ]
    organiser = factories.user(is_staff=True)
    organiser.user_permissions.set(Permission.objects.filter(codename__in=["view_mail", *rights]))
    client.force_login(organiser)
    listed = client.get("/admin/efus_conference/mail/", {"q": "town"}).context["cl"].queryset
    pages = {
        mail.kind: client.get(reverse("admin:efus_conference_mail_change", args=[mail.pk])).status_code
        for mail in kept
    }
    told = client.get("/admin/").content.decode()
    assert {
        "list": {mail.kind for mail in listed},
        "pages": {kind for kind, status in pages.items() if status == 200},
        "came back": {mail.kind for mail in kept if mail.to in told},
    } == {"list": kinds, "pages": kinds, "came back": kinds}


@pytest.mark.parametrize("name", ["organisation", "user", "edition", "project", "mail"])
def test_a_list_costs_the_same_at_one_and_at_many(
    client: Client, administrator: User, name: str, django_assert_num_queries: Any
) -> None:
    def some(count: int) -> None:
        for number in range(count):
            city = factories.organisation()
            factories.user(organisation=city)
            start = 100 + Organisation.objects.count()
            factories.edition(is_current=False, number=start)
            Project.objects.create(acronym=f"P{start}", slug=f"p{start}", name_en="Project", led_by=city)
            Mail.objects.create(kind="a/b", to=f"{number}@example.org", language="en", subject="s", text="t")

    some(1)
    address = f"/admin/efus_conference/{name}/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    some(8)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(address)
