from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from tests import factories


@pytest.mark.django_db
def test_uploaded_pictures_are_shown_to_organisers_alone(client: Client) -> None:
    name = default_storage.save("portraits/one.jpg", ContentFile(b"picture"))
    address = default_storage.url(name)
    try:
        assert client.get(address).status_code == 404
        client.force_login(factories.user())
        assert client.get(address).status_code == 404
        client.force_login(factories.user(is_staff=True))
        answer = client.get(address)
        assert b"".join(answer.streaming_content) == b"picture"  # type: ignore[attr-defined]
        assert client.get("/media/portraits/none.jpg").status_code == 404
        assert client.get("/media/../secrets.json").status_code == 400
        assert client.get("/media/portraits/..%2f..%2fsecrets.json").status_code == 400
    finally:
        default_storage.delete(name)
