"""A signature that anyone can check: from the office's hand to both verifiers, and on after it was withdrawn and erased."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from declarations import actions
from declarations.models import LogKey, Signature, Withdrawal
from declarations.verifier import verify
from tests import factories
from tests.conftest import DemoSite
from tests.declarations.log.keeping import logged
from tests.declarations.making import invited, office, officer, published, submitted
from tests.journeys.walking import LANGUAGES, code_in, link_in, log_in, mail_to, signed_page, text_of

MAILBOX = "office@town.example"
SIGNER = "Ada Esempio"
TOWN, OTHER_TOWN = "Esempio sul Po", "Paraugpils"
PHONE = {"width": 390, "height": 844}
GROUPS = r"(?:[0-9a-f]{4}\s+){15}[0-9a-f]{4}"
ALL_HOLDS = dict.fromkeys(verify.CHECKS, "holds")


@dataclass(frozen=True)
class Journalist:
    """Somebody with a folder of downloads: a page opened from it without a network, and a program run in it."""

    folder: Path
    online: Page
    offline: Page
    language: str
    fingerprint: str

    def saves(self, link: str, name: str = "") -> str:
        """Downloads what a link on the page leads to; its name in the folder, the site's own if none is given."""
        with self.online.expect_download() as download:
            self.online.click(link)
        name = name or download.value.suggested_filename
        download.value.save_as(self.folder / name)
        return name

    def saves_the_bundle(self, name: str) -> str:
        self.online.goto(f"/{self.language}/declarations/harbour/verify/")
        return self.saves("main a.button[href$='/bundle.json']", name)

    def finds(
        self, bundle: str, *, asked: str, older: str = "", receipts: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """By check: the verdict, or the fault; page and program say the same of it, and in the same words."""
        command = [sys.executable, "-I", "verify.py", bundle, "--lang", self.language, "--signature", asked]
        command += ["--key", self.fingerprint, *(["--older", older] if older else [])]
        command += [part for each in receipts for part in ("--receipt", each)]
        program = subprocess.run([*command, "--json"], cwd=self.folder, capture_output=True, check=False)
        assert program.stderr == b""
        said = json.loads(program.stdout)
        assert program.returncode == verify.exit_code(said)
        assert self._reads(bundle, asked=asked, older=older, receipts=receipts) == said
        whole = self.offline.locator("#whole")
        expect(whole).to_have_text(verify.SENTENCES[self.language][f"whole.{verify.conclusion(said)}"])
        words = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, encoding="utf-8")
        assert " ".join(whole.inner_text().split()) in " ".join(words.stdout.split())
        return {each["check"]: each["fault"] or each["verdict"] for each in said}

    def _reads(
        self, bundle: str, *, asked: str, older: str, receipts: tuple[str, ...]
    ) -> list[dict[str, str]]:
        page = self.offline
        page.click("#clear")
        page.set_input_files("#bundle", self.folder / bundle)
        page.fill("#key", self.fingerprint)
        page.evaluate("document.getElementById('more').open = true")
        page.fill("#name", asked)
        if older:
            page.set_input_files("#older", self.folder / older)
        page.set_input_files("#receipts", [self.folder / each for each in receipts])
        page.click("#check")
        expect(page.locator("#outcome")).to_be_visible()
        found: list[dict[str, str]] = json.loads(page.locator("#verdicts").text_content() or "")
        return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_signature_from_the_office_to_the_verifiers_and_on_after_its_end(
    language: str,
    new_person: Callable[..., Page],
    demo_site: DemoSite,
    mailbox: Callable[[], list[EmailMessage]],
    run_worker: Callable[[], None],
    assert_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    run_worker()  # what the demonstration itself queued
    memory, folder = tmp_path / "memory", tmp_path / "downloads"
    folder.mkdir()
    declaration = published(slug="harbour", is_demonstration=True)
    towns = [factories.organisation(name=name, country="IT") for name in (TOWN, OTHER_TOWN)]
    signatory, other = [office(declaration, organisation=town) for town in towns]
    actions.verify(signature=submitted(other), by=officer())
    logged(declaration, memory)
    run_worker()

    def type_code(page: Page) -> None:
        run_worker()
        page.fill("input[name=code]", code_in(mail_to(mailbox, MAILBOX)))
        page.click("main form:has(input[name=code]) button:not([name])")

    # The office signs, and a second officer finds that the record is what the signed page says.
    clerk = new_person(viewport=PHONE)
    _invitation, token = invited(signatory, language=language)
    signs(clerk, f"/sign/{token}", type_code, tmp_path)
    signature = Signature.objects.get(signer_name=SIGNER)
    record = f"/{language}/declarations/harbour/signatories/{signatory.organisation.slug}/"
    desk = new_person()
    review = f"/admin/declarations/declaration/{declaration.pk}/review/?signature={signature.pk}"
    log_in(desk, demo_site, "second_officer", to=review)
    desk.keyboard.press("v")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    signature.refresh_from_db()
    assert signature.state == Signature.State.VERIFIED

    # Until the keeper has signed, the register says that there is no proof yet.
    reader = new_person(accept_downloads=True, reduced_motion="reduce")
    reader.goto(record)
    expect(reader.locator("main a[href$='.tlog-proof']")).to_have_count(0)
    logged(declaration, memory)
    mail, proof = proof_in_the_mail(mailbox, run_worker, folder)
    printed = re.search(GROUPS, text_of(mail))
    assert printed is not None
    assert re.sub(r"\s", "", printed[0]) == LogKey.objects.in_use().get().fingerprint

    # A journalist who was sent that mail goes from the record to the page on checking, and fetches what it names.
    reader.goto(record)
    assert_accessible(reader)
    offline = new_person(reduced_motion="reduce", viewport=PHONE, color_scheme="dark")
    journalist = Journalist(folder, reader, offline, language, printed[0])
    public = journalist.saves("main a[href$='.tlog-proof']")
    assert public != proof
    reader.click("main a[href$='/verify/']")
    reader.wait_for_url(link_in(mail, "/verify/"))
    for scheme in ("light", "dark"):
        reader.emulate_media(color_scheme=scheme)
        assert_accessible(reader)
    assert reader.locator(".aside .fingerprint").inner_text().split() == printed[0].split()
    journalist.saves("main a[href$='/verify.py']")
    page_to_check = journalist.saves("main a[href$='/check.html']")
    older = "checkpoint"
    checkpoint = reader.request.get("/declarations/harbour/log/checkpoint").text()
    (folder / older).write_text(checkpoint, encoding="utf-8")
    before = journalist.saves_the_bundle("before.json")

    # From now on the browser has no network; the page comes from the disk.
    offline.context.set_offline(True)
    asked_for: list[str] = []
    offline.on("request", lambda request: asked_for.append(request.url))
    offline.goto((folder / page_to_check).as_uri())
    offline.wait_for_selector("body[data-ready]")
    offline.click(f".tongues button[lang={language}]")
    assert_accessible(offline)
    receipts = (proof, public)
    assert journalist.finds(before, asked=TOWN, older=older, receipts=receipts) == ALL_HOLDS
    for scheme in ("light", "dark"):
        offline.emulate_media(color_scheme=scheme)
        assert_accessible(offline)
    assert journalist.finds(before, asked=SIGNER, receipts=receipts) == {**ALL_HOLDS, "growth": "not_asked"}

    # A name that somebody changed in the file is found.
    forged = (folder / before).read_text(encoding="utf-8").replace(SIGNER, "Eva Esempio")
    (folder / "forged.json").write_text(forged, encoding="utf-8")
    assert journalist.finds("forged.json", asked=TOWN)["openings"] == "openings.wrong"

    # The office takes its signature back: the log has grown, and says so; all that was kept is still true.
    withdraws(clerk, type_code)
    carry_out = f"/admin/declarations/withdrawal/{Withdrawal.objects.get().pk}/carry-out/"
    desk.goto(carry_out)
    desk.fill("textarea[name=words]", "As you wished.")
    presses(desk, "The signature is withdrawn.")
    logged(declaration, memory)
    _mail, end = proof_in_the_mail(mailbox, run_worker, folder)
    assert end not in receipts
    after = journalist.saves_the_bundle("withdrawn.json")
    ended = {**ALL_HOLDS, "signature": "signature.withdrawn"}
    receipts = (*receipts, end)
    assert journalist.finds(after, asked=TOWN, older=older, receipts=receipts) == ended
    assert journalist.finds(after, asked=OTHER_TOWN, older=older, receipts=receipts) == ALL_HOLDS
    # The bundle of the day before knows nothing of it, nor of the receipt that is younger.
    assert journalist.finds(before, asked=TOWN, receipts=(end,))["receipts"] == "receipts.larger"

    # Who signed has their name erased: nothing names them any more, and everything holds as before.
    desk.goto(f"/admin/declarations/signature/{signature.pk}/erase/")
    desk.fill("textarea[name=reason]", "By letter of today.")
    desk.check("input[name=is_sure]")
    presses(desk, "Who signed is erased.")
    logged(declaration, memory)
    bundle = journalist.saves_the_bundle("erased.json")
    assert SIGNER not in (folder / bundle).read_text(encoding="utf-8")
    assert journalist.finds(bundle, asked=TOWN, older=older, receipts=receipts) == ended
    assert journalist.finds(bundle, asked=OTHER_TOWN, older=older, receipts=receipts) == ALL_HOLDS
    assert journalist.finds(bundle, asked=SIGNER)["signature"] == "signature.unknown"
    assert asked_for == [(folder / page_to_check).as_uri()]


def signs(clerk: Page, link: str, type_code: Callable[[Page], None], folder: Path) -> None:
    """From the link in the mail to the receipt."""
    send = "main form button:not([name])"
    clerk.goto(link)
    clerk.click("main form button")
    clerk.wait_for_url("**/code**")
    type_code(clerk)
    clerk.wait_for_url("**/record**")
    clerk.fill("input[name=signer_name]", SIGNER)
    clerk.fill("input[name=signer_office]", "Sindaca")
    clerk.fill(
        "input[name=signed_on]",
        clerk.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Europe/Brussels'})"),
    )
    clerk.check("input[name=basis][value=own_competence]")
    clerk.set_input_files("input[name=signed_page]", signed_page(folder))
    clerk.click(send)
    clerk.wait_for_url("**/meaning**")
    clerk.check("input[name=informed]")
    clerk.click(send)
    clerk.wait_for_url("**/check**")
    clerk.click(send)
    clerk.wait_for_url("**/sign/receipt/**")


def withdraws(clerk: Page, type_code: Callable[[Page], None]) -> None:
    """From the receipt, which the clerk still has open."""
    clerk.reload()
    clerk.click("main a[href*='/withdraw']")
    clerk.click("main form button[name=send]")
    type_code(clerk)
    clerk.fill("textarea[name=reason]", "The council decided otherwise.")
    clerk.click("main form button:not([name])")
    clerk.click("main form button[name=confirm]")
    expect(clerk.locator(".notice-warning")).to_be_visible()


def presses(desk: Page, said: str) -> None:
    """The button of a step in the admin, and what it says afterwards."""
    desk.click("#content form button[type=submit]:visible, main form button[type=submit]:visible")
    expect(desk.locator("body")).to_contain_text(said)


def proof_in_the_mail(
    mailbox: Callable[[], list[EmailMessage]], run_worker: Callable[[], None], folder: Path
) -> tuple[EmailMessage, str]:
    """The newest mail that brings the office a proof, and the name under which it was saved."""
    run_worker()
    found = [
        (mail, part)
        for mail in mailbox()
        if MAILBOX in str(mail["to"])
        for part in mail.iter_attachments()
        if str(part.get_filename()).endswith(".tlog-proof")
    ]
    mail, part = found[-1]
    content, name = part.get_content(), str(part.get_filename())
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return mail, name
