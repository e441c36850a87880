"""A city shows the signatories in a frame of its own site, and can frame nothing else of ours."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import DemoSite
from tests.declarations.making import invited, office, published, submitted

REGISTER = "/en/declarations/brussels-declaration-2022"


@contextmanager
def city(addresses: list[str]) -> Iterator[str]:
    """The address of a page at 127.0.0.1, a host and port of its own, with each of these in a frame."""
    frames = "".join(f'<iframe src="{address}" width="600" height="400"></iframe>' for address in addresses)
    body = f'<!DOCTYPE html><html lang="en"><title>A city</title>{frames}'.encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_a_city_frames_the_page_to_embed_as_its_readers_see_it(
    language: str, browser: Browser, demo_site: DemoSite
) -> None:
    address = f"{demo_site.url}/{language}/declarations/brussels-declaration-2022/embed/"
    context = browser.new_context(java_script_enabled=False, viewport={"width": 700, "height": 500})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    with city([address]) as site:
        page.goto(site)
        frame = page.frame_locator("iframe")
        expect(frame.locator("html")).to_have_attribute("lang", language)
        expect(frame.locator(".register-count")).to_contain_text("11")
        # The stylesheet was let in with the page: without it the land is black.
        expect(frame.locator(".map-land").first).not_to_have_css("fill", "rgb(0, 0, 0)")
        frame.locator("summary").click()
        expect(frame.locator("details li")).to_have_count(11)
        # What it links to opens beside the city's page, never inside it.
        assert {link.get_attribute("target") for link in frame.locator("a").all()} == {"_blank"}
        with context.expect_page() as opened:
            frame.locator("h1 a").click()
        expect(opened.value.locator("main h1")).to_be_visible()
        assert opened.value.evaluate("window.opener") is None
    assert errors == []
    assert context.cookies() == []
    context.close()


def test_no_browser_shows_any_other_page_in_a_city_s_frame(browser: Browser, demo_site: DemoSite) -> None:
    declaration = published(is_demonstration=True)
    _invitation, token = invited(office(declaration))
    signature = submitted(office(declaration))
    others = [
        *("/", "/en/", "/en/programme/", "/en/search/", "/en/accounts/login/", "/check/"),
        *("/en/declarations/", f"{REGISTER}/", f"{REGISTER}/signatories/", f"{REGISTER}/signatories/riga/"),
        *(f"{REGISTER}/signatories/banana/", "/en/declarations/banana/embed/", "/banana"),
        *(f"/sign/{token}", f"/sign/{token}/code", f"/sign/{token}/decline", f"/sign/{'x' * 43}"),
        *(f"/sign/receipt/{signature.receipt_code}/", f"/sign/receipt/{signature.receipt_code}/withdraw"),
        *("/admin/", f"/admin/declarations/signature/{signature.pk}/verify"),
    ]
    context = browser.new_context()
    page = context.new_page()
    refused: list[str] = []
    page.on("requestfailed", lambda request: refused.append(request.failure or ""))
    with city([demo_site.url + address for address in [f"{REGISTER}/embed/", *others]]) as site:
        with page.expect_event("requestfailed", lambda _request: len(refused) == len(others)):
            page.goto(site)
        # The control: beside them, the page to embed is shown.
        expect(page.frame_locator("iframe >> nth=0").locator("h1")).to_have_text(re.compile("Brussels"))
        assert [frame.url for frame in page.frames if frame.url.startswith(demo_site.url)] == [
            f"{demo_site.url}{REGISTER}/embed/"
        ]
    assert refused == ["net::ERR_BLOCKED_BY_RESPONSE"] * len(others)
    context.close()
