from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from efus_conference.views import bad_request, csrf_failure, permission_denied, server_error

pytestmark = pytest.mark.django_db


def test_an_unknown_address_says_where_to_look(client: Client) -> None:
    response = client.get("/en/nowhere/")
    assert response.status_code == 404
    html = response.content.decode()
    assert "This page does not exist" in html
    assert 'href="/en/editions/"' in html


def test_a_null_character_in_an_address_is_a_400(client: Client) -> None:
    response = client.get("/en/editions/?q=%00")
    assert response.status_code == 400


@pytest.fixture
def request_by_anyone(rf: RequestFactory) -> HttpRequest:
    return rf.get("/en/")


def test_a_refusal_gives_its_reason(request_by_anyone: HttpRequest) -> None:
    response = permission_denied(request_by_anyone, PermissionError("Only for organisers."))
    assert (response.status_code, "Only for organisers." in response.content.decode()) == (403, True)


def test_the_other_statuses_have_pages_of_their_own(request_by_anyone: HttpRequest) -> None:
    assert bad_request(request_by_anyone).status_code == 400
    assert csrf_failure(request_by_anyone).status_code == 403


def test_the_page_of_a_fault_needs_no_database(
    request_by_anyone: HttpRequest, django_assert_num_queries: type
) -> None:
    with django_assert_num_queries(0):
        response = server_error(request_by_anyone)
    assert (response.status_code, "Something went wrong" in response.content.decode()) == (500, True)
