"""Files in parts, as players and readers of PDFs ask for them (RFC 9110, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import Http404
from django.test import RequestFactory

from efus_conference.stored_files import file_response, part_asked

CONTENT = bytes(range(100))


@pytest.fixture
def file(tmp_path: Any) -> Iterator[Any]:
    class Stored:
        storage = FileSystemStorage(tmp_path)
        name = storage.save("0123456789.mp4", ContentFile(CONTENT))
        answers: ClassVar[list[Any]] = []

    yield Stored
    for answer in Stored.answers:
        answer.close()


def asked(file: Any, method: str = "get", **headers: str) -> Any:
    request = getattr(RequestFactory(), method)("/", headers=headers)
    response = file_response(request, file, name="film.mp4", content_type="video/mp4")
    file.answers.append(response)
    return response


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("Bytes=5-5", (5, 6)),
        ("bytes=100-", (100, 100)),
        ("bytes=-0", (100, 100)),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("", None),
    ],
)
def test_a_header_asks_for_one_part_or_is_left_alone(header: str, part: tuple[int, int] | None) -> None:
    assert part_asked(header, 100) == part


def test_a_part_is_answered_with_where_it_stands(file: Any) -> None:
    response = asked(file, range="bytes=10-19")
    assert (response.status_code, response["Content-Range"], response["Content-Length"], body(response)) == (
        206,
        "bytes 10-19/100",
        "10",
        CONTENT[10:20],
    )
    assert (response["Content-Type"], response["Accept-Ranges"]) == ("video/mp4", "bytes")


def test_without_a_part_the_whole_file_comes(file: Any) -> None:
    response = asked(file)
    assert (response.status_code, body(response), response["Cache-Control"]) == (200, CONTENT, "no-cache")
    assert "film.mp4" in response["Content-Disposition"]


def test_a_part_beyond_the_end_is_refused_with_the_length(file: Any) -> None:
    response = asked(file, range="bytes=100-")
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */100")


def test_a_part_of_another_version_is_of_no_use(file: Any) -> None:
    etag = asked(file)["ETag"]
    assert asked(file, range="bytes=0-9", **{"if-range": etag}).status_code == 206
    assert body(asked(file, range="bytes=0-9", **{"if-range": '"another"'})) == CONTENT


def test_who_has_it_gets_nothing_again(file: Any) -> None:
    etag = asked(file)["ETag"]
    assert asked(file, **{"if-none-match": etag}).status_code == 304


def test_only_the_head_is_told_of_the_whole(file: Any) -> None:
    assert asked(file, "head", range="bytes=0-9").status_code == 200


def test_a_file_that_is_gone_is_not_found(file: Any) -> None:
    file.storage.delete(file.name)
    with pytest.raises(Http404):
        asked(file)
