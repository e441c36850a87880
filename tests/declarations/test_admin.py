"""The officers' admin: its buttons call the actions, and what the database refuses is a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from declarations import actions
from declarations.models import Evidence, Invitation, Mailbox, Signatory, Signature
from efus_conference.models import User
from tests import factories
from tests.declarations.making import (
    answers,
    form,
    invited,
    office,
    officer,
    pdf,
    png,
    published,
    sent,
    submitted,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    settings.DEMONSTRATION = True


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def root(**fields: Any) -> User:
    return officer(is_superuser=True, **fields)


def only(*codenames: str) -> User:
    user = officer()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def text_of(response: Any) -> str:
    return str(response.content.decode())


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def url(model: str, pk: int | str = "", step: str = "") -> str:
    return "/admin/declarations/" + "/".join(str(part) for part in (model, pk, step) if part) + "/"


def decide(user: User, signature: Signature, step: str = "verify", note: str = "") -> list[str]:
    # The address of a button as unfold makes it.
    path, browser = f"/admin/declarations/signature/{signature.pk}/{step}/", as_(user)
    seen = browser.get(path).context["seen"]
    response = browser.post(path, {"note": note, "seen": seen}, follow=True)
    assert response.status_code == 200
    signature.refresh_from_db()
    return said(response)


REFUSED = {
    "recorder": "You recorded this signature, so someone else has to decide on it.",
    "inviter": "You invited this office, so someone else has to decide on its signature.",
    "mailbox setter": "You set or confirmed the mailbox of this office, so someone else has to decide on its signature.",
    "colleague": "Nobody decides on a signature of the organisation they work for. Efus’s own signature is decided on "
    "by someone of another organisation.",
    "Efus’s own": "Nobody decides on a signature of the organisation they work for. Efus’s own signature is decided on "
    "by someone of another organisation.",
}


@pytest.mark.parametrize("who", list(REFUSED))
@pytest.mark.parametrize("step", ["verify", "refuse"])
def test_a_superuser_with_a_part_in_it_reads_why_not(who: str, step: str) -> None:
    user = root()
    if who == "recorder":
        signature = actions.record_on_paper(
            signatory=office(), answers=answers(), files={"signed_page": sent()}, by=user
        )
    elif who == "inviter":
        signature = submitted(by=user)
    elif who == "mailbox setter":
        signature = submitted(office(by=user))
    elif who == "colleague":
        signature = submitted()
        user.organisation = signature.signatory.organisation
        user.save()
    else:
        signature = submitted(office(organisation=factories.organisation(is_organiser=True)))
    assert decide(user, signature, step, note="A note.") == [REFUSED[who]]
    assert signature.state == "submitted"


def test_who_has_no_part_verifies_with_a_button() -> None:
    signature = submitted()
    assert decide(root(), signature) == ["The signature is verified and public."]
    assert signature.state == "verified"


def test_asking_and_refusing_want_a_note_and_keep_what_was_typed() -> None:
    signature, user = submitted(), root()
    for step, state in (("ask", "needs_information"), ("refuse", "refused")):
        signature = submitted()
        assert [decide(user, signature, step), signature.state] == [[], "submitted"]
        decide(user, signature, step, note="Which council?")
        assert [signature.state, signature.events.latest("pk").note] == [state, "Which council?"]


def test_a_stale_button_is_a_sentence() -> None:
    signature = actions.refuse(signature=submitted(), by=officer(), note="No.")
    (message,) = decide(root(), signature)
    assert message == (
        "This does not follow from the state the signature is in. Someone may have decided in the meantime: "
        "load the page again."
    )


def test_the_record_and_its_evidence_stand_on_one_page_with_the_buttons_that_apply() -> None:
    signature = submitted()
    page = text_of(as_(root()).get(url("signature", signature.pk, "change")))
    evidence = signature.evidence.get()
    words = [
        "Robin Example",
        evidence.sha256,
        f"/admin/declarations/evidence/{evidence.pk}/preview/",
        f"/admin/declarations/evidence/{evidence.pk}/download/",
        "own competence of the office",
        "Verify …",
    ]
    assert [word in page for word in words] == [True] * len(words)
    actions.refuse(signature=signature, by=officer(), note="No.")
    assert "Verify …" not in text_of(as_(root()).get(url("signature", signature.pk, "change")))


def test_what_waits_for_verification_stands_first() -> None:
    verified = actions.verify(signature=submitted(), by=officer())
    waiting, later = submitted(), actions.refuse(signature=submitted(), by=officer(), note="No.")
    response = as_(root()).get(url("signature"))
    assert [row.pk for row in response.context["cl"].result_list] == [waiting.pk, later.pk, verified.pk]


def test_evidence_is_handed_to_officers_as_a_download_and_to_nobody_else() -> None:
    content = png("navy") + b"tail"
    invitation, _token = invited()
    actions.open_invitation(invitation=invitation, language="en")
    actions.record_signature(
        invitation=invitation, answers=answers(), files={"signed_page": sent(content, "<b>.html")}
    )
    evidence = Evidence.objects.get()
    path = f"/admin/declarations/evidence/{evidence.pk}/download/"
    response = as_(only("view_evidence")).get(path)
    names = ["Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"]
    assert [b"".join(response.streaming_content), [response.headers[name] for name in names]] == [
        content,
        [
            "application/octet-stream",
            f'attachment; filename="evidence-{evidence.pk}.png"',
            "nosniff",
            "default-src 'none'; sandbox",
        ],
    ]
    assert "no-store" in response.headers["Cache-Control"]
    preview = as_(only("view_evidence")).get(path.replace("download", "preview"))
    made_anew = b"".join(preview.streaming_content)
    assert [preview.headers["Content-Type"], made_anew[:4], b"tail" in made_anew] == [
        "image/png",
        b"\x89PNG",
        False,
    ]
    others = [Client(), as_(factories.user()), as_(only("view_signature"))]
    assert [other.get(path).status_code for other in others] == [302, 302, 403]
    assert invitation.used_at is None


def test_evidence_lies_at_no_public_address() -> None:
    evidence = submitted().evidence.get()
    for name in (evidence.file.name, evidence.preview.name):
        assert [
            Client().get(f"/{prefix}{name}").status_code for prefix in ("", "media/", "private/", "static/")
        ] == [404] * 4
    page = text_of(as_(root()).get(url("evidence", evidence.pk, "change")))
    assert [evidence.file.name in page, evidence.preview.name in page] == [False, False]


def test_missing_files_of_evidence_are_a_page_not_found() -> None:
    evidence = submitted().evidence.get()
    evidence.file.storage.delete(evidence.file.name)
    assert as_(root()).get(f"/admin/declarations/evidence/{evidence.pk}/download/").status_code == 404


def test_a_published_declaration_takes_no_typed_change() -> None:
    declaration = published(slug="d")
    text = declaration.texts.get(language="en")
    browser = as_(root())
    path = url("declaration", declaration.pk, "change")
    response = browser.post(
        path,
        {
            "order": "3",
            "title_en": "Other",
            "slug": "other",
            "texts-TOTAL_FORMS": "1",
            "texts-INITIAL_FORMS": "1",
            "texts-0-id": text.pk,
            "texts-0-declaration": declaration.pk,
            "texts-0-body": "Other.",
            "points-TOTAL_FORMS": "0",
            "points-INITIAL_FORMS": "0",
        },
    )
    assert response.status_code == 302
    title = declaration.title
    declaration.refresh_from_db()
    text.refresh_from_db()
    assert [
        declaration.slug,
        declaration.title,
        text.body,
        declaration.order,
        declaration.is_open_to_signatures,
    ] == [
        "d",
        title,
        "# Preamble\n\n1. Cities act.\n",
        3,
        False,
    ]


def test_the_mailbox_is_set_by_one_and_changed_by_two() -> None:
    signatory = factories.signatory(published())
    one, two = root(), root()
    path = f"/admin/declarations/signatory/{signatory.pk}/mailbox/"
    assert said(as_(one).post(path, {"email": "nobody"})) == []
    as_(one).post(path, {"email": "a@town.example"})
    as_(one).post(path, {"email": "b@town.example"})
    confirm = path.replace("mailbox", "confirm-mailbox")
    shown = {"seen": as_(two).get(confirm).context["seen"]}
    assert said(as_(one).post(confirm, shown)) == [
        "A second officer confirms the change of a mailbox, not the one who entered it."
    ]
    as_(two).post(confirm, shown)
    assert [str(signatory.registered_mailbox()), Mailbox.objects.count()] == ["b@town.example", 2]
    assert said(as_(two).post(confirm, shown)) == [NO_CONFIRMATION]


NO_CONFIRMATION = (
    "This mailbox needs no confirmation: it is registered already, or a later change was entered."
)


def test_an_address_is_confirmed_by_who_read_it_and_no_other() -> None:
    signatory = office()
    one, two = root(), root()
    path = f"/admin/declarations/signatory/{signatory.pk}/mailbox/"
    confirm = path.replace("mailbox", "confirm-mailbox")
    as_(one).post(path, {"email": "city@town.example"})
    page = as_(two).get(confirm)
    seen = page.context["seen"]
    assert "city@town.example" in page.content.decode()
    assert f'name="seen" value="{seen}"' in page.content.decode()
    as_(one).post(path, {"email": "elsewhere@town.example"})
    elsewhere = invited()[0].mailbox
    for given in ({"seen": seen}, {}, {"seen": "banana"}, {"seen": "9" * 10_000}, {"seen": elsewhere.pk}):
        refused = as_(two).post(confirm, given)
        assert said(refused) == [NO_CONFIRMATION]
        assert "elsewhere@town.example" in refused.content.decode()
    assert str(signatory.registered_mailbox()) == "office@town.example"
    as_(two).post(confirm, {"seen": refused.context["seen"]})
    assert str(signatory.registered_mailbox()) == "elsewhere@town.example"


def test_selected_offices_are_asked_about_before_each_is_invited_in_its_language() -> None:
    declaration = published()
    ready = office(declaration)
    without = factories.signatory(declaration, organisation=factories.organisation(name="Riga"))
    chosen = {"action": "invite_selected", "_selected_action": [ready.pk, without.pk]}
    response = as_(root()).post(url("signatory"), chosen)
    assert [
        [one.pk for one in response.context["ready"]],
        [(str(one.signatory), why) for one, why in response.context["left_out"]],
        Invitation.objects.count(),
    ] == [[ready.pk], [("Riga", "It has no mailbox yet.")], 0]
    elsewhere = office()
    mixed = {"action": "invite_selected", "_selected_action": [ready.pk, elsewhere.pk]}
    assert said(as_(root()).post(url("signatory"), mixed, follow=True)) == [
        "Choose offices of one declaration: a round is of one."
    ]


def test_one_office_is_reminded_with_its_button_unless_it_was_written_to_this_week() -> None:
    invitation, _token = invited()
    path = f"/admin/declarations/signatory/{invitation.signatory_id}/remind/"
    early = said(as_(root()).post(path))
    assert early[0].startswith("This office was invited or reminded less than a week ago.")
    as_(root()).post(path, {"insists": "on"})
    invitation.refresh_from_db()
    assert invitation.reminders == 1


def test_one_office_is_invited_with_its_button() -> None:
    signatory = office()
    as_(root()).post(f"/admin/declarations/signatory/{signatory.pk}/invite/", {"language": "nl"})
    assert Invitation.objects.get().language == "nl"


def test_the_admin_never_shows_a_token_and_revokes_links() -> None:
    invitation, token = invited()
    browser = as_(root())
    pages = [
        text_of(browser.get(path))
        for path in (url("invitation"), url("invitation", invitation.pk, "change"), url("signatory"))
    ]
    invitation.refresh_from_db()
    assert invitation.token_hash
    assert [token in page or invitation.token_hash in page for page in pages] == [False] * 3
    browser.post(f"/admin/declarations/invitation/{invitation.pk}/revoke/")
    assert not Invitation.objects.usable().exists()


def test_what_arrived_on_paper_is_recorded_with_its_page() -> None:
    signatory, user = office(), root()
    browser = as_(user)
    path = url("signature", "add")
    empty = browser.post(path, {})
    assert sorted(empty.context["form"].errors) == ["arrived", "basis", "signatory", "signed_on", "signed_page", "signer_name", "signer_office"]  # fmt: skip
    early = browser.post(
        path,
        {
            **form(signed_on="2001-01-01"),
            "signatory": signatory.pk,
            "arrived": "By post.",
            "signed_page": upload(pdf()),
        },
    )
    assert list(early.context["form"].errors) == ["signed_on"]
    browser.post(
        path, {**form(), "signatory": signatory.pk, "arrived": "By post.", "signed_page": upload(pdf())}
    )
    signature = Signature.objects.get(state="submitted")
    assert signature.events.get().actor.user == user


def test_nobody_adds_changes_or_deletes_records_by_hand() -> None:
    signature = submitted()
    browser = as_(root())
    rows = {
        "signature": signature,
        "evidence": signature.evidence.get(),
        "signatureevent": signature.events.get(),
        "mandate": signature.mandate,
        "actor": signature.events.get().actor,
        "invitation": signature.invitation,
    }
    for model, row in rows.items():
        assert browser.get(url(model, row.pk, "change")).status_code == 200
        assert browser.get(url(model, row.pk, "delete")).status_code == 403
        assert browser.post(url(model, row.pk, "change"), {"state": "verified"}).status_code == 403
    assert browser.get(url("signatory", signature.signatory_id, "delete")).status_code == 403
    assert browser.get(url("declaration", signature.signatory.declaration_id, "delete")).status_code == 403


def test_buttons_need_their_permission() -> None:
    signature = submitted()
    viewer = as_(only("view_signature", "view_signatory", "view_declaration", "view_invitation"))
    paths = [
        f"/admin/declarations/signature/{signature.pk}/verify/",
        f"/admin/declarations/signatory/{signature.signatory_id}/invite/",
        f"/admin/declarations/signatory/{signature.signatory_id}/mailbox/",
        f"/admin/declarations/declaration/{signature.signatory.declaration_id}/publish/",
        f"/admin/declarations/invitation/{signature.invitation_id}/revoke/",
        url("signature", "add"),
    ]
    assert [viewer.post(path).status_code for path in paths] == [403] * 6


@pytest.mark.parametrize("model", ["declaration", "signatory", "signature", "invitation", "evidence", "signatureevent", "mandate", "actor"])  # fmt: skip
def test_a_list_costs_the_same_for_one_and_for_many(model: str) -> None:
    browser = as_(root())
    submitted()
    browser.get(url(model))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url(model)).status_code == 200
        return len(queries)

    one = cost()
    for _number in range(6):
        submitted()
    assert [cost(), Signatory.objects.count()] == [one, 7]


@pytest.mark.parametrize("key", ["abc", "_00", "9" * 40, "-1", "²"])
@pytest.mark.parametrize(
    ("model", "steps"),
    [
        ("declaration", ["preview", "propose", "publish"]),
        ("signatory", ["mailbox", "confirm-mailbox", "invite"]),
        ("signature", ["verify", "ask", "refuse", "withdraw"]),
        ("invitation", ["revoke"]),
    ],
)
def test_an_address_whose_key_is_none_leads_nowhere_and_breaks_nothing(
    model: str, steps: list[str], key: str
) -> None:
    client = as_(root())
    # The admin itself says that there is no such row, on its first page.
    assert client.get(url(model, key, "change")).headers["Location"] == "/admin/"
    assert [client.get(url(model, key, step)).status_code for step in steps] == [404] * len(steps)
