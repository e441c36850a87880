from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.storage import storages

from declarations import actions
from declarations.models import Evidence, Signature
from tests import factories
from tests.declarations.making import (
    actor,
    answers,
    invited,
    office,
    officer,
    png,
    published,
    recorded,
    sent,
    submitted,
    withdrawn,
)

pytestmark = pytest.mark.django_db


def history(signature: Signature) -> list[tuple[str, str]]:
    return [(event.kind, event.actor.kind) for event in signature.events.order_by("pk")]


def test_publication_freezes_the_hash_over_all_texts() -> None:
    by = officer()
    declaration = factories.declaration(title_fr="Déclaration")
    actions.propose_freezing(declaration=declaration, by=officer())
    actions.publish_declaration(declaration=declaration, by=by)
    lines = [
        f"{language} authentic {hashlib.sha256(body.encode()).hexdigest()}\n"
        for language, body in (
            ("en", "# Preamble\n\n1. Cities act.\n"),
            ("fr", "# Préambule\n\n1. Les villes agissent.\n"),
        )
    ]
    expected = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert [
        declaration.text_hash,
        declaration.is_published,
        declaration.published_by and declaration.published_by.user,
        declaration.takes_signatures,
    ] == [expected, True, by, True]


def test_publication_needs_titles_and_an_authentic_text_and_happens_once() -> None:
    untitled = factories.declaration()
    translated = factories.declaration(title_fr="x")
    translated.texts.update(status="translation")
    historical = factories.declaration(title_fr="x", is_historical=True)
    refusals = []
    for declaration in (untitled, translated, historical, published()):
        with pytest.raises(actions.Refusal) as caught:
            factories.publish(declaration)
        refusals.append(type(caught.value).__name__)
    assert refusals == ["TitleMissing", "NoAuthenticText", "HistoricalWithText", "AlreadyPublished"]


@pytest.mark.parametrize("character", ["\x07", "\u202e", "\ufffd"])
def test_publication_freezes_no_character_that_cannot_be_printed(character: str) -> None:
    in_a_title = factories.declaration(title_fr=f"Titre{character}")
    in_a_text = factories.declaration(title_fr="Titre")
    in_a_text.texts.filter(language="fr").update(body=f"# Pré{character}ambule\n")
    for declaration in (in_a_title, in_a_text):
        with pytest.raises(actions.NotPrintable):
            factories.publish(declaration)


def test_a_historical_declaration_is_published_without_text_and_unhashed() -> None:
    declaration = factories.declaration(is_historical=True)
    declaration.texts.all().delete()
    factories.publish(declaration)
    assert [declaration.is_published, declaration.text_hash, declaration.takes_signatures] == [
        True,
        "",
        False,
    ]


def test_an_office_records_and_submits_and_a_third_person_verifies() -> None:
    signature = submitted()
    invitation = signature.invitation
    assert invitation is not None
    assert [signature.state, signature.language, signature.text_hash] == [
        "submitted",
        "en",
        signature.signatory.declaration.text_hash,
    ]
    assert [invitation.used_at is not None, invitation.revoked_at] == [True, None]
    actions.verify(signature=signature, by=officer())
    assert history(signature) == [("submitted", "invitation"), ("verified", "person")]
    assert list(Signature.objects.public()) == [signature]


def test_a_decision_refused_by_the_database_is_a_sentence() -> None:
    by = officer()
    signature = submitted(by=by)
    with pytest.raises(actions.RefusedByRegister) as caught:
        actions.verify(signature=signature, by=by)
    assert str(caught.value) == ("You invited this office, so someone else has to decide on its signature.")
    signature.refresh_from_db()
    assert signature.state == "submitted"


def test_refusing_asking_and_withdrawing_need_a_note() -> None:
    signature = submitted()
    for act in (actions.refuse, actions.ask_for_information, actions.withdraw):
        with pytest.raises(actions.NoteMissing):
            act(signature=signature, by=officer(), note="  ")


def test_who_asks_for_information_may_still_verify_what_comes_back() -> None:
    inviter, decider = officer(), officer()
    signature = submitted(by=inviter)
    actions.ask_for_information(signature=signature, by=decider, note="Which council?")
    asked = signature.signatory.invitations.usable().get()
    assert asked.sent_by == actor(inviter)
    assert actions.draft_of(asked) == signature
    actions.record_signature(
        invitation=asked,
        answers=answers(signer_office="First deputy mayor"),
        files={"signed_page": sent(png())},
    )
    actions.submit_signature(signature=signature, invitation=asked)
    actions.verify(signature=signature, by=decider)
    signature.refresh_from_db()
    assert [signature.state, signature.signer_office, signature.evidence.count()] == [
        "verified",
        "First deputy mayor",
        2,  # what was submitted first is kept beside it
    ]


def test_a_refused_office_can_be_invited_again_and_a_withdrawn_signature_is_not_public() -> None:
    signature = submitted()
    actions.refuse(signature=signature, by=officer(), note="The page is not signed.")
    second = submitted(signature.signatory)
    actions.verify(signature=second, by=officer())
    withdrawn(second)
    assert [signature.state, second.state, Signature.objects.public().count()] == ["refused", "withdrawn", 0]


def test_a_draft_is_complete_before_it_is_submitted() -> None:
    invitation, _token = invited()
    signature = actions.open_invitation(invitation=invitation, language="en")
    with pytest.raises(actions.Incomplete):
        actions.submit_signature(signature=signature, invitation=invitation)


def test_submitting_twice_says_so() -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    actions.submit_signature(signature=signature, invitation=invitation)
    with pytest.raises(actions.AlreadySubmitted):
        actions.submit_signature(signature=signature, invitation=invitation)


def test_a_draft_goes_on_under_a_new_link_to_the_same_mailbox_only() -> None:
    signatory, by = office(), officer()
    first, _token = invited(signatory)
    draft = recorded(first)
    second, _token = invited(signatory)
    kept = actions.draft_of(second)
    change = actions.set_mailbox(signatory=signatory, email="b@town.example", by=officer())
    actions.confirm_mailbox(mailbox=change, by=by)
    third, _token = invited(signatory)
    assert [kept, actions.draft_of(third)] == [draft, None]


def test_a_replaced_file_of_a_draft_is_gone_and_the_bytes_of_the_other_are_exact(
    django_capture_on_commit_callbacks: Any,
) -> None:
    invitation, _token = invited()
    signature = recorded(invitation)
    old = signature.evidence.get()
    content = png("navy")
    with django_capture_on_commit_callbacks(execute=True):
        actions.keep_files(invitation=invitation, files={"signed_page": sent(content, "scan.png")})
    new = Evidence.objects.get()
    storage = storages["private"]
    assert [storage.exists(old.file.name), storage.exists(old.preview.name)] == [False, False]
    with new.file.open() as file:
        assert file.read() == content
    assert [new.name, new.content_type, new.size, new.sha256] == [
        "scan.png",
        "image/png",
        len(content),
        hashlib.sha256(content).hexdigest(),
    ]


def test_evidence_lies_under_a_random_name_and_its_preview_is_made_anew() -> None:
    signature = submitted()
    first = signature.evidence.get()
    second = submitted().evidence.get()
    assert len({first.file.name, second.file.name, first.preview.name}) == 3
    assert [len(first.file.name), "page" in first.file.name, first.file.name.endswith(".pdf")] == [
        len("evidence/") + 48,
        False,
        False,
    ]
    with first.preview.open() as preview:
        assert preview.read(8) == b"\x89PNG\r\n\x1a\n"


def test_what_arrived_on_paper_is_recorded_by_a_person_who_cannot_verify_it() -> None:
    signatory, by = office(), officer()
    invitation, _token = invited(signatory)
    signature = actions.record_on_paper(
        signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=by
    )
    invitation.refresh_from_db()
    with pytest.raises(actions.RefusedByRegister) as caught:
        actions.verify(signature=signature, by=by)
    assert [history(signature), caught.value.constraint, invitation.revoked_at is not None] == [
        [("submitted", "person")],
        "verifier_is_not_the_recorder",
        True,
    ]


def test_paper_without_its_page_or_for_a_closed_declaration_or_twice_is_refused() -> None:
    by, signatory = officer(), office()
    with pytest.raises(actions.Incomplete):
        actions.record_on_paper(signatory=signatory, answers=answers(), files={}, by=by)
    submitted(signatory)
    with pytest.raises(actions.HasSigned):
        actions.record_on_paper(signatory=signatory, answers=answers(), files={"signed_page": sent()}, by=by)
    with pytest.raises(actions.TakesNoSignatures):
        actions.record_on_paper(
            signatory=factories.signatory(factories.declaration()), answers=answers(), files={}, by=by
        )


def test_history_is_entered_once_and_for_historical_declarations_only() -> None:
    signatory = factories.signatory(factories.declaration(is_historical=True))
    signature = actions.enter_historical(signatory=signatory, signer_name="Someone")
    assert [signature.state, history(signature), signature.signed_on] == [
        "historical",
        [("historical", "archive")],
        None,
    ]
    with pytest.raises(actions.HasSigned):
        actions.enter_historical(signatory=signatory)
    with pytest.raises(actions.NotHistorical):
        actions.enter_historical(signatory=office())
