"""The verifier as somebody runs it who has downloaded it: by itself, from anywhere, in three languages."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from declarations.verifier import verify
from tests.declarations.log.bundles import CASES
from tests.declarations.log.trials import BODIES, KEY, STRANGE_KEY, log_id, printed, trial

SOURCE = Path(verify.__file__)
# Refuses whatever would leave the machine, and every module of the site.
ALONE = """
import runpy, sys

def refuse(event, arguments):
    if event.startswith(("socket.", "urllib.", "subprocess.", "os.system")):
        raise SystemExit(f"not allowed: {event}")

sys.addaudithook(refuse)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what a reader downloaded."""
    made = trial(5)
    shutil.copy(SOURCE, tmp_path / "verify.py")
    files = {
        "bundle.json": made.bundle(),
        "forged.json": trial(3).bundle(),
        "older.txt": trial(4).checkpoint(),
        "town.tlog-proof": made.receipt(2),
        "en.txt": BODIES["en"],
        "en-typed.txt": "\ufeff" + BODIES["en"].replace("\n", "\r\n") + "\r\n",
        "other.txt": "Cities do not listen.",
    }
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    (tmp_path / "rubbish").write_bytes(bytes(range(256)))
    return tmp_path


def run(
    folder: Path, *arguments: str, given: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", "-c", ALONE, "verify.py", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        env={"PYTHONUTF8": "1", **(environment or {})},
        check=False,
    )


def said(answer: subprocess.CompletedProcess[bytes]) -> str:
    assert answer.stderr == b""
    return " ".join(answer.stdout.decode().split())


def test_all_that_was_asked_holds(folder: Path) -> None:
    answer = run(
        folder,
        *("bundle.json", "--key", printed(KEY), "--older", "older.txt", "--receipt", "town.tlog-proof"),
        *("--signature", "aville", "--text", "en.txt"),
    )
    text = said(answer)
    assert answer.returncode == 0
    assert text.startswith(
        "Trial declaration A demonstration: its text and its signatures are invented. "
        "conference.example/declarations/trial/log Entries in the log: 6, the last one of 21 November 2026. "
        "Signatures that stand: 5. Withdrawn or replaced: 0. "
    )
    assert "HOLDS – The key The file was signed with the key whose fingerprint you gave." in text
    assert (
        "Receipt 1 (town.tlog-proof) is good: its entry is in this log, word for word. "
        "Bstadt · Robin Bstadt · Mayor · signed on 20 November 2026 · entry 2 · stands HOLDS"
    ) in text
    assert (
        f"Its number: {log_id('Aville')}. "
        f"Aville · Robin Aville · Mayor · signed on 20 November 2026 · entry 1 · stands · {log_id('Aville')}"
    ) in text
    assert "Your copy is, to the last byte, the text “en” that was logged." in text
    assert "All that was checked holds. What this does not show - Whose hand signed." in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["bundle.json"], 2, "no fingerprint was compared"),
        (["bundle.json", "--key", printed(STRANGE_KEY)], 1, "Look for a slip in the fingerprint first"),
        (["bundle.json", "--key", printed(KEY), "--signature", "Nobody"], 1, "The log holds."),
        (["bundle.json", "--signature", "Nobody"], 1, "no fingerprint was compared"),
        (["forged.json", "--key", printed(KEY), "--older", "older.txt"], 1, "The log is shorter than it was"),
        (["rubbish", "--key", printed(KEY)], 2, "nothing was checked"),
        (
            ["bundle.json", "--key", printed(KEY), "--older", "rubbish"],
            1,
            "A file that you gave to be compared cannot be read as what it should be",
        ),
        (
            ["bundle.json", "--key", printed(KEY), "--receipt", "rubbish"],
            1,
            "Receipt 1 (rubbish) cannot be read",
        ),
        (["bundle.json", "--key", printed(KEY), "--text", "en-typed.txt"], 1, "with other line ends"),
        (["bundle.json", "--key", printed(KEY), "--text", "other.txt"], 1, "none of the texts"),
        (["town.tlog-proof"], 2, "This is a receipt. Give it under receipts"),
        (["older.txt"], 2, "This is a signed state of a log. Give it as the older state"),
        (["rubbish", "--text", "en.txt"], 2, "NOT CHECKED – Your copy of a text Not checked"),
    ],
)
def test_how_it_ends(folder: Path, arguments: list[str], code: int, words: str) -> None:
    answer = run(folder, *arguments)
    assert words in said(answer)
    assert answer.returncode == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.json"], "The file nothing.json cannot be read."),
        (["."], "The file . cannot be read."),
        (["bundle.json", "--older", "nothing"], "The file nothing cannot be read."),
        (
            ["bundle.json", "--key", "12 34"],
            "That is no fingerprint: one has 64 digits and letters from a to f.",
        ),
        (
            ["bundle.json", "--key", "é" * 64],
            "That is no fingerprint: one has 64 digits and letters from a to f.",
        ),
        (["bundle.json", "--key", "12", "--lang", "fr"], "Ce n’est pas une empreinte\u00a0: elle a 64"),
    ],
)
def test_a_slip_is_said_in_a_sentence_and_is_no_verdict(
    folder: Path, arguments: list[str], words: str
) -> None:
    answer = run(folder, *arguments)
    assert answer.stderr.decode().startswith(words)
    assert (answer.stdout, answer.returncode) == (b"", 2)


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_it_speaks_the_reader_s_language(folder: Path, language: str) -> None:
    end = verify.SENTENCES[language]["whole.holds"]
    asked = run(folder, "bundle.json", "--key", printed(KEY), "--lang", language)
    by_itself = run(
        folder, "bundle.json", "--key", printed(KEY), environment={"LC_ALL": f"{language}_BE.UTF-8"}
    )
    assert end in said(asked)
    assert end in said(by_itself)
    helped = run(folder, "--help", "--lang", language)
    assert verify.COMMAND[language]["about"].split(",")[0] in said(helped)


def test_it_reads_a_bundle_from_standard_input_and_answers_a_program(folder: Path) -> None:
    for case in CASES:
        if case.older or case.receipts or case.signature or not case.fingerprint:
            continue
        if len(verify.digits_of(case.fingerprint)) != 64:
            continue
        if case.name in ("good", "truncated", "a text changed", "rubbish: no JSON", "brings its own key"):
            answer = run(folder, "-", "--key", case.fingerprint, "--json", given=case.bundle.encode())
            assert json.loads(answer.stdout) == case.expected
            assert answer.returncode == verify.exit_code(case.expected)


def test_it_says_what_it_can_where_the_screen_knows_no_accents(folder: Path) -> None:
    answer = run(
        folder, "bundle.json", "--lang", "fr", environment={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    )
    assert answer.returncode == 2
    assert b"Ce qui a " in answer.stdout


def test_of_two_of_one_name_each_is_told_and_asked_for_by_its_number(folder: Path) -> None:
    made = trial(1).add_signature("Aville abroad", names={"en": "Aville"}, country="FR").add_end("Aville")
    (folder / "bundle.json").write_text(made.bundle(), encoding="utf-8")
    answer = run(folder, "bundle.json", "--key", printed(KEY), "--signature", "Aville")
    assert answer.returncode == 1
    text = said(answer)
    assert "Ask for yours by its number, which its page in the register shows. Aville · Robin Aville" in text
    assert f"entry 1 · withdrawn · {log_id('Aville')}" in text
    assert f"entry 2 · stands · {log_id('Aville abroad')}" in text
    by_number = run(folder, "bundle.json", "--key", printed(KEY), "--signature", log_id("Aville"))
    assert "The signature was published, and withdrawn later." in said(by_number)


def test_a_receipt_of_a_withdrawal_says_who_withdrew(folder: Path) -> None:
    made = trial(2).add_end("Aville")
    (folder / "bundle.json").write_text(made.bundle(openings={}), encoding="utf-8")
    (folder / "end.tlog-proof").write_text(made.receipt(3), encoding="utf-8")
    (folder / "start.tlog-proof").write_text(made.receipt(1), encoding="utf-8")
    text = said(run(folder, "bundle.json", "--receipt", "end.tlog-proof", "--receipt", "start.tlog-proof"))
    assert "word for word. Aville · signed on 20 November 2026 · entry 1 · withdrawn HOLDS" in text
    # What nobody but the office can open any more is told to the office.
    assert "word for word. Aville · Robin Aville · Mayor · signed on" in text


def test_the_mark_of_a_demonstration_is_the_one_that_was_signed(folder: Path) -> None:
    """Whoever takes it away in the file takes away what nobody reads."""
    told = trial(1).told()
    told["declaration"]["is_demonstration"] = False
    (folder / "bundle.json").write_text(json.dumps(told), encoding="utf-8")
    answer = run(folder, "bundle.json", "--key", printed(KEY))
    assert answer.returncode == 0
    assert "A demonstration: its text and its signatures are invented." in said(answer)


def test_who_reads_the_beginning_alone_sees_no_error(folder: Path) -> None:
    command = [sys.executable, "verify.py", "bundle.json", "--key", printed(KEY)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        errors = running.stderr.read()
    assert (errors, running.returncode) == (b"", 0)


def test_a_name_in_the_file_does_not_write_on_the_reader_s_screen(folder: Path) -> None:
    answer = run(folder, "bundle.json", "--signature", "\x1b[2J\u202eelbon\nx")
    assert b"\x1b" not in answer.stdout
    assert "\u202e" not in answer.stdout.decode()


def test_it_takes_no_module_from_the_folder_it_was_downloaded_to(folder: Path) -> None:
    """Python looks beside a program first, and a browser puts there what any page hands out."""
    for name in ("json", "base64", "argparse", "cryptography"):
        (folder / f"{name}.py").write_text("raise SystemExit('somebody else’s')")
    command = [sys.executable, "verify.py", "bundle.json", "--key", printed(KEY)]
    answer = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert (answer.stderr, answer.returncode) == (b"", 0)


def test_it_needs_nothing_but_python_3_9_and_cryptography() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [n.name for n in node.names]
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    assert not imported & {"socket", "ssl", "urllib", "http", "ftplib", "asyncio", "subprocess"}
