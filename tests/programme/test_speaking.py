"""The speaker's way behind their link, as a browser takes it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.logs import masked
from efus_conference.models import Edition
from programme import actions
from programme.models import Appearance, ConsentEvent, Material, Speaker, SpeakerLink
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """As strict as a browser that has no cookie and no token against forged forms."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def invited(**fields: Any) -> tuple[SpeakerLink, str]:
    """A speaker of one drafted session, with a link; its token."""
    edition = Edition.objects.first() or factories.edition()
    speaker = factories.speaker(**{"email": "ada@example.org", "consented_at": None, **fields})
    factories.session(edition, speakers=(speaker,))
    [link] = actions.send_links(speakers=[speaker], edition=edition, language="en", by=None)
    return link, actions.new_speaker_token(link=link)


def picture(kind: str = "PNG", size: tuple[int, int] = (500, 700)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


def pdf() -> bytes:
    return picture("PDF", (60, 40))


def upload(content: bytes, name: str = "file") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def text_of(response: Any) -> str:
    return str(response.content.decode())


PARTS = ["", "sessions/", "texts/", "portrait/", "consent/", "slides/"]


def test_opening_changes_nothing_however_often_and_whatever_asks(browser: Client) -> None:
    link, token = invited()
    rows = [SpeakerLink, Speaker, Appearance]
    before = [model.objects.values().get() for model in rows]
    for part in PARTS:
        address = f"/speak/{token}/{part}"
        assert [browser.get(address).status_code, browser.head(address).status_code] == [200, 200]
    assert browser.get(f"/speak/{token}").status_code == 200
    assert [model.objects.values().get() for model in rows] == before
    assert link.opened_at is None


def test_the_pages_are_kept_by_nobody_and_tell_no_other_site(browser: Client) -> None:
    _link, token = invited()
    for address in (*(f"/speak/{token}/{part}" for part in PARTS), "/speak/invented/"):
        response = browser.get(address)
        headers = [response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")]
        assert headers == ["no-store", "no-referrer", "noindex, nofollow"]
        assert not response.cookies


def test_a_speaker_answers_and_the_draft_stays_as_it_is(browser: Client) -> None:
    link, token = invited()
    appearance = Appearance.objects.get()
    names = {"answer": f"answer-{appearance.pk}", "note": f"note-{appearance.pk}"}
    response = browser.post(
        f"/speak/{token}/sessions/?lang=fr",
        {names["answer"]: "declined", names["note"]: "Ask <my> deputy.\r\nThank you."},
    )
    assert response.headers["Location"] == f"/speak/{token}/sessions/?lang=fr&saved=1"
    appearance.refresh_from_db()
    link.refresh_from_db()
    assert [appearance.answer, appearance.answer_note, appearance.answered_at is None] == [
        "declined",
        "Ask <my> deputy.\nThank you.",
        False,
    ]
    assert [link.language, link.opened_at is None] == ["fr", False]
    assert "Ask &lt;my&gt; deputy." in text_of(browser.get(f"/speak/{token}/sessions/"))


def test_a_note_without_an_answer_asks_for_one_and_stays(browser: Client) -> None:
    _link, token = invited()
    appearance = Appearance.objects.get()
    response = browser.post(
        f"/speak/{token}/sessions/", {f"answer-{appearance.pk}": "later", f"note-{appearance.pk}": "A <note>"}
    )
    assert response.context["form"].errors == {
        f"answer-{appearance.pk}": ["Choose whether you accept or decline: your note goes with it."]
    }
    assert "A &lt;note&gt;" in text_of(response)


@pytest.mark.parametrize("answer", ["", "banana", "asked"])
def test_what_is_no_answer_is_asked_again(browser: Client, answer: str) -> None:
    _link, token = invited()
    name = f"answer-{Appearance.objects.get().pk}"
    response = browser.post(f"/speak/{token}/sessions/", {name: answer})
    assert response.context["form"].errors == {name: ["Choose whether you accept."]}


def test_who_says_it_later_is_asked_still(browser: Client) -> None:
    _link, token = invited()
    name = f"answer-{Appearance.objects.get().pk}"
    assert browser.post(f"/speak/{token}/sessions/", {name: "later"}).status_code == 302
    assert [Appearance.objects.get().answer, Appearance.objects.get().answered_at] == ["asked", None]


def test_nobody_answers_for_another(browser: Client) -> None:
    _link, token = invited()
    other, _token = invited()
    theirs = Appearance.objects.get(speaker=other.speaker)
    own = Appearance.objects.exclude(pk=theirs.pk).get()
    sent = {f"answer-{theirs.pk}": "declined", f"answer-{own.pk}": "later"}
    assert browser.post(f"/speak/{token}/sessions/", sent).status_code == 302
    theirs.refresh_from_db()
    assert theirs.answer == "asked"


TEXTS = {f"{name}_{code}": "" for name in ("function", "biography") for code in ("en", "fr", "nl")}


def test_texts_are_kept_by_language(browser: Client) -> None:
    link, token = invited()
    texts = {**TEXTS, "function_en": "Mayor", "biography_fr": "Née à Liège.\r\nÉlue <maire>."}
    assert browser.post(f"/speak/{token}/texts/", texts).status_code == 302
    speaker = Speaker.objects.get(pk=link.speaker_id)
    assert {name: getattr(speaker, name) for name in TEXTS} == {
        **TEXTS,
        "function_en": "Mayor",
        "biography_fr": "Née à Liège.\nÉlue <maire>.",
    }


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("function_en", "x" * 10_000, "This is 10000 characters long. Shorten it to 250."),
        ("biography_nl", "x" * 1501, "This is 1501 characters long. Shorten it to 1500."),
        (
            "biography_en",
            "a\x00b",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
        (
            "function_fr",
            "a\u202eb",
            "This has a character that cannot be printed. Type it again instead of pasting it.",
        ),
    ],
    ids=["long", "longer", "null", "turned"],
)
def test_a_bad_text_gets_its_message_and_costs_no_other(
    browser: Client, field: str, value: str, message: str
) -> None:
    link, token = invited()
    kept = "function_nl" if field != "function_nl" else "function_en"
    response = browser.post(f"/speak/{token}/texts/", {**TEXTS, field: value, kept: "Burgemeester & meer"})
    assert [response.status_code, response.context["form"].errors] == [200, {field: [message]}]
    assert "Burgemeester &amp; meer" in text_of(response)
    assert Speaker.objects.get(pk=link.speaker_id).function_nl in (None, "")  # type: ignore[attr-defined]


def test_a_biography_of_just_the_length_counts_line_ends_once(browser: Client) -> None:
    _link, token = invited()
    biography = ("x" * 99 + "\r\n") * 15
    assert browser.post(f"/speak/{token}/texts/", {**TEXTS, "biography_en": biography}).status_code == 302


def test_a_portrait_is_made_anew_shown_to_its_speaker_and_removed_with_its_files(
    browser: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    link, token = invited()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/speak/{token}/portrait/", {"portrait": upload(picture(), "me.png")})
    files = sorted(path.name.split("-")[1] for path in (tmp_path / "media/portraits").iterdir())
    assert files == ["144.avif", "144.jpg", "144.webp", "432.avif", "432.jpg", "432.webp"]
    seen = browser.get(f"/speak/{token}/portrait.jpg")
    assert [seen.status_code, seen["Content-Type"], seen["Cache-Control"]] == [200, "image/jpeg", "no-store"]
    # No consent yet: nobody else sees it.
    slug = link.speaker.slug
    assert browser.get(f"/speakers/{slug}/portrait-144.avif").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/speak/{token}/portrait/", {"portrait": upload(picture("JPEG", (300, 300)))})
    assert len(list((tmp_path / "media/portraits").iterdir())) == 6
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/speak/{token}/portrait/", {"remove": "1"})
    assert list((tmp_path / "media/portraits").iterdir()) == []
    assert browser.get(f"/speak/{token}/portrait.jpg").status_code == 404


def test_a_public_portrait_comes_in_sizes_and_formats_while_its_person_may_be_shown(browser: Client) -> None:
    link, token = invited()
    browser.post(f"/speak/{token}/portrait/", {"portrait": upload(picture())})
    browser.post(f"/speak/{token}/consent/", {"decision": "give"})
    base = f"/speakers/{link.speaker.slug}/portrait"
    addresses = [f"{base}-{size}.{ending}" for size in (144, 432) for ending in ("avif", "webp", "jpg")]
    answers = [browser.get(address) for address in (f"{base}.jpg", *addresses)]
    assert [(answer.status_code, answer["Content-Type"]) for answer in answers] == [
        (200, "image/jpeg"),
        *[(200, f"image/{kind}") for _size in (144, 432) for kind in ("avif", "webp", "jpeg")],
    ]
    assert len({answer["ETag"] for answer in answers}) == 6  # the one without a size is the large JPEG
    again = browser.get(addresses[0], headers={"If-None-Match": answers[1]["ETag"]})
    assert [again.status_code, again.content] == [304, b""]
    assert [
        browser.get(f"{base}-{wrong}").status_code for wrong in ("145.jpg", "144.gif", "9" * 30 + ".jpg")
    ] == [404] * 3
    browser.post(f"/speak/{token}/consent/", {"decision": "withdraw"})
    assert {browser.get(address).status_code for address in (f"{base}.jpg", *addresses)} == {404}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "This is a HEIC picture"),
        (b"GIF89a nothing", "This is not a JPEG, PNG, WebP or AVIF picture"),
        (picture("PNG", (20, 20)), "This picture is smaller than 144 by 144 pixels."),
        (b"", "This file is empty."),
    ],
    ids=["heic", "gif", "tiny", "empty"],
)
def test_what_is_no_portrait_gets_a_sentence(browser: Client, content: bytes, message: str) -> None:
    _link, token = invited()
    response = browser.post(f"/speak/{token}/portrait/", {"portrait": upload(content, "me.heic")})
    assert response.status_code == 200
    assert response.context["form"].errors["portrait"][0].startswith(message)


def test_a_consent_keeps_the_words_it_was_given_to_and_is_withdrawn_at_once(browser: Client) -> None:
    link, token = invited()
    for decision in ("give", "withdraw", "withdraw", "banana", "give"):
        browser.post(f"/speak/{token}/consent/", {"decision": decision})
    events = list(ConsentEvent.objects.order_by("pk").values_list("verb", "through", "language"))
    assert events == [("given", "link", "en"), ("withdrawn", "link", "en"), ("given", "link", "en")]
    wordings = list(ConsentEvent.objects.order_by("pk").values_list("wording", flat=True))
    assert [wordings[0].startswith("I agree that the European Forum"), wordings[1]] == [True, ""]
    speaker = Speaker.objects.get(pk=link.speaker_id)
    assert [speaker.is_shown, speaker.consent_withdrawn_at] == [True, None]
    assert ProcrastinateJob.objects.filter(args__kind="programme/speaker_confirmation").count() == 1


def hand_in(browser: Client, token: str, **changed: Any) -> Any:
    session = Appearance.objects.get().session
    data = {
        "session": session.pk,
        "title": "How <mediators> work",
        "slides_language": "nl",
        "file": upload(pdf(), "../../holiday.exe"),
        **changed,
    }
    return browser.post(f"/speak/{token}/slides/", data)


def test_slides_are_kept_for_the_organisers_alone_until_they_publish_them(
    browser: Client, django_capture_on_commit_callbacks: Any, tmp_path: Path
) -> None:
    link, token = invited()
    assert hand_in(browser, token).status_code == 302
    material = Material.objects.get()
    assert [material.title, material.kind, material.language, material.is_published, material.ending] == [
        "How <mediators> work",
        "slides",
        "nl",
        False,
        "pdf",
    ]
    assert [material.handed_in_by_id, (tmp_path / "media").exists()] == [link.speaker_id, False]
    address = f"/materials/{material.pk}/how-mediators-work.pdf"
    assert browser.get(address).status_code == 404
    assert browser.get(f"/media/{material.file.name}").status_code == 404
    assert "How &lt;mediators&gt; work" in text_of(browser.get(f"/speak/{token}/slides/"))
    storage, name = material.file.storage, material.file.name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"/speak/{token}/slides/", {"remove": material.pk})
    assert [Material.objects.count(), storage.exists(name)] == [0, False]


def test_what_is_published_is_no_longer_taken_back_by_the_link(browser: Client) -> None:
    _link, token = invited()
    hand_in(browser, token)
    Material.objects.update(is_published=True)
    for number in (Material.objects.get().pk, "9" * 30, "banana"):
        assert browser.post(f"/speak/{token}/slides/", {"remove": number}).status_code == 302
    assert Material.objects.count() == 1


def test_bad_slides_get_a_sentence_and_cost_no_other_answer(browser: Client, settings: Any) -> None:
    _link, token = invited()
    other, _token = invited()
    bad = {
        "file": [
            (upload(b"<svg onload='alert(1)'/>"), "This is not a file of one of these kinds"),
            (upload(b""), "This file is empty."),
        ],
        "session": [("999999", "Choose one of your sessions."), ("", "Choose the session.")],
        "title": [("", "Enter a title."), ("x" * 201, "This is 201 characters long. Shorten it to 200.")],
        "slides_language": [("xx", "Choose one of the languages.")],
    }
    Appearance.objects.filter(speaker=other.speaker).delete()
    for field, cases in bad.items():
        for value, message in cases:
            response = hand_in(browser, token, **{field: value})
            assert [response.status_code, list(response.context["form"].errors)] == [200, [field]]
            assert response.context["form"].errors[field][0].startswith(message)
    assert Material.objects.count() == 0
    for number in range(11):
        answer = hand_in(browser, token, title=f"Slides {number}")
    assert [answer.status_code, Material.objects.count()] == [200, 10]
    assert "You handed in 10 files for this session already." in text_of(answer)


def unusable_links() -> dict[str, str]:
    links = {"invented": "never-was-one"}
    for name in ("expired", "revoked", "replaced"):
        link, links[name] = invited()
        if name == "expired":
            SpeakerLink.objects.filter(pk=link.pk).update(expires_at=timezone.now())
        elif name == "revoked":
            actions.revoke_links(speaker=link.speaker)
        else:
            actions.send_links(speakers=[link.speaker], edition=link.edition, language="en", by=None)
    return links


def test_links_that_do_not_work_say_one_and_the_same(browser: Client) -> None:
    links = unusable_links()
    pages = [browser.get(f"/speak/{token}/{part}") for token in links.values() for part in PARTS]
    assert {(page.status_code, page.content) for page in pages} == {(404, pages[0].content)}
    posted = {browser.post(f"/speak/{token}/texts/", TEXTS).content for token in links.values()}
    assert posted == {pages[0].content}


def test_a_new_link_goes_to_the_known_mailbox_and_an_organiser_s_no_stands(browser: Client) -> None:
    links = unusable_links()
    before = SpeakerLink.objects.count()
    answers = {name: browser.post(f"/speak/{token}/", {"new_link": "1"}) for name, token in links.items()}
    assert {(answer.status_code, answer.content) for answer in answers.values()} == {
        (200, answers["invented"].content)
    }
    assert SpeakerLink.objects.count() == before + 2  # of the expired and the replaced one
    for _time in range(9):
        browser.post(f"/speak/{links['expired']}/", {"new_link": "1"})
    assert SpeakerLink.objects.count() == before + 2 + 2  # three an hour for one speaker


def test_the_log_does_not_hold_the_secret_of_a_link(browser: Client, caplog: Any) -> None:
    browser.get("/speak/a-secret-from-a-mail/texts/")
    assert caplog.messages == []
    assert masked("GET /speak/a-secret-from-a-mail/texts/ 500") == "GET /speak/•••/texts/ 500"


def test_links_are_for_those_with_an_address_and_a_session() -> None:
    link, _token = invited()
    silent = factories.speaker(name="No Address", email="")
    stranger = factories.speaker(name="No Session", email="b@example.org")
    before = SpeakerLink.objects.count()
    with pytest.raises(actions.NoAddress, match="No Address has no e-mail address"):
        actions.send_links(speakers=[link.speaker, silent], edition=link.edition, language="en", by=None)
    with pytest.raises(actions.NotASpeakerThere, match="No Session is in no session"):
        actions.send_links(speakers=[link.speaker, stranger], edition=link.edition, language="en", by=None)
    assert SpeakerLink.objects.count() == before


def test_a_link_lasts_until_two_months_after_the_edition() -> None:
    link, _token = invited()
    assert link.edition.ends_on is not None
    assert link.expires_at.astimezone(link.edition.zone).date() == link.edition.ends_on + timedelta(days=60)


def test_consents_are_written_with_their_history_and_once() -> None:
    speaker = factories.speaker(consented_at=None)
    organiser = factories.user()
    day = timezone.now() - timedelta(days=3)
    for _time in range(2):
        actions.set_consent(
            speaker=speaker, consented_at=day, withdrawn_at=None, through="organiser", by=organiser
        )
    actions.withdraw_consent(speaker=speaker, through="organiser", by=organiser)
    events = list(ConsentEvent.objects.order_by("pk").values_list("verb", "through", "recorded_by"))
    assert events == [("given", "organiser", organiser.pk), ("withdrawn", "organiser", organiser.pk)]
    assert ConsentEvent.objects.order_by("pk")[0].at == day
    speaker.refresh_from_db()
    assert [speaker.consented_at, speaker.is_shown] == [day, False]
