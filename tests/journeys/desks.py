"""The desk in a browser: devices that stand there, codes as pictures, and what a browser keeps."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import segno
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from efus_conference.models import Edition, User
from registration import actions
from registration.models import DeskDevice, Registration, Ticket
from registration.ticket_keys import signed
from tests.conftest import DemoSite

PASSPHRASE = "five blue trams at dawn"


def set_up_desk() -> Edition:
    edition = Edition.objects.get(is_current=True)
    actions.set_passphrase(edition=edition, passphrase=PASSPHRASE, by=organiser())
    return edition


def organiser() -> User:
    return User.objects.filter(is_superuser=True)[0]


def enter(page: Page, site: DemoSite, name: str, *, as_organiser: bool = False) -> DeskDevice:
    """The page's browser is a desk: a volunteer's, by a link of today, or an organiser's."""
    edition = Edition.objects.get(is_current=True)
    if not as_organiser:
        # By the form, as volunteers do: a browser says more of itself with it than Django's test client.
        today = timezone.now().astimezone(edition.zone).date()
        new = actions.make_desk_link(edition=edition, day=today, label=name, by=organiser())
        page.goto(f"{site.url}/en/desk/enter/{new.token}/")
        page.fill("input[name=pin]", new.pin)
        page.fill("input[name=name]", name)
        page.click("main form button")
        page.wait_for_url("**/en/desk/")
        return DeskDevice.objects.get(link=new.link)
    device = actions.enter_as_organiser(edition=edition, name=name, by=organiser())
    session = SessionStore()
    session["desk_device"] = str(device.pk)
    session.create()
    assert session.session_key
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site.url}]
    )
    return device


def open_desk(page: Page, passphrase: str = PASSPHRASE) -> None:
    page.goto("/en/desk/")
    unlock(page, passphrase)
    # Only now a reload finds the page without a network.
    expect(page.locator("body[data-offline=ready]")).to_be_attached()


def unlock(page: Page, passphrase: str = PASSPHRASE) -> None:
    page.fill("#passphrase", passphrase)
    page.click("#open")
    expect(page.locator("body[data-state=open]")).to_be_attached()


def picture(text: str) -> FilePayload:
    """A photo of a code."""
    file = BytesIO()
    segno.make(text, error="m").save(file, kind="png", scale=6, border=4)
    return {"name": "photo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def show(page: Page, text: str) -> None:
    """Holds a code before the device, as a photo: there is no camera here."""
    page.set_input_files("#photo", picture(text))


def ticket_of(registration: Registration) -> Ticket:
    return actions.ticket_for(registration)


def text_of(registration: Registration) -> str:
    return signed(ticket_of(registration))


def verdict(page: Page, tone: str, word: str) -> None:
    panel = page.locator("#verdict")
    expect(panel).to_have_class(f"verdict verdict-{tone}")
    expect(panel.locator(".verdict-word")).to_have_text(word)


def is_synced(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("Online")
    expect(page.locator("#waiting")).to_be_empty()


READ_ALL = """async () => {
  const all = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  const text = (bytes) => new TextDecoder("utf-8").decode(bytes) + new TextDecoder("utf-16le").decode(bytes);
  const plain = (value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? text(value)
    : value && typeof value === "object" ? Object.entries(value).map(([key, one]) => `${key} ${plain(one)}`).join(" ")
    : String(value);
  const answer = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  for (const { name } of await indexedDB.databases()) {
    const base = await answer(indexedDB.open(name));
    for (const store of base.objectStoreNames) {
      const rows = base.transaction(store).objectStore(store);
      all.push(store, ...(await answer(rows.getAllKeys())).map(String), ...(await answer(rows.getAll())).map(plain));
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) all.push(request.url, await (await cache.match(request)).text());
  }
  return all.join("\\n");
}"""


def stored_text(page: Page) -> str:
    """All that the page's browser keeps of the site, as text: databases, caches, storages, cookies."""
    return str(page.evaluate(READ_ALL))


def in_files(folder: Path, words: list[str]) -> list[str]:
    """Which of the words stand in a file below the folder, in the encodings browsers write."""
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    spellings: Callable[[str], list[bytes]] = lambda word: [word.encode(), word.encode("utf-16-le")]  # noqa: E731
    return [
        word for word in words if any(spelt in content for spelt in spellings(word) for content in contents)
    ]


def video(text: str, path: Path) -> Path:
    """What a camera sees that is held before a code: uncompressed video (YUV4MPEG2) of a second."""
    width, height = 640, 480
    code = (
        Image.open(BytesIO(picture(text)["buffer"])).convert("L").resize((360, 360), Image.Resampling.NEAREST)
    )
    frame = Image.new("L", (width, height), 200)
    frame.paste(code, (140, 60))
    grey = bytes([128]) * (width * height // 2)
    one = b"FRAME\n" + frame.tobytes() + grey
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + one * 10)
    return path
