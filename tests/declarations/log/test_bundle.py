"""What is handed out of a log: whole, the same for everyone, nothing beyond the last checkpoint and nobody's more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declarations import actions
from declarations.log import entries, merkle, notes, proofs, tree
from declarations.log.bundle import bundle_of
from declarations.log.reading import NothingLoggedError
from declarations.models import Checkpoint, Declaration, LogKey, Signature
from declarations.verifier import verify
from tests import factories
from tests.declarations.log.keeping import logged
from tests.declarations.making import office, officer, published, submitted, withdrawn

pytestmark = pytest.mark.django_db


def verified(declaration: Declaration, **fields: Any) -> Signature:
    """Of a town of this name."""
    return actions.verify(
        signature=submitted(office(declaration, organisation=factories.organisation(**fields))), by=officer()
    )


def checked(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """Its entries, once they make the root that is signed, by a key of the bundle."""
    note = notes.read(bundle["checkpoint"])
    head = notes.checkpoint_of(note)
    leaves = [merkle.leaf_hash(entry.encode()) for entry in bundle["entries"]]
    assert (head.origin, head.size, head.root) == (bundle["origin"], len(leaves), merkle.root_of(leaves))
    assert note.is_signed_by(head.origin, bytes.fromhex(bundle["keys"][0]))
    return [entries.said_in(entry) for entry in bundle["entries"]]


def values(bundle: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What it opens, by number and field; each has to open its commitment."""
    said = [entries.said_in(entry) for entry in bundle["entries"]]
    for number, its in bundle["openings"].items():
        for field, opening in its.items():
            made = entries.commitment_of(opening["salt"], opening["value"])
            assert made == said[int(number)]["commitments"][field]
    return {
        number: {field: json.loads(opening["value"]) for field, opening in its.items()}
        for number, its in bundle["openings"].items()
    }


def test_a_bundle_holds_all_that_the_published_sums_are_over_and_opens_what_the_register_shows(
    tmp_path: Path,
) -> None:
    declaration = published(slug="harbour", title="Harbour", is_demonstration=True)
    signature = verified(declaration)
    log = logged(declaration, tmp_path)
    bundle = bundle_of(declaration)
    said = checked(bundle)
    mandate = {
        "basis": "own_competence",
        "body": "",
        "decided_on": None,
        "reference": "",
        "ratify_until": None,
    }
    assert list(bundle) == [
        "format",
        "origin",
        "declaration",
        "texts",
        "entries",
        "openings",
        "checkpoint",
        "keys",
        "receipts",
    ]
    assert [bundle["format"], bundle["origin"], bundle["declaration"], bundle["receipts"]] == [
        "efus-declaration-bundle/1",
        log.origin,
        {"slug": "harbour", "title": "Harbour", "is_demonstration": True},
        [],
    ]
    assert [(each["language"], each["status"], each["body"]) for each in bundle["texts"]] == list(
        declaration.texts.order_by("language").values_list("language", "status", "body")
    )
    assert [each["type"] for each in said] == ["text", "published"]
    assert said[1]["signature"] == str(signature.log_id)
    assert values(bundle) == {"1": {"person": "Robin Example", "office": "Mayor", "mandate": mandate}}


def test_the_verifier_finds_that_all_of_it_holds(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    first = verified(declaration, name="Turin")
    logged(declaration, tmp_path)
    older = client.get("/declarations/harbour/log/checkpoint").content.decode()
    second = verified(declaration, name="Riga")
    logged(declaration, tmp_path)
    proof = client.get(f"/declarations/harbour/log/proofs/{first.log_id}.tlog-proof").content.decode()
    bundle = client.get("/declarations/harbour/log/bundle.json").content.decode()
    page = client.get("/en/declarations/harbour/verify/")
    said = verify.check(bundle, page.context["fingerprint"], older, [proof], "riga")
    assert [(each["check"], each["verdict"], each["about"]) for each in said] == [
        ("bundle", "holds", ""),
        ("key", "holds", ""),
        ("checkpoint", "holds", ""),
        ("tree", "holds", ""),
        ("texts", "holds", ""),
        ("openings", "holds", ""),
        ("growth", "holds", ""),
        ("receipts", "holds", "1"),
        ("signature", "holds", str(second.log_id)),
    ]


def test_who_took_a_signature_back_is_opened_no_more_and_its_proof_is_of_the_withdrawal(
    tmp_path: Path, client: Client
) -> None:
    declaration = published(slug="harbour")
    stays, leaves = verified(declaration), verified(declaration)
    logged(declaration, tmp_path)
    withdrawn(leaves)
    before = bundle_of(declaration)
    logged(declaration, tmp_path)
    after = bundle_of(declaration)
    # From the register's answer on, whether the log says it yet or not.
    assert [list(values(each)) for each in (before, after)] == [["1"], ["1"]]
    assert [each["type"] for each in checked(after)] == ["text", "published", "published", "withdrawn"]
    told = []
    for signature in (stays, leaves):
        path = f"/declarations/harbour/log/proofs/{signature.log_id}.tlog-proof"
        proof = proofs.read(client.get(path).content.decode())
        assert proof.extra is not None
        extra = json.loads(proof.extra)
        told.append((proof.index, entries.said_in(extra["entry"])["type"], sorted(extra["openings"])))
    assert told == [(1, "published", ["mandate", "office", "person"]), (3, "withdrawn", [])]


def test_what_no_checkpoint_covers_is_in_nothing_that_is_handed_out(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    log = logged(declaration, tmp_path)
    signature = verified(declaration)
    tree.append(log, [entries.of_event(signature.events.get(kind="verified"))])
    answers = [client.get(f"/declarations/harbour/log/{name}") for name in ("entries.json", "bundle.json")]
    proof = client.get(f"/declarations/harbour/log/proofs/{signature.log_id}.tlog-proof")
    (row,) = client.get("/declarations/harbour/signatories.json").json()["signatories"]
    assert [str(signature.log_id) in answer.content.decode() for answer in answers] == [False, False]
    assert [len(answer.json()["entries"]) for answer in answers] == [1, 1]
    assert [proof.status_code, row["log_id"], row["log_entry"], row["proof"]] == [404, None, None, None]
    assert proof.content.decode() == "The log has no entry about such a signature yet.\n"


def test_a_public_proof_is_of_its_entry_under_the_last_checkpoint(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    signatures = [verified(declaration) for _number in range(3)]
    log = logged(declaration, tmp_path)
    key = bytes.fromhex(LogKey.objects.get().public_key)
    for number, signature in enumerate(signatures, start=1):
        answer = client.get(f"/declarations/harbour/log/proofs/{signature.log_id}.tlog-proof")
        proof = proofs.read(answer.content.decode())
        note = notes.read(proof.checkpoint)
        head = notes.checkpoint_of(note)
        assert proof.extra is not None
        leaf = merkle.leaf_hash(json.loads(proof.extra)["entry"].encode())
        assert note.is_signed_by(log.origin, key)
        assert merkle.is_included(number, head.size, leaf, proof.hashes, head.root)
        assert [answer.headers[name] for name in ("Content-Type", "Content-Disposition")] == [
            "text/plain; charset=utf-8",
            f'attachment; filename="proof-harbour-entry-{number}.tlog-proof"',
        ]
    rows = client.get("/declarations/harbour/signatories.json").json()["signatories"]
    site = "http://localhost:8000/declarations/harbour/log/proofs"
    assert [(row["log_id"], row["log_entry"], row["proof"]) for row in rows] == [
        (str(signature.log_id), number, f"{site}/{signature.log_id}.tlog-proof")
        for number, signature in enumerate(signatures, start=1)
    ]


@pytest.mark.parametrize(
    "path",
    [
        *(f"/declarations/harbour/log/{name}" for name in ("checkpoint", "entries.json", "bundle.json")),
        "/declarations/verify.py",
        "/declarations/check.html",
        "/declarations/harbour/signatories.json",
    ],
)
def test_what_is_sent_to_an_address_that_is_only_read_is_refused_in_plain_text(
    tmp_path: Path, path: str
) -> None:
    logged(published(slug="harbour"), tmp_path)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(path, {"x": "y"})
    assert [answer.status_code, answer.content.decode(), answer.headers["Content-Type"]] == [
        405,
        "This can only be read.\n",
        "text/plain; charset=utf-8",
    ]
    assert [answer.headers["Allow"], strict.put(path).status_code, strict.head(path).status_code] == [
        "GET, HEAD",
        405,
        200,
    ]


@pytest.mark.parametrize("is_invented", [False, True])
def test_whether_it_is_a_demonstration_is_signed_with_the_text(tmp_path: Path, is_invented: bool) -> None:
    declaration = published(slug="harbour", is_demonstration=is_invented)
    logged(declaration, tmp_path)
    bundle = bundle_of(declaration)
    assert checked(bundle)[0]["is_demonstration"] is is_invented
    bundle["declaration"]["is_demonstration"] = not is_invented
    log = verify.examine(json.dumps(bundle), "", None, (), "")[1]
    assert log is not None
    assert verify.is_demonstration(log) is is_invented


def test_checkpoints_are_handed_out_by_their_size(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    logged(declaration, tmp_path)
    verified(declaration)
    logged(declaration, tmp_path)
    path = "/declarations/harbour/log/checkpoint"
    first, second = Checkpoint.objects.order_by("size").values_list("note", flat=True)
    assert [
        (answer.status_code, answer.content.decode(), answer.headers["Access-Control-Allow-Origin"])
        for answer in map(
            client.get, (path, f"{path}?size=2", f"{path}?size=1", f"{path}?size=3", f"{path}?size=banana")
        )
    ] == [
        (200, second, "*"),
        (200, second, "*"),
        (200, first, "*"),
        (404, "No checkpoint of that size was signed.\n", "*"),
        (400, "Give a number of entries, such as 12.\n", "*"),
    ]


def test_entries_are_read_from_any_number_on(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour")
    for _number in range(3):
        verified(declaration)
    log = logged(declaration, tmp_path)
    held = list(log.entries.order_by("index").values_list("index", "body", "leaf_hash"))
    told = {}
    for asked in ("", "?from=0", "?from=2", "?from=4", "?from=77777777"):
        body = client.get(f"/declarations/harbour/log/entries.json{asked}").json()
        told[asked] = [(row["index"], row["entry"], row["leaf_hash"]) for row in body["entries"]]
        assert [body["origin"], body["size"], body["next"]] == [log.origin, 4, None]
    rows = [(index, entry, bytes(leaf_hash).hex()) for index, entry, leaf_hash in held]
    assert told == {"": rows, "?from=0": rows, "?from=2": rows[2:], "?from=4": [], "?from=77777777": []}


def test_a_long_log_is_read_in_pages_that_follow_each_other(
    tmp_path: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("declarations.views.log.ON_A_PAGE", 2)
    declaration = published(slug="harbour")
    for _number in range(4):
        verified(declaration)
    logged(declaration, tmp_path)
    pages, after = [], 0
    while after is not None:
        body = client.get(f"/declarations/harbour/log/entries.json?from={after}").json()
        pages.append([row["index"] for row in body["entries"]])
        after = body["next"]
    assert pages == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    "asked",
    ["?from=banana", "?from=-1", "?from=1e3", "?from=٣", "?from=" + "9" * 10_000, "?size=1.5"],
    ids=lambda asked: asked[:14],
)
def test_what_is_no_number_is_a_sentence_and_no_error(tmp_path: Path, client: Client, asked: str) -> None:
    logged(published(slug="harbour"), tmp_path)
    name = "checkpoint" if "size" in asked else "entries.json"
    answer = client.get(f"/declarations/harbour/log/{name}{asked}")
    assert [answer.status_code, answer.content.decode()] == [400, "Give a number of entries, such as 12.\n"]


def test_before_anything_is_logged_a_sentence_says_so(client: Client) -> None:
    declaration = published(slug="harbour")
    paths = [f"/declarations/harbour/log/{name}" for name in ("checkpoint", "entries.json", "bundle.json")]
    assert [(answer.status_code, answer.content.decode()) for answer in map(client.get, paths)] == [
        (404, "Nothing of this declaration has been logged yet.\n")
    ] * 3
    assert client.get(f"/declarations/harbour/log/proofs/{uuid4()}.tlog-proof").status_code == 404
    with pytest.raises(NothingLoggedError):
        bundle_of(declaration)


def test_of_a_draft_nothing_is_handed_out(client: Client) -> None:
    factories.declaration(slug="draft")
    paths = [
        "/en/declarations/draft/verify/",
        *(f"/declarations/draft/log/{name}" for name in ("checkpoint", "entries.json", "bundle.json")),
        f"/declarations/draft/log/proofs/{uuid4()}.tlog-proof",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 5


def test_a_bundle_has_the_same_bytes_in_every_language(tmp_path: Path, client: Client) -> None:
    declaration = published(slug="harbour", title="Harbour")
    verified(declaration)
    logged(declaration, tmp_path)
    answers = [client.get(f"/declarations/harbour/log/bundle.json?lang={code}") for code in ("en", "fr")]
    assert answers[0].content == answers[1].content
    assert json.loads(answers[0].content) == bundle_of(declaration)
    assert answers[0].headers["Content-Disposition"] == 'attachment; filename="harbour-bundle.json"'


def test_a_historical_declaration_is_logged_without_a_text(tmp_path: Path) -> None:
    declaration = Declaration.objects.create(slug="old", title="Old", title_en="Old", is_historical=True)
    factories.publish(declaration)
    actions.enter_historical(signatory=factories.signatory(declaration))
    logged(declaration, tmp_path)
    bundle = bundle_of(declaration)
    assert [[each["type"] for each in checked(bundle)], bundle["texts"], bundle["openings"]] == [
        ["historical"],
        [],
        {},
    ]


def test_a_bundle_costs_the_same_queries_however_long_the_log(tmp_path: Path) -> None:
    declaration = published()
    counts = []
    for number in (1, 20):
        for _number in range(number):
            verified(declaration)
        log = logged(declaration, tmp_path)
        with CaptureQueriesContext(connection) as asked:
            bundle_of(Declaration.objects.get(pk=declaration.pk))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6
    with CaptureQueriesContext(connection) as asked:
        Client().get(f"/declarations/{log.declaration.slug}/signatories.json")
    assert sum("logentry" in query["sql"] for query in asked) == 1
