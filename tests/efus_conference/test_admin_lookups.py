"""What the address of a list in the admin may ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.urls import reverse

from efus_conference.admin_base import OrganisersAdmin
from tests import factories

pytestmark = pytest.mark.django_db
PAGES = [page for page in admin.site._registry.values() if isinstance(page, OrganisersAdmin)]


def asks(client: Client, address: str, query: str) -> int:
    return client.get(f"/admin/{address}/?{query}").status_code


@pytest.fixture
def reader(client: Client) -> Client:
    """Who may read registrations, and not what people need."""
    user = factories.user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("registration/registration", "needs__contains=a"),
        ("registration/registration", "needs=a"),
        ("registration/registration", "place__registrations__needs__contains=a"),
        ("registration/feedlink", "token__startswith=a"),
        ("declarations/invitation", "token_hash__startswith=a"),
        ("efus_conference/user", "password__startswith=a"),
        ("registration/registration", "managed_by__password__startswith=a"),
        ("programme/session", "note__contains=a"),
    ],
)
def test_what_a_reader_is_not_shown_cannot_be_asked_letter_by_letter(
    reader: Client, address: str, query: str
) -> None:
    assert asks(reader, address, query) == 400


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("registration/registration", "status__exact=confirmed"),
        ("registration/registration", "submitted_at__year=2031"),
        ("registration/registration", "edition=1"),
        ("registration/registration", "edition__id__exact=1"),
        ("registration/seatpool", "session__id__exact=1"),
        ("registration/booking", "session__kind__id__exact=1"),
        ("programme/session", "edition__id__exact=1&public=no&day=none&themes__id__exact=1"),
        ("programme/speaker", "appearances__session__edition__id__exact=1"),
        ("programme/session", "id__in=1,2"),
        ("efus_conference/user", "is_staff__exact=1&groups__id__exact=1"),
    ],
)
def test_what_the_list_offers_can(reader: Client, address: str, query: str) -> None:
    assert asks(reader, address, query) == 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: type(page).__name__)
def test_every_filter_of_every_list_works(client: Client, page: Any) -> None:
    user = factories.user(is_staff=True, is_superuser=True)
    client.force_login(user)
    request = RequestFactory().get("/")
    request.user = user
    address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
    for one in page.get_list_filter(request):
        path = one[0] if isinstance(one, tuple) else one
        query = getattr(path, "parameter_name", None) or f"{path}__isnull"
        assert page.lookup_allowed(query, "1", request), query
    assert client.get(address).status_code == 200
