"""The page on which an officer erases who signed, and those on which the logs are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.test import Client

from declarations.actions import verify
from declarations.models import LogAlarm, Signature
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import officer, submitted
from tests.searching import says

pytestmark = pytest.mark.django_db
SURE = {"reason": "By letter of 3 May.", "is_sure": "on"}


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def verified() -> Signature:
    return verify(signature=submitted(), by=officer())


def address(signature: Signature, page: str = "erase") -> str:
    return f"/admin/declarations/signature/{signature.pk}/{page}/"


def test_an_officer_reads_what_goes_and_what_stays_and_then_erases(administrator: Client) -> None:
    signature = verified()
    assert address(signature) in administrator.get(address(signature, "change")).content.decode()
    page = administrator.get(address(signature)).content
    assert all(says(page, [words]) for words in ("Robin Example", "all proofs hold as before", "the history"))

    answer = administrator.post(address(signature), SURE, follow=True)

    assert answer.redirect_chain == [(address(signature, "change"), 302)]
    assert [says(answer.content, [words]) for words in ("Who signed is erased.", "Robin Example")] == [
        True,
        False,
    ]
    # Nobody is left to be erased.
    assert address(signature) not in answer.content.decode()
    assert AdminLogEntry.objects.get().change_message == "Who signed was erased: By letter of 3 May."


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"is_sure": "on", "reason": ""}, "Write a note"),
        ({"reason": "By letter."}, "Make sure first who asks for it"),
        ({**SURE, "reason": "Robin Example asked by letter."}, "Leave the name out of the reason"),
        ({**SURE, "reason": "x" * 10_000}, "at most 1000 characters"),
        ({**SURE, "reason": "a\0b"}, "Null characters are not allowed"),
    ],
    ids=["no reason", "not sure", "names them", "ten thousand characters", "null byte"],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    administrator: Client, sent: dict[str, str], sentence: str
) -> None:
    signature = verified()
    answer = administrator.post(address(signature), sent)
    signature.refresh_from_db()
    assert [answer.status_code, says(answer.content, [sentence]), signature.signer_name] == [
        200,
        True,
        "Robin Example",
    ]
    assert sent.get("reason", "").split("\0")[0] in answer.content.decode()


@pytest.mark.parametrize("key", ["banana", "0", "9" * 30])
def test_of_no_signature_nobody_is_erased(administrator: Client, key: str) -> None:
    answer = administrator.post(f"/admin/declarations/signature/{key}/erase/", SURE)
    assert answer.status_code == 404


def test_while_it_is_decided_on_there_is_no_button_and_a_sentence_why(administrator: Client) -> None:
    signature = submitted()
    assert address(signature) not in administrator.get(address(signature, "change")).content.decode()
    answer = administrator.post(address(signature), SURE)
    assert [answer.status_code, says(answer.content, ["Decide on it first"])] == [200, True]


def test_the_logs_are_read_and_nothing_there_is_changed(
    administrator: Client, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    log = logged(verified().signatory.declaration, tmp_path / "memory")
    LogAlarm.objects.create(log=log, reason="rewound", details="2 entries; 3 were signed.")
    rows = {
        "log": log,
        "logentry": log.entries.get(index=1),
        "checkpoint": log.checkpoints.get(),
        "logkey": None,
        "logalarm": LogAlarm.objects.get(),
    }
    for name, row in rows.items():
        with django_assert_max_num_queries(25):
            assert administrator.get(f"/admin/declarations/{name}/").status_code == 200
        assert administrator.get(f"/admin/declarations/{name}/add/").status_code == 403
        if row is not None:
            at = f"/admin/declarations/{name}/{row.pk}"
            assert [
                administrator.get(f"{at}/change/").status_code,
                administrator.post(f"{at}/change/", {}).status_code,
                administrator.post(f"{at}/delete/", {"post": "yes"}).status_code,
            ] == [200, 403, 403]
    entry = administrator.get(f"/admin/declarations/logentry/{rows['logentry'].pk}/change/")
    assert not says(entry.content, ["Robin Example"])
