"""What is taken for a video: an address that opens one elsewhere, or a file that is kept here."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

NO_VIDEO = _(
    "This is no address of a video that we know. Taken are the page of one video at YouTube, Vimeo, Dailymotion, a "
    "PeerTube site (its address has /w/ in it) or the European Union’s audiovisual portal, and a file that ends with "
    ".mp4 or .webm."
)
NO_FILE = _(
    "This is no MP4 or WebM video that browsers play. Save or export it as MP4 (H.264), and send that."
)
TOO_LARGE = _(
    "This file is larger than %(megabytes)d MB. Save it smaller, or put it on a video site and give its address."
)
TYPES = {"mp4": "video/mp4", "webm": "video/webm"}

YOUTUBE_ID = re.compile(r"[\w-]{11}")
NUMBER = re.compile(r"\d{1,18}")
# The path behind the host, by the host without “www.” and “m.”
PATHS = {
    "youtube.com": re.compile(r"/(?:live|shorts|embed|v)/[\w-]{11}/?"),
    "youtube-nocookie.com": re.compile(r"/embed/[\w-]{11}/?"),
    "youtu.be": re.compile(r"/[\w-]{11}/?"),
    "vimeo.com": re.compile(
        r"/(?:channels/[\w-]+/|groups/[\w-]+/videos/|event/)?\d{1,18}(?:/[\da-f]{6,20})?/?"
    ),
    "player.vimeo.com": re.compile(r"/video/\d{1,18}/?"),
    "dailymotion.com": re.compile(r"/(?:embed/)?video/[A-Za-z0-9]{4,20}(?:_[\w-]*)?/?"),
    "dai.ly": re.compile(r"/[A-Za-z0-9]{4,20}/?"),
    "audiovisual.ec.europa.eu": re.compile(r"/(?:[a-z]{2}/)?(?:media/)?video/I-\d{3,9}/?", re.IGNORECASE),
}
# Anybody may run a PeerTube: it is known by its paths, of a short or a long id.
PEERTUBE = re.compile(
    r"/(?:w|videos/(?:watch|embed))/(?:[1-9A-HJ-NP-Za-km-z]{22}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/?"
)
# A name that ends in letters: numbers alone are somebody's own machine.
HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:xn--[a-z\d-]+|[^\W\d_]{2,})")
NOT_OF_THE_WEB = (".local", ".localdomain", ".internal", ".localhost")
ODD = re.compile(r"[\\<>\"\s]")
FILE = re.compile(r"/[^\x00-\x20]*\.(?:mp4|webm)", re.IGNORECASE)


def check_address(address: str) -> None:
    """ValidationError, which says what is taken, for an address that opens no video."""
    if not _opens_a_video(address):
        raise ValidationError(NO_VIDEO, code="no_video")


def _opens_a_video(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        parts.port  # noqa: B018 - raises ValueError for a number that is no port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(host) or host.endswith(NOT_OF_THE_WEB):
        return False
    # Browsers and people read another host in these.
    if "@" in parts.netloc or ODD.search(address):
        return False
    host = re.sub(r"^(?:www|m)\.", "", host)
    if host == "youtube.com" and parts.path.rstrip("/") == "/watch":
        return any(YOUTUBE_ID.fullmatch(found) for found in parse_qs(parts.query).get("v", []))
    if host in PATHS:
        return PATHS[host].fullmatch(parts.path) is not None
    return PEERTUBE.fullmatch(parts.path) is not None or FILE.fullmatch(parts.path) is not None


def host_of(address: str) -> str:
    """The site that an address opens, as readers know it: “youtube.com”."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def ending_of_video(upload: UploadedFile) -> str:
    """“mp4” or “webm”, by the content; ValidationError with a kind sentence for anything else."""
    most = settings.VIDEOS_MAX_BYTES
    if upload.size is None or upload.size > most:
        raise ValidationError(TOO_LARGE, code="too_large", params={"megabytes": most // (1024 * 1024)})
    upload.seek(0)
    start: bytes = upload.read(4096)
    upload.seek(0)
    # ISO/IEC 14496-12: a box “ftyp” first, whose brand is no still picture's nor QuickTime's own.
    if start[4:8] == b"ftyp" and (
        start[8:11] in (b"iso", b"mp4", b"M4V", b"avc", b"dby") or start[8:12] == b"MSNV"
    ):
        return "mp4"
    # Matroska's header (RFC 9559) with the document type of WebM.
    if start.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in start[:64]:
        return "webm"
    raise ValidationError(NO_FILE if upload.size else _("This file is empty."), code="no_video")


def name_of_content(upload: UploadedFile, ending: str) -> str:
    """A name made from what is in it: a file that changes has another name."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return f"{digest.hexdigest()[:20]}.{ending}"
