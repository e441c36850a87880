"""The page that checks a declaration offline, as a file: its policy, its sentences, and that it needs nothing else.

What it does in a browser is tested in tests/journeys/test_check_offline.py.
"""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from declarations.verifier import verify

PAGE = Path(settings.BASE_DIR, "declarations", "verifier", "check.html").read_text(encoding="utf-8")


def said(name: str) -> dict[str, dict[str, str]]:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', PAGE, re.DOTALL)
    assert found

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), "a word stands twice"
        return dict(pairs)

    made: dict[str, dict[str, str]] = json.loads(found[1], object_pairs_hook=once)
    return made


@pytest.mark.parametrize("element", ["script", "style"])
def test_the_policy_lets_its_own_script_and_style_run_and_no_other(element: str) -> None:
    """Whoever changes either finds here what to write into the policy."""
    [inline] = re.findall(f"<{element}>(.*?)</{element}>", PAGE, re.DOTALL)
    digest = base64.b64encode(sha256(inline.encode()).digest()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', PAGE)
    assert f"{element}-src 'sha256-{digest}'" in policy.split("; ")
    assert re.sub(r"'sha256-[^']*'", "…", policy) == (
        "default-src 'none'; script-src …; style-src …; base-uri 'none'; form-action 'none'"
    )


def test_it_asks_for_nothing_and_keeps_nothing() -> None:
    assert (
        re.findall(r"\s(?:src|srcset|action|style|on[a-z]+)=|@import|url\(|https?://(?!www\.w3\.org)", PAGE)
        == []
    )
    script = PAGE.rpartition("<script>")[2]
    asking = r"\b(?:fetch|XMLHttpRequest|WebSocket|import|eval|localStorage|sessionStorage|indexedDB|cookie|innerHTML)\b"
    assert re.findall(asking, script) == []


def test_it_says_what_the_program_says() -> None:
    assert said("sentences") == verify.SENTENCES


def test_its_other_words_are_the_same_in_three_languages_and_each_is_used() -> None:
    words = said("words")
    assert list(words) == ["en", "fr", "nl"]
    assert len({tuple(each) for each in words.values()}) == 1
    unused = [
        name
        for name in words["en"]
        if f'data-word="{name}"' not in PAGE and f'"{name}"' not in PAGE.rpartition("<script>")[2]
    ]
    assert unused == []
    used = set(re.findall(r'data-word="(\w+)"', PAGE)) | set(re.findall(r'word\("(\w+)"', PAGE))
    assert used <= set(words["en"])
    empty = [(language, name) for language, each in words.items() for name in each if not each[name].strip()]
    assert empty == []
    blanks = [
        name
        for name in words["en"]
        if len({tuple(sorted(re.findall(r"\{\w+\}", each[name]))) for each in words.values()}) > 1
    ]
    assert blanks == []


def test_a_slip_in_the_fingerprint_is_told_as_the_program_tells_it() -> None:
    assert {language: each["key_wrong"] for language, each in said("words").items()} == {
        language: each["no_fingerprint"] for language, each in verify.COMMAND.items()
    }
