from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from efus_conference.admin_menu import MENU
from efus_conference.models import Edition, User
from programme.actions import release
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_the_site_s_own_login(client: Client) -> None:
    response = client.get("/admin/efus_conference/user/")
    assert response.status_code == 302
    response = client.get(response.headers["Location"])
    asked = quote("/admin/efus_conference/user/", safe="")
    assert response.headers["Location"] == f"{reverse('account_login')}?next={asked}"


def test_a_participant_is_told_that_it_is_not_for_them(client: Client) -> None:
    client.force_login(factories.user())
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert "This part of the site is for organisers." in response.content.decode()


def test_in_the_demonstration_an_organiser_needs_no_second_factor(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = True
    client.force_login(factories.user(is_staff=True))
    assert client.get("/admin/").status_code == 200


def test_elsewhere_an_organiser_without_a_second_factor_is_sent_to_its_set_up(
    client: Client, settings: Any
) -> None:
    settings.DEMONSTRATION = False
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1] == (reverse("mfa_index"), 302)
    assert "Organisers need a second factor" in response.content.decode()
    for page in ("efus_conference_user_changelist", "efus_conference_organisation_import", "jsi18n"):
        assert client.get(reverse(f"admin:{page}")).status_code == 302


@pytest.mark.parametrize(("kind", "status"), [("totp", 200), ("webauthn", 200), ("recovery_codes", 302)])
def test_a_second_factor_opens_the_admin(client: Client, settings: Any, kind: str, status: int) -> None:
    settings.DEMONSTRATION = False
    organiser = factories.user(is_staff=True)
    Authenticator.objects.create(user=organiser, type=kind, data={})
    client.force_login(organiser)
    assert client.get("/admin/").status_code == status


def test_who_is_no_organiser_any_more_is_out(client: Client) -> None:
    organiser = factories.user(is_staff=True)
    client.force_login(organiser)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=organiser.pk).update(is_staff=False)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_the_login_leads_nowhere_else(client: Client, target: str) -> None:
    client.force_login(factories.user(is_staff=True))
    response = client.get("/admin/login/", {"next": target})
    assert response.headers["Location"] == "/admin/"


def test_only_the_admin_s_pages_loosen_the_content_policy(client: Client) -> None:
    client.force_login(factories.user(is_staff=True))
    assert "unsafe" in client.get("/admin/").headers["Content-Security-Policy"]
    assert "unsafe" not in client.get("/en/").headers["Content-Security-Policy"]


def test_the_menu_shows_what_the_organiser_s_groups_let_them_read(client: Client) -> None:
    organiser = factories.user(is_staff=True)
    client.force_login(organiser)
    titles = [entry["title"] for group in menu(client) for entry in group["items"]]
    assert titles == ["What needs you today", "Guide"]
    organiser.user_permissions.add(*permissions("view_edition", "view_mail"))
    titles = [entry["title"] for group in menu(client) for entry in group["items"]]
    assert titles == ["What needs you today", "Guide", "Editions", "Translations", "E-mails"]


def menu(client: Client) -> list[dict[str, Any]]:
    return list(client.get("/admin/").context["sidebar_navigation"])


def permissions(*codenames: str) -> Any:
    return Permission.objects.filter(codename__in=codenames)


def test_every_page_of_the_menu_opens(client: Client) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    links = [entry["link"] for group in menu(client) for entry in group["items"]]
    assert len(links) > 20
    # Where there is no edition yet, its pages lead to what there is.
    opened = {link: client.get(link, follow=True).status_code for link in links}
    assert opened == dict.fromkeys(links, 200)


def test_every_form_of_the_admin_opens(client: Client, rf: Any) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    client.force_login(organiser)
    request = rf.get("/admin/")
    request.user = organiser
    addresses = [
        reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_add")
        for page in admin.site._registry.values()
        if page.has_add_permission(request)
    ]
    assert len(addresses) > 10
    assert {at: client.get(at).status_code for at in addresses} == dict.fromkeys(addresses, 200)


def test_what_the_public_sees_can_be_read_at_any_size_and_not_changed(
    client: Client, django_assert_num_queries: Any
) -> None:
    organiser = factories.user(is_staff=True, is_superuser=True)
    client.force_login(organiser)
    edition = factories.edition()
    address = "/admin/programme/releasedsession/"
    factories.session(edition)
    release(edition=edition, by=organiser)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    sessions = [factories.session(edition) for _ in range(5)]
    release(edition=edition, by=organiser)
    with django_assert_num_queries(len(few.captured_queries)):
        assert "2031-05-14 09:00" in client.get(address).content.decode()
    assert client.post(f"{address}{sessions[0].pk}/change/", {}).status_code == 403


def test_what_organisers_of_the_archive_do_most_stands_first_in_its_menu() -> None:
    entries = {str(title): entries for title, entries in MENU}["Editions and archive"]
    assert [name.split(".")[1] for name, _symbol in entries] == [
        *("Edition", "Page", "NewsItem", "Picture", "Document", "Video", "Voice", "KeyFigure"),
        *("EditionNote", "Partner", "Organisation", "OrganisationMerge", "Project"),
    ]


def test_the_dutch_number_of_an_edition_is_no_quantity() -> None:
    with translation.override("nl"):
        assert str(Edition._meta.get_field("number").verbose_name) == "nummer"
