"""The page that checks a declaration from one's own disk: in a real browser, without a network.

It is opened as a reader opens it, as a file; nothing of the site runs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, Request, expect

from declarations.verifier import verify
from tests.declarations.log.bundles import CASES, Case, printed
from tests.declarations.log.trials import BODIES, KEY, log_id, trial

CHECK = Path(settings.BASE_DIR, "declarations", "verifier", "check.html")
GOOD = Case("", trial(5).bundle(), [], fingerprint=printed(KEY))
OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """The page in a browser of its own without a network; whatever it asks for, or reports as an error, fails.

    Options as Playwright's new_context takes them, and `script`, which runs before the page's own.
    """
    contexts, troubles = [], []
    copy = tmp_path / "check.html"
    copy.write_bytes(CHECK.read_bytes())

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            troubles.append(message.text)

    def asked(request: Request) -> None:
        if request.url != copy.as_uri():
            troubles.append(request.url)

    def new(script: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
        context.set_default_timeout(15_000)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", asked)
        if script:
            page.add_init_script(script)
        page.goto(copy.as_uri())
        page.wait_for_selector("body[data-ready]")
        return page

    yield new
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


def file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


def fill(page: Page, case: Case) -> None:
    page.click("#clear")
    page.set_input_files("#bundle", [file("bundle.json", case.bundle)])
    page.fill("#key", case.fingerprint)
    page.evaluate("document.getElementById('more').open = true")
    page.fill("#name", case.signature)
    if case.older is not None:
        page.set_input_files("#older", [file("checkpoint", case.older)])
    if case.receipts:
        receipts = [file(f"{number}.tlog-proof", each) for number, each in enumerate(case.receipts)]
        page.set_input_files("#receipts", receipts)


def verdicts(page: Page) -> list[dict[str, str]]:
    page.click("#check")
    expect(page.locator("#outcome")).to_be_visible()
    found: list[dict[str, str]] = json.loads(page.locator("#verdicts").text_content() or "")
    return found


def said_by_the_program(case: Case) -> list[dict[str, str]]:
    return verify.check(case.bundle, case.fingerprint, case.older, case.receipts, case.signature)


def test_page_and_program_give_the_same_verdicts_on_all_bundles(page: Page) -> None:
    typed = [case for case in CASES if len(verify.digits_of(case.fingerprint)) in (0, 64)]
    found, ends = {}, {}
    for case in typed:
        fill(page, case)
        found[case.name] = verdicts(page)
        ends[case.name] = page.locator("#whole").text_content()
    assert found == {case.name: case.expected for case in typed}
    assert found == {case.name: said_by_the_program(case) for case in typed}
    whole = verify.SENTENCES["en"]
    assert ends == {case.name: whole[f"whole.{verify.conclusion(case.expected)}"] for case in typed}


@pytest.mark.slow
def test_page_and_program_say_the_same_of_files_that_were_damaged(page: Page) -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage each time
    asked = []
    while len(asked) < 300:
        case = chance.choice(CASES)
        files = [case.bundle, case.older or trial(2).checkpoint(), *(case.receipts or [trial(3).receipt(1)])]
        at = chance.randrange(len(files))
        files[at] = damaged(files[at], chance)
        asked.append(Case(case.name, files[0], [], case.fingerprint, files[1], (*files[2:],), case.signature))
    given = [
        {
            "bundle": c.bundle,
            "fingerprint": c.fingerprint,
            "older": c.older,
            "receipts": c.receipts,
            "signature": c.signature,
        }
        for c in asked
    ]
    all_of_them = "async all => { const said = []; for (const each of all) said.push((await checked(each)).verdicts); return said; }"
    found = page.evaluate(all_of_them, given)
    assert found == [said_by_the_program(case) for case in asked]


def damaged(text: str, chance: random.Random) -> str:
    """Something put in, taken out, or one character changed."""
    at = chance.randrange(len(text) + 1)
    some = [
        '"',
        "\\",
        "[",
        "}",
        "1",
        "-0",
        "1e2",
        "null",
        " ",
        "\n",
        "\r\n",
        "\u0301",
        "\u2028",
        "\x00",
        "__proto__",
        "\\ud800",
    ]
    how = chance.random()
    if how < 0.4:
        return text[:at] + chance.choice(some) + text[at:]
    if how < 0.7:
        return text[:at] + text[at + chance.randrange(1, 6) :]
    return text[:at] + "".join(chr(ord(each) ^ 1) for each in text[at : at + 1]) + text[at + 1 :]


def test_a_slip_in_the_fingerprint_is_said_before_anything_is_checked(page: Page) -> None:
    case = next(case for case in CASES if case.name == "half a fingerprint")
    fill(page, case)
    page.click("#check")
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#key-error")).to_have_text(verify.COMMAND["en"]["no_fingerprint"])
    expect(page.locator("#outcome")).to_be_hidden()
    assert page.input_value("#key") == case.fingerprint
    checked = "given => checked(given).then(({verdicts}) => verdicts)"
    assert page.evaluate(checked, {"bundle": case.bundle, "fingerprint": case.fingerprint}) == case.expected


def test_without_a_file_it_asks_for_one_and_keeps_what_was_typed(page: Page) -> None:
    page.fill("#key", "banana")
    page.click("#check")
    expect(page.locator("#problems li")).to_have_count(2)
    page.click("#problems a >> nth=0")
    expect(page.locator("#bundle")).to_be_focused()
    assert page.input_value("#key") == "banana"


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_a_reader_is_told_the_same_in_each_language_as_by_the_program(page: Page, language: str) -> None:
    case = Case("", GOOD.bundle, [], fingerprint=GOOD.fingerprint, signature="Bstadt", older="rubbish")
    fill(page, case)
    told = verdicts(page)
    page.click(f".tongues button[lang={language}]")
    expect(page.locator("html")).to_have_attribute("lang", language)
    say = verify.SENTENCES[language]
    assert page.locator(".verdicts h3").all_text_contents() == [
        say[f"title.{each['check']}"] + say[f"word.{each['verdict']}"] for each in told
    ]
    assert page.locator(".verdicts p:not(.whom)").all_text_contents() == [
        verify.sentence(each, told, language) for each in told
    ]
    expect(page.locator("#whole")).to_have_text(say["whole.slip"])
    assert page.locator("#limits li").all_text_contents() == [
        text for code, text in say.items() if code.startswith("limits.") and code != "limits.title"
    ]


def test_it_opens_in_the_reader_s_language(open_page: OpenPage) -> None:
    tongues = {
        each: open_page(locale=each).locator("html").get_attribute("lang")
        for each in ("fr-BE", "nl-BE", "de-DE")
    }
    assert tongues == {"fr-BE": "fr", "nl-BE": "nl", "de-DE": "en"}


def test_the_signature_asked_for_is_told_with_what_the_log_says_of_it(page: Page) -> None:
    fill(page, Case("", GOOD.bundle, [], fingerprint=GOOD.fingerprint, signature="bstadt"))
    assert verdicts(page)[-1]["about"] == log_id("Bstadt")
    told = dict(
        zip(
            page.locator("#told dt").all_text_contents(),
            page.locator("#told dd").all_text_contents(),
            strict=True,
        )
    )
    fingerprint = " ".join(GOOD.fingerprint[at : at + 4] for at in range(0, 64, 4))
    assert {name: told[name] for name in list(told)[:10]} == {
        "Declaration": "Trial declaration",
        "Note": "A demonstration: its text and its signatures are invented.",
        "City": "Bstadt",
        "Who signed": "Robin Bstadt",
        "Office": "Mayor",
        "Signed on": "20 November 2026",
        "Entered on": "21 November 2026",
        "Number of its entry": "2",
        "Signatures that stand": "5",
        "Signatures withdrawn or replaced": "0",
    }
    assert told["Fingerprint of the key that signed"] == fingerprint


def test_each_of_one_name_and_whose_each_receipt_is_are_told_as_by_the_program(page: Page) -> None:
    made = trial(2).add_signature("Aville abroad", names={"en": "Aville"}, country="FR").add_end("Aville")
    receipts = (made.receipt(1), "rubbish", made.receipt(0), made.receipt(4))
    fill(page, Case("", made.bundle(), [], printed(KEY), receipts=receipts, signature="aville"))
    assert verdicts(page)[-1]["fault"] == "signature.several"
    _made, log = verify.examine(made.bundle(), printed(KEY), None, (), "")
    assert log is not None
    first, other = (" · ".join([*verify.whom(log, index, "en")]) for index in (1, 3))
    assert first == "Aville · Robin Aville · Mayor · signed on 20 November 2026 · entry 1 · withdrawn"
    assert page.locator(".verdicts .whom").all_text_contents() == [
        first,
        first,
        f"{first} · {log_id('Aville')}",
        f"{other} · {log_id('Aville abroad')}",
    ]


def test_the_mark_of_a_demonstration_is_the_one_that_was_signed(page: Page) -> None:
    told = trial(1).told()
    told["declaration"]["is_demonstration"] = False
    fill(page, Case("", json.dumps(told), [], fingerprint=printed(KEY)))
    assert {each["verdict"] for each in verdicts(page)} == {"holds", "not_asked"}
    expect(page.locator("#told")).to_contain_text(verify.SENTENCES["en"]["log.demonstration"])


def test_a_fingerprint_is_seen_whole_where_it_is_compared(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 390, "height": 800})
    page.fill("#key", " ".join(GOOD.fingerprint[at : at + 4] for at in range(0, 64, 4)))
    assert page.evaluate("(k => k.scrollHeight <= k.clientHeight)(document.getElementById('key'))")


def test_a_copy_of_a_text_is_compared_with_what_was_logged(page: Page) -> None:
    copies = [BODIES["fr"], BODIES["fr"].replace("\n", "\r\n"), BODIES["fr"].upper(), ""]
    found = []
    for copy in copies:
        fill(page, GOOD)
        page.set_input_files("#copy", [file("copy.txt", copy)])
        found.append(verdicts(page)[-1])
    _made, log = verify.examine(GOOD.bundle, GOOD.fingerprint, None, (), "")
    assert found == [verify.text_verdict(log, copy.encode()) for copy in copies]
    assert [each["fault"] for each in found] == ["", "text.lines", "text.other", "text.other"]


def test_a_state_read_from_the_stage_s_code_is_pasted(page: Page) -> None:
    found = []
    for older in (trial(2).checkpoint(), trial(2).checkpoint().strip(), trial(7).checkpoint(), "banana", " "):
        fill(page, GOOD)
        page.fill("#older-text", older)
        found += [each["fault"] or each["verdict"] for each in verdicts(page) if each["check"] == "growth"]
    assert found == ["holds", "holds", "growth.larger", "growth.malformed", "not_asked"]


def test_what_was_found_is_gone_as_soon_as_something_else_is_asked(page: Page) -> None:
    fill(page, GOOD)
    verdicts(page)
    page.fill("#name", "Zville")
    expect(page.locator("#outcome")).to_be_hidden()
    assert page.locator("#verdicts").text_content() == "null"


def test_dropped_files_go_where_they_belong(page: Page) -> None:
    made = trial(5)
    files = [
        ("a", made.receipt(1)),
        ("b", trial(2).checkpoint()),
        ("c", made.bundle()),
        ("d", BODIES["en"]),
    ]
    page.evaluate(
        """files => {
            const dataTransfer = new DataTransfer();
            for (const [name, text] of files) dataTransfer.items.add(new File([text], name));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
        }""",
        files,
    )
    expect(page.locator("#copy-chosen")).to_have_text("d")
    assert {
        each: page.locator(f"#{each}-chosen").text_content()
        for each in ("receipts", "older", "bundle", "copy")
    } == {"receipts": "a", "older": "b", "bundle": "c", "copy": "d"}


def test_names_from_a_file_are_words_and_nothing_else(page: Page) -> None:
    name = "<img src=x onerror=alert(1)>\u202egpj"
    made = trial(0).add_signature("Aville", names={"en": name})
    fill(page, Case("", made.bundle(), [], fingerprint=printed(KEY), signature=log_id("Aville")))
    assert verdicts(page)[-1]["verdict"] == "holds"
    expect(page.locator("#told dd >> nth=2")).to_have_text(name.replace("\u202e", "\ufffd"))
    assert page.locator("img").count() == 0


def test_a_browser_that_knows_no_ed25519_says_so_kindly_and_checks_nothing(open_page: OpenPage) -> None:
    page = open_page(
        "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
    )
    expect(page.locator("#unable")).to_contain_text("This browser cannot check signatures")
    expect(page.locator("#ask")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after(
    open_page: OpenPage, assert_accessible: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    assert_accessible(page)
    page.click("#check")
    assert_accessible(page)
    fill(page, Case("", GOOD.bundle, [], signature="Zville", fingerprint=GOOD.fingerprint))
    verdicts(page)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_all_of_it_is_done_by_keyboard(page: Page) -> None:
    page.set_input_files("#bundle", [file("bundle.json", GOOD.bundle)])
    page.focus("#bundle")
    page.keyboard.press("Tab")
    page.keyboard.type(GOOD.fingerprint)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("Bstadt")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_focused()
    expect(page.locator("#whole")).to_have_text(verify.SENTENCES["en"]["whole.holds"])
