"""What an edition leaves: documents, videos, photos, and who may read which file when."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from PIL import Image

from archive.actions.documents import delete_document, save_document
from archive.documents import COVER, check_pdf
from archive.models import Captions, Document, Photo, Picture, Video
from efus_conference.models import Edition
from tests import factories
from tests.declarations import making

pytestmark = pytest.mark.django_db

PDF = making.pdf()  # one, as each has the moment of its making
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0" + bytes(100)
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:04.000\nGood morning.\n"


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def document(edition: Edition, content: bytes | None = None, **fields: Any) -> Document:
    made = Document(**{"edition": edition, "title_en": "Report of the edition", "language": "en", **fields})
    pdf = check_pdf(SimpleUploadedFile("x.pdf", content or PDF))
    return save_document(document=made, pdf=pdf)


def address(found: Document) -> str:
    return f"/documents/{found.pk}/report-of-the-edition.pdf"


def main_of(client: Client, edition: Edition) -> str:
    html = client.get(edition.get_absolute_url()).content.decode()
    return html.split("<main", 1)[1].split("</main>")[0]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_document_stands_on_its_edition_s_page_with_its_first_page(client: Client) -> None:
    edition = factories.edition()
    kept = document(edition, kind="report")
    html = main_of(client, edition)
    assert "Documents Report of the edition Report · English PDF," in text_of(html)
    assert f'href="{address(kept)}"' in html
    assert f'<img src="/documents/{kept.pk}/cover.webp" width="240" height="320" alt=""' in html
    answer = client.get(address(kept))
    assert (answer.status_code, answer["Content-Type"], body(answer)) == (
        200,
        "application/pdf",
        PDF,
    )
    cover = client.get(f"/documents/{kept.pk}/cover.webp")
    assert cover["Content-Type"] == "image/webp"
    with kept.cover.open("rb") as file, Image.open(file) as picture:
        assert (picture.format, picture.size) == ("WEBP", COVER)
    cover.close()


def test_a_document_is_sent_in_parts_and_led_to_by_any_name(client: Client) -> None:
    kept = document(factories.edition())
    part = client.get(address(kept), headers={"range": "bytes=0-3"})
    assert (part.status_code, body(part)) == (206, b"%PDF")
    other = client.get(f"/documents/{kept.pk}/else.pdf")
    # For now only: under its next title the document has another name.
    assert (other.status_code, other["Location"]) == (302, address(kept))


@pytest.mark.parametrize("hidden", ["document", "edition"])
def test_what_is_not_published_is_nobody_s_to_read_but_organisers(client: Client, hidden: str) -> None:
    edition = factories.edition(is_published=hidden != "edition")
    kept = document(edition, is_published=hidden != "document")
    answers = [
        client.get(address(kept)).status_code,
        client.get(f"/documents/{kept.pk}/cover.webp").status_code,
    ]
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    own = client.get(f"/admin/archive/document/{kept.pk}/file/")
    assert (answers, own.status_code) == ([404, 404], 200)
    own.close()


@pytest.mark.parametrize("key", ["0", "99999999999999999999"])
def test_a_number_that_is_none_is_not_found(client: Client, key: str) -> None:
    paths = [
        f"/documents/{key}/a.pdf",
        f"/documents/{key}/cover.webp",
        f"/videos/{key}.mp4",
        f"/captions/{key}.vtt",
    ]
    assert [client.get(path).status_code for path in paths] == [404] * 4


def upload(organiser: Client, edition: Edition, name: str, content: bytes, **fields: str) -> Any:
    values = {"edition": edition.pk, "kind": "report", "language": "en", "order": "10", "title_en": "Report"}
    sent = {**values, "file": SimpleUploadedFile(name, content), **fields}
    return organiser.post("/admin/archive/document/add/", sent)


def test_an_organiser_uploads_a_pdf_and_its_pages_are_counted(organiser: Client) -> None:
    edition = factories.edition()
    assert upload(organiser, edition, "r.pdf", PDF).status_code == 302
    kept = Document.objects.get()
    assert (kept.pages, kept.size, len(kept.sha256), kept.is_published) == (1, len(PDF), 64, False)


@pytest.mark.parametrize(
    ("content", "fields", "said"),
    [
        (b"PK\3\4 a Word file", {}, "This is no PDF."),
        (b"%PDF-1.7 broken", {}, "Save"),
        (b"", {}, "empty"),
        (PDF, {"language": "banana"}, "is no language’s code"),
        (PDF, {"title_en": "T" * 10_000}, "at most 200"),
    ],
)
def test_what_is_no_document_is_refused_in_words_and_nothing_is_kept(
    organiser: Client, content: bytes, fields: dict[str, str], said: str
) -> None:
    answer = upload(organiser, factories.edition(), "r.pdf", content, **fields)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert 'value="Report"' in answer.content.decode() or "title_en" in fields
    assert not Document.objects.exists()


def test_the_same_file_twice_is_told_beside_the_file(organiser: Client) -> None:
    edition = factories.edition()
    document(edition)
    answer = upload(organiser, edition, "r.pdf", PDF)
    assert "This edition has this very file already." in answer.content.decode()


def test_a_file_larger_than_is_taken_says_how_large_it_may_be(organiser: Client, settings: Any) -> None:
    settings.MATERIALS_MAX_BYTES = 1024 * 1024
    answer = upload(organiser, factories.edition(), "r.pdf", b"%PDF-" + bytes(1024 * 1024))
    assert "This file is larger than 1 MB." in answer.content.decode()


def test_the_files_of_a_deleted_document_go(django_capture_on_commit_callbacks: Any) -> None:
    kept = document(factories.edition())
    storage, names = kept.file.storage, [kept.file.name, kept.cover.name]
    with django_capture_on_commit_callbacks(execute=True):
        delete_document(document=kept)
    assert [storage.exists(name) for name in names] == [False, False]


def test_a_document_that_can_t_be_saved_leaves_no_file() -> None:
    edition = factories.edition()
    kept = document(edition)
    before = stored(kept)
    with pytest.raises(IntegrityError), transaction.atomic():
        document(edition)
    assert stored(kept) == before


def stored(kept: Document) -> set[str]:
    return set(kept.file.storage.listdir("documents")[1])


def test_the_files_of_a_deleted_edition_go(
    organiser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    edition = factories.edition(is_published=False, is_current=False)
    kept = document(edition)
    film = video(edition, file=ContentFile(MP4, "0123.mp4"))
    files = [kept.file, kept.cover, film.file]
    with django_capture_on_commit_callbacks(execute=True):
        answer = organiser.post(f"/admin/efus_conference/edition/{edition.pk}/delete/", {"post": "yes"})
    assert (answer.status_code, Edition.objects.filter(pk=edition.pk).exists()) == (302, False)
    assert [file.storage.exists(file.name) for file in files] == [False] * 3


def test_a_form_without_a_document_asks_nothing_of_its_file(organiser: Client) -> None:
    kept = document(factories.edition())
    pages = [
        organiser.get(f"/admin/archive/document/{page}/").content.decode()
        for page in ("add", f"{kept.pk}/change")
    ]
    assert ["SHA-256" in page for page in pages] == [False, True]


def video(edition: Edition, **fields: Any) -> Video:
    return Video.objects.create(**{"edition": edition, "title_en": "Opening", **fields})


def test_a_video_elsewhere_is_a_link_that_names_the_other_site(client: Client) -> None:
    edition = factories.edition()
    video(edition, address="https://www.youtube.com/watch?v=dQw4w9WgXcQ", language="fr", seconds=754)
    html = main_of(client, edition)
    assert "Opening Opens at youtube.com, another site · French · 13 minutes" in text_of(html)
    assert re.findall(r'(?:src|srcset|poster)="(https?:[^"]+)"', html) == []


def test_a_video_that_is_kept_here_is_played_here_with_captions_and_transcript(client: Client) -> None:
    edition = factories.edition()
    still = Picture.objects.create(digest="a" * 20, width=960, height=540, alt="The hall")
    kept = video(edition, file=ContentFile(MP4, "0123.mp4"), transcript_en="Good morning.", still=still)
    captions = Captions.objects.create(
        video=kept, language="en", file=ContentFile(CAPTIONS.encode(), "a.vtt")
    )
    html = main_of(client, edition)
    assert 'preload="none"' in html
    assert f'<source src="/videos/{kept.pk}.mp4" type="video/mp4">' in html
    assert f'<track kind="captions" src="/captions/{captions.pk}.vtt" srclang="en" label="English">' in html
    assert "Opening Played here Transcript · Opening Good morning." in text_of(html)
    part = client.get(f"/videos/{kept.pk}.mp4", headers={"range": "bytes=4-7"})
    assert (part.status_code, part["Content-Type"], body(part)) == (206, "video/mp4", b"ftyp")
    said = client.get(f"/captions/{captions.pk}.vtt")
    assert (said["Content-Type"], body(said).decode()) == ("text/vtt; charset=utf-8", CAPTIONS)
    assert client.get(f"/videos/{kept.pk}.webm").status_code == 404


def test_a_video_of_whom_nothing_is_held_is_named_only(client: Client) -> None:
    edition = factories.edition()
    video(edition, function_en="Mayor")
    assert "their names are on record, the recordings are not. Opening Mayor" in text_of(
        main_of(client, edition)
    )


def test_the_video_of_a_speaker_who_withdrew_is_not_sent(client: Client) -> None:
    speaker = factories.speaker(consent_withdrawn_at=factories.NINE)
    kept = video(factories.edition(), speaker=speaker, file=ContentFile(MP4, "0123.mp4"))
    captions = Captions.objects.create(video=kept, language="en", file=ContentFile(b"WEBVTT", "a.vtt"))
    answers = [
        client.get(path).status_code for path in (f"/videos/{kept.pk}.mp4", f"/captions/{captions.pk}.vtt")
    ]
    assert answers == [404, 404]


def save_video(organiser: Client, edition: Edition, **fields: Any) -> Any:
    values = {"edition": edition.pk, "order": "10", "title_en": "Opening", "language": ""}
    forms = {"captions-TOTAL_FORMS": "0", "captions-INITIAL_FORMS": "0"}
    return organiser.post("/admin/archive/video/add/", {**values, **forms, **fields})


def test_an_organiser_gives_a_video_with_captions(organiser: Client) -> None:
    captions = {
        "captions-TOTAL_FORMS": "1",
        "captions-0-language": "en",
        "captions-0-file": SimpleUploadedFile("said.vtt", CAPTIONS.encode()),
    }
    answer = save_video(organiser, factories.edition(), file=SimpleUploadedFile("f.mp4", MP4), **captions)
    assert answer.status_code == 302
    kept = Video.objects.get()
    assert re.fullmatch(r"videos/[0-9a-f]{20}(_\w+)?\.mp4", kept.file.name or "")
    assert re.fullmatch(r"captions/[0-9a-f]{20}(_\w+)?\.vtt", kept.captions.get().file.name or "")


def test_a_video_that_is_kept_here_may_give_way_to_an_address(
    organiser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    kept = video(factories.edition(), file=ContentFile(MP4, "0123.mp4"))
    page, storage, name = f"/admin/archive/video/{kept.pk}/change/", kept.file.storage, kept.file.name
    assert 'name="file-clear"' in organiser.get(page).content.decode()
    assert 'name="file-clear"' not in organiser.get("/admin/archive/video/add/").content.decode()
    values = {"edition": kept.edition_id, "order": "10", "title_en": "Opening", "language": ""}
    forms = {"captions-TOTAL_FORMS": "0", "captions-INITIAL_FORMS": "0"}
    address = "https://youtu.be/dQw4w9WgXcQ"
    with django_capture_on_commit_callbacks(execute=True):
        answer = organiser.post(page, {**values, **forms, "address": address, "file-clear": "on"})
    kept.refresh_from_db()
    assert (answer.status_code, kept.address, kept.file.name, storage.exists(name)) == (
        302,
        address,
        "",
        False,
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": "https://example.org/news"}, "This is no address of a video that we know."),
        ({"address": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"file": b"no video"}, "This is no MP4 or WebM video"),
        ({"file": MP4, "address": "https://youtu.be/dQw4w9WgXcQ"}, "not both"),
    ],
)
def test_what_is_no_video_is_refused_and_nothing_typed_is_lost(
    organiser: Client, fields: dict[str, Any], said: str
) -> None:
    sent = {**fields}
    if "file" in sent:
        sent["file"] = SimpleUploadedFile("f.mp4", sent["file"])
    answer = save_video(organiser, factories.edition(), **sent)
    html = answer.content.decode()
    assert (answer.status_code, said in html, 'value="Opening"' in html) == (200, True, True)
    assert not Video.objects.exists()


def test_photos_stand_in_an_album_with_who_took_them(client: Client) -> None:
    edition = factories.edition()
    picture = Picture.objects.create(
        digest="a" * 20, width=960, height=540, alt="The hall", credit="A. Nyone"
    )
    Photo.objects.create(edition=edition, picture=picture)
    html = main_of(client, edition)
    assert "Photos Photo: A. Nyone" in text_of(html)
    assert 'alt="The hall"' in html


def test_the_map_shows_each_city_once_with_the_years_of_its_editions(client: Client) -> None:
    first = factories.edition(number=501, slug="first", year=2000, is_current=False)
    city = first.hosting.get().organisation
    city.name_en, city.latitude, city.longitude = "Napoli", "40.8522", "14.2681"
    city.save()
    again = factories.edition(number=502, slug="again", year=2004, is_current=False)
    again.hosting.update(organisation=city)
    html = client.get("/en/editions/").content.decode()
    assert re.findall(r"<title>([^<]*Napoli[^<]*)</title>", html) == ["Napoli 2000, 2004"]
    assert "The host cities in Europe" in html
    assert "The host cities in the world" not in html
