from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client


@pytest.mark.django_db
def test_health_is_ok_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_health_is_503_when_the_database_is_away(client: Client) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(away):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "no database"})


def test_health_is_503_when_no_connection_can_be_made(client: Client, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), _wrong_port():
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"status": "no database"})


@contextmanager
def _wrong_port() -> Iterator[None]:
    """As when the server is down: nothing listens there."""
    connection.close()
    right = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.settings_dict.update({"HOST": "127.0.0.1", "PORT": "1"})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(right)


@pytest.mark.parametrize(
    ("accepted", "target"), [("fr-BE, en;q=0.5", "/fr/"), ("nl", "/nl/"), ("pl", "/en/"), ("", "/en/")]
)
def test_the_root_sends_on_to_the_reader_s_language(client: Client, accepted: str, target: str) -> None:
    response = client.get("/", headers={"accept-language": accepted})
    assert (response.status_code, response.headers["Location"]) == (302, target)
    assert "Accept-Language" in response.headers["Vary"]


def test_robots_keep_out_of_what_is_private(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"].startswith("text/plain")
    assert {"Disallow: /admin/", "Disallow: /sign/", "Disallow: /my/", "Disallow: /fr/my/"} <= set(
        response.content.decode().splitlines()
    )


@pytest.mark.parametrize("address", ["/", "/en/", "/healthz", "/robots.txt", "/en/editions/"])
def test_a_page_to_read_takes_no_post(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
