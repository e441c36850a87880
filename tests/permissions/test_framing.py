"""Other sites may show one page of ours in a frame, and no other: nobody is led to click what they do not see."""

from __future__ import annotations

import re

import pytest
from django.core.handlers.wsgi import WSGIHandler

from efus_conference.keeping import KeptPages
from tests import asking
from tests.permissions.addresses import addresses
from tests.permissions.test_matrix import NOT_FOUND_IN_ADMIN, objects_of
from tests.permissions.world import LANGUAGES, QUERIES, World

pytestmark = pytest.mark.slow

MAY_BE_FRAMED = {"declarations:embed"}


def refusal(answer: asking.Answer) -> tuple[str, str]:
    policy = re.search(r"frame-ancestors ([^;]*)", answer.header("Content-Security-Policy"))
    # Files that are handed out have a policy of their own, a sandbox: of them the older header speaks alone.
    return answer.header("X-Frame-Options"), policy[1] if policy else "'none'"


def test_every_page_but_the_one_to_embed_refuses_a_frame(world: World) -> None:
    """Of all addresses there are, as an administrator reads them and as anyone does."""
    application = KeptPages(WSGIHandler())
    framed = {}
    for address in addresses():
        if NOT_FOUND_IN_ADMIN.fullmatch(address.route):
            continue
        for role in ("administrator", "anyone"):
            _is_own, values = objects_of(world, address, role)[0]
            path = address.path(values, LANGUAGES[0]) + QUERIES.get(address.name, "")
            answer = asking.ask(application, path, **world.environ(role, "GET", {}))
            if refusal(answer) != ("DENY", "'none'"):
                framed[address.name] = refusal(answer)
    assert framed == dict.fromkeys(MAY_BE_FRAMED, ("", "*"))
