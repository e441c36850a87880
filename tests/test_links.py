"""Every link of the public site leads somewhere."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

LINK = re.compile(r'(?:href|src)="(/[^"#]*)')


@pytest.mark.slow
def test_every_link_of_the_public_pages_answers(demo_db: str) -> None:
    client = Client()
    broken: dict[str, str] = {}
    seen = {"/en/"}
    todo = [("/en/", "")]
    while todo:
        address, found_on = todo.pop()
        answer = client.get(address)
        if answer.status_code >= 400:
            broken[address] = found_on
        if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
            answer.close()
            continue
        for link in map(unescape, LINK.findall(answer.content.decode())):
            # The other languages have the same pages; static files and the admin have tests of their own.
            if link.startswith(("/fr/", "/nl/", "/static/", "/admin/")) or link in seen:
                continue
            seen.add(link)
            todo.append((link, address))
    assert broken == {}
    assert len(seen) > 200
