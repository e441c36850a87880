"""What is taken for a video and for captions, and what is refused in words that say what to send instead."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from archive.captions import check_captions
from archive.videos import NO_VIDEO, check_address, ending_of_video, host_of

CUE = "00:01.000 --> 00:04.000\nGood morning.\n"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "https://www.youtube.com/live/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://vimeo.com/123456789",
        "https://vimeo.com/123456789/ab12cd34ef",
        "https://player.vimeo.com/video/123456789",
        "https://www.dailymotion.com/video/x8abcde",
        "https://dai.ly/x8abcde",
        "https://peertube.example/w/aBcDeFgHiJkLmNoPqRsTuV",
        "https://tube.example/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
        "https://audiovisual.ec.europa.eu/en/video/I-231256",
        "https://audiovisual.ec.europa.eu/en/media/video/I-231256",
        "https://city.example/films/Opening%20speech.MP4",
        "http://city.example/a.webm?download=1",
        "https://films.city.example:8443/a.webm",
        "https://été.example/a.mp4",
        "https://xn--t-9fab.xn--p1ai/a.mp4",
    ],
)
def test_the_page_of_one_video_or_a_file_is_taken(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@Efus",
        "https://www.youtube.com/playlist?list=PL123",
        "https://www.youtube.com/watch?v=short",
        "https://youtube.com.example/watch?v=dQw4w9WgXcQ",
        "https://vimeo.com/efus",
        "https://www.dailymotion.com/efus",
        "https://peertube.example/w/",
        "https://audiovisual.ec.europa.eu/en/photo/P-012345",
        "https://city.example/film.mp4.html",
        "https://city.example/picture.jpg",
        "javascript:alert(1)//a.mp4",
        "ftp://city.example/a.mp4",
        "https://[::1/a.mp4",
        "https:///a.mp4",
        "https://someone:secret@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com@city.example/a.mp4",
        "http://127.0.0.1/a.mp4",
        "http://[::1]/a.mp4",
        "http://2130706433.1/a.mp4",
        "http://city.example:99999/a.mp4",
        "http://city.example:banana/a.mp4",
        "https://city.example/\\x.mp4",
        "https://evil.example\\@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://city.example/x.mp4?<script>",
        "http://film.local/x.mp4",
        "http://localhost./x.mp4",
        "https://city.example\\x.example/a.mp4",
        "banana",
        "",
        "https://x.example/" + "a" * 10_000,
    ],
)
def test_an_address_that_opens_no_video_is_refused_with_what_is_taken(address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_address(address)
    assert refused.value.messages == [str(NO_VIDEO)]


@given(st.text(max_size=60))
def test_whatever_is_typed_is_taken_or_refused(text: str) -> None:
    with suppress(ValidationError):
        check_address(f"https://{text}")


def test_the_site_is_named_as_readers_know_it() -> None:
    assert [host_of(f"https://{host}/x") for host in ("www.youtube.com", "vimeo.com")] == [
        "youtube.com",
        "vimeo.com",
    ]


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "mp4"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "mp4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08\x42\x82\x84webm", "webm"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, ending: str) -> None:
    assert ending_of_video(SimpleUploadedFile("film.avi", content)) == ending


@pytest.mark.parametrize(
    "content",
    [
        b"\0\0\0\x14ftypqt  \0\0\0\0",
        b"\0\0\0\x18ftypheic\0\0\0\0",
        b"\x1a\x45\xdf\xa3\x93B\x82\x88matroska",
        b"RIFF\0\0\0\0AVI LIST",
        b"<html>film.mp4</html>",
        b"",
    ],
)
def test_a_file_that_browsers_do_not_play_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        ending_of_video(SimpleUploadedFile("film.mp4", content))
    assert refused.value.code == "no_video"


def test_a_file_that_is_too_large_says_how_large_it_may_be(settings: pytest.FixtureRequest) -> None:
    settings.VIDEOS_MAX_BYTES = 10  # type: ignore[attr-defined]
    with pytest.raises(ValidationError) as refused:
        ending_of_video(SimpleUploadedFile("film.mp4", b"\0" * 11))
    assert refused.value.code == "too_large"


def captions(text: str | bytes) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return check_captions(SimpleUploadedFile("captions.vtt", content))


def test_captions_keep_their_words_with_one_kind_of_line_ends() -> None:
    text = "\ufeffWEBVTT - Opening\r\n\r\n1\r\n00:00:01.000 --> 00:00:04.000 align:start\r\nGrüß Gott.\r\n"
    assert (
        captions(text).decode()
        == "WEBVTT - Opening\n\n1\n00:00:01.000 --> 00:00:04.000 align:start\nGrüß Gott.\n"
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("1\n00:00:01,000 --> 00:00:04,000\nSubRip\n", "no_webvtt", None),
        ("WEBVTTX\n\n" + CUE, "no_webvtt", None),
        ("", "no_webvtt", None),
        ("WEBVTT\n\nWords alone.\n", "no_cue", None),
        ("WEBVTT\n\n00:00:01,000 --> 00:00:04,000\nA comma\n", "wrong_times", 3),
        ("WEBVTT\n\n" + CUE + "\n00:61.000 --> 01:04.000\nSeconds\n", "wrong_times", 6),
        ("WEBVTT\n\n00:04.000 --> 00:01.000\nBackwards\n", "ends_too_early", 3),
        ("WEBVTT\n\n00:04.000 --> 00:04.000\nAt once\n", "ends_too_early", 3),
        ("WEBVTT\n\n" + CUE + "\0", "no_text", None),
        (b"WEBVTT\n\n\xff\xfe", "no_text", None),
        ("WEBVTT\n\n" + "x" * 1024 * 1024, "too_large", None),
    ],
)
def test_captions_that_are_none_are_refused_by_the_line(
    text: str | bytes, code: str, line: int | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        captions(text)
    assert (refused.value.code, (refused.value.params or {}).get("line")) == (code, line)
