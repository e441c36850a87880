"""How organisers follow the speakers, and what they publish of theirs."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import Edition
from programme import actions
from programme.models import Appearance, ConsentEvent, Material, Speaker, SpeakerLink
from tests import factories
from tests.programme.inlines import OTHER_INLINES
from tests.programme.test_admin import organiser

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return factories.edition()


def speaker_form(speaker: Speaker, **fields: Any) -> dict[str, Any]:
    return {
        "name": speaker.name,
        "slug": speaker.slug,
        "basis": speaker.basis,
        "email": speaker.email,
        "appearances-TOTAL_FORMS": 0,
        "appearances-INITIAL_FORMS": 0,
        **OTHER_INLINES,
        **fields,
    }


def test_a_consent_an_organiser_enters_has_its_event(edition: Edition) -> None:
    speaker = factories.speaker(consented_at=None)
    client = organiser()
    given = {"consented_at_0": "2026-02-01", "consented_at_1": "10:00"}
    withdrawn = {"consent_withdrawn_at_0": "2026-03-01", "consent_withdrawn_at_1": "10:00"}
    address = f"/admin/programme/speaker/{speaker.pk}/change/"
    for fields in (given, given, {**given, **withdrawn}):
        assert client.post(address, speaker_form(speaker, **fields)).status_code == 302
    events = list(ConsentEvent.objects.order_by("pk").values_list("verb", "through", "recorded_by__is_staff"))
    assert events == [("given", "organiser", True), ("withdrawn", "organiser", True)]
    assert Speaker.objects.get(pk=speaker.pk).is_shown is False
    assert client.get(address).status_code == 200


def test_links_are_sent_from_the_list_and_refused_with_names(edition: Edition) -> None:
    speaker = factories.speaker(name="Ada Example", email="ada@example.org")
    silent = factories.speaker(name="No Address")
    for person in (speaker, silent):
        factories.session(edition, speakers=(person,))
    client = organiser()
    chosen = {"action": "send_their_link", "_selected_action": [speaker.pk, silent.pk]}
    there = client.post("/admin/programme/speaker/", chosen)
    assert there.headers["Location"].startswith("/admin/programme/speaker/send-links/?speakers=")
    assert "no e-mail address" in client.get(there.headers["Location"]).content.decode()
    sent = {"edition": edition.slug, "language": "nl"}
    refused = client.post(there.headers["Location"], sent)
    assert [refused.status_code, SpeakerLink.objects.count()] == [200, 0]
    assert "No Address has no e-mail address" in refused.content.decode()
    good = client.post(f"/admin/programme/speaker/send-links/?speakers={speaker.pk}", sent)
    link = SpeakerLink.objects.get()
    assert [good.status_code, link.speaker, link.language, link.sent_to] == [
        302,
        speaker,
        "nl",
        "ada@example.org",
    ]
    assert ProcrastinateJob.objects.filter(args__kind="programme/speaker_link").count() == 1
    client.post(
        "/admin/programme/speaker/", {"action": "remind_them", "_selected_action": [speaker.pk, silent.pk]}
    )
    assert ProcrastinateJob.objects.filter(args__kind="programme/speaker_reminder").count() == 1
    client.post("/admin/programme/speaker/", {"action": "take_links_back", "_selected_action": [speaker.pk]})
    assert SpeakerLink.objects.usable().count() == 0
    for bad in ("", "banana", "9" * 40, "\x00"):
        response = client.get("/admin/programme/speaker/send-links/", {"speakers": bad})
        assert response.status_code in (302, 400)


def test_a_changed_address_ends_the_links_sent_before(edition: Edition) -> None:
    speaker = factories.speaker(email="ada@example.org")
    factories.session(edition, speakers=(speaker,))
    actions.send_links(speakers=[speaker], edition=edition, language="en", by=None)
    organiser().post(
        f"/admin/programme/speaker/{speaker.pk}/change/", speaker_form(speaker, email="new@example.org")
    )
    assert SpeakerLink.objects.usable().count() == 0


def test_the_list_says_how_far_each_is_and_costs_the_same_for_many(
    edition: Edition, django_assert_max_num_queries: Any
) -> None:
    client = organiser()

    def invite(count: int) -> None:
        for _number in range(count):
            speaker = factories.speaker(email="ada@example.org")
            factories.session(edition, speakers=(speaker,), kind=kind)
            actions.send_links(speakers=[speaker], edition=edition, language="en", by=None)

    kind = factories.kind()
    invite(2)
    Appearance.objects.filter(pk=Appearance.objects.earliest("pk").pk).update(answer="declined")
    with django_assert_max_num_queries(40) as first:
        page = client.get("/admin/programme/speaker/")
    assert "0 of 1, 1 declined" in page.content.decode()
    invite(20)
    with django_assert_max_num_queries(len(first)):
        client.get("/admin/programme/speaker/")
    found = {
        query: client.get(f"/admin/programme/speaker/?{query}").context["cl"].result_count
        for query in ("link=sent", "link=none", "link=used", "answer=declined", "answer=open", "missing=portrait",
                      "missing=texts", "missing=email", "link=banana")
    }  # fmt: skip
    assert found == {
        "link=sent": 22,
        "link=none": 0,
        "link=used": 0,
        "answer=declined": 1,
        "answer=open": 21,
        "missing=portrait": 22,
        "missing=texts": 22,
        "missing=email": 0,
        "link=banana": 22,
    }


def slides() -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
    return SimpleUploadedFile("evil.html", out.getvalue())


def test_a_material_is_a_file_by_its_content_or_an_address_of_the_web(
    edition: Edition, django_capture_on_commit_callbacks: Any
) -> None:
    session = factories.session(edition)
    client = organiser()
    form = {"session": session.pk, "kind": "slides", "title_en": "Slides", "order": 10}
    add = "/admin/programme/material/add/"
    refused = [
        client.post(add, form),
        client.post(add, {**form, "file": slides(), "address": "https://video.example/1"}),
        client.post(add, {**form, "address": "javascript:alert(1)"}),
        client.post(add, {**form, "address": "ftp://example.org/x"}),
        client.post(add, {**form, "file": SimpleUploadedFile("a.pdf", b"<script>")}),
    ]
    assert [answer.status_code for answer in refused] == [200] * 5
    assert Material.objects.count() == 0
    assert client.post(add, {**form, "file": slides()}).status_code == 302
    material = Material.objects.get()
    first = material.file.name
    assert [material.ending, material.is_published] == ["odp", False]
    opened = client.get(f"/admin/programme/material/{material.pk}/file/")
    assert b"".join(opened.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert [opened["Content-Type"], opened["Content-Disposition"], "no-store" in opened["Cache-Control"]] == [
        "application/vnd.oasis.opendocument.presentation",
        'attachment; filename="slides.odp"',
        True,
    ]
    assert Client().get(f"/admin/programme/material/{material.pk}/file/").status_code == 302
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PDF")
    change = f"/admin/programme/material/{material.pk}/change/"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(change, form).status_code == 302  # the file stays
        replaced = {**form, "file": SimpleUploadedFile("b.pdf", picture.getvalue())}
        assert client.post(change, replaced).status_code == 302
    material.refresh_from_db()
    assert [material.ending, material.file.storage.exists(first)] == ["pdf", False]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/programme/material/{material.pk}/delete/", {"post": "yes"})
    assert [Material.objects.count(), material.file.storage.exists(material.file.name)] == [0, False]


def test_what_was_handed_in_is_found_and_published_from_the_list(edition: Edition) -> None:
    session = factories.session(edition)
    speaker = factories.speaker()
    waiting = Material.objects.create(
        session=session,
        kind="slides",
        title="Theirs",
        address="https://slides.example/1",
        handed_in_by=speaker,
    )
    Material.objects.create(
        session=session, kind="recording", title="Ours", address="https://video.example/1"
    )
    client = organiser()
    listed = client.get("/admin/programme/material/?state=waiting").context["cl"].result_list
    assert list(listed) == [waiting]
    client.post("/admin/programme/material/", {"action": "publish", "_selected_action": [waiting.pk]})
    waiting.refresh_from_db()
    assert waiting.is_published is True
