"""Bundles, good and bad, with what every verifier says of them: one list for the Python file and the offline page.

All of it is made without a database, from the same seeds each time. How the verdicts are come to, to the letter,
stands in docs/log.md and in `declarations/verifier/verify.py`: in short, each of `bundle`, `key`, `checkpoint` and
`tree` that fails leaves all after it unasked; `texts` and `openings` have a verdict per fault, `receipts` one per
receipt (the bundle's own first), any other check one; `about` names the language, the index or the signature.
"""

from __future__ import annotations

import json
import unicodedata

from tests.declarations.log.bad_bundles import OF_THE_LOG, OF_WHAT_IS_SHOWN, RUBBISH
from tests.declarations.log.trials import (
    KEY,
    NEW_KEY,
    STRANGE_KEY,
    Case,
    Trial,
    case,
    hexed,
    log_id,
    nested,
    printed,
    trial,
)

__all__ = ["CASES", "Case"]


def _good() -> list[Case]:
    first, grown = trial(2), trial(5)
    riga = trial(0).add_signature("Riga", names={"en": "Riga", "own": "Rīga", "own_language": "lv"})
    ended = trial(3).add_end("Aville")
    ended.add_signature("Aville again", names={"en": "Aville", "fr": "Aville-la-Ville"})
    ended.add_end("Bstadt", "superseded", by=log_id("Cdorp"))
    replaced = trial(2).add_end("Aville", "superseded", by=log_id("Aville anew"))
    replaced.add_signature("Aville anew", names={"en": "Aville", "own": "Âville"})
    namesakes = trial(1).add_signature("Aville abroad", names={"en": "Aville"}, country="FR")
    unlike = trial(1).add_signature("Aville abroad", names={"en": "Aville"}, country="FR").add_end("Aville")
    mended = trial(1).add_end("Aville").add_signature("Aville mended", names={"en": "Aville", "nl": "Astad"})
    deep = trial(0).add_signature("Aville", x=nested(32))
    erased = trial(3)
    del erased.openings[2]["person"], erased.openings[2]["office"]
    historical = Trial().add_signature("Aville", kind="historical", set="", commitments={})
    spaced = " ".join(printed(KEY)[i : i + 4] for i in range(0, 64, 4)).upper()
    return [
        case("good", grown.bundle()),
        case("a fingerprint as it is printed", grown.bundle(), {"fingerprint": f" {spaced}\n"}),
        case("nested as deep as may be", deep.bundle(x=nested(32))),
        case("no fingerprint", grown.bundle(), {"fingerprint": ""}, key="not_asked"),
        case("one entry", trial(0).bundle(), openings="not_asked"),
        case("grown", grown.bundle(), {"older": first.checkpoint()}, growth="holds"),
        case(
            "what was kept, copied from a screen",
            grown.bundle(),
            {
                "older": first.checkpoint()[:-1].replace("\n", "\r\n"),
                "receipts": (first.receipt(1) + "\n", first.receipt(1)[:-1]),
            },
            growth="holds",
            receipts=[("holds", "1"), ("holds", "2")],
        ),
        case("not grown", grown.bundle(), {"older": grown.checkpoint()}, growth="holds"),
        case("somebody else signed too", grown.bundle(checkpoint=grown.checkpoint(keys=(STRANGE_KEY, KEY)))),
        case(
            "a person erased, with the receipt from before",
            erased.bundle(),
            {"receipts": (trial(3).receipt(2),), "older": trial(3).checkpoint()},
            growth="holds",
            receipts=("holds", "1"),
        ),
        case(
            "a historical declaration without text",
            historical.bundle(openings={}),
            texts="not_asked",
            openings="not_asked",
        ),
        case(
            "receipts, in the bundle and beside it",
            grown.bundle(receipts=[grown.receipt(0)]),
            {"receipts": (first.receipt(1), grown.receipt(5))},
            receipts=[("holds", "1"), ("holds", "2"), ("holds", "3")],
        ),
        case(
            "a signature by its city",
            grown.bundle(),
            {"signature": " bstadt-LA-ville"},
            signature=("holds", log_id("Bstadt")),
        ),
        case(
            "a signature by who signed",
            grown.bundle(),
            {"signature": "Robin  Bstadt"},
            signature=("holds", log_id("Bstadt")),
        ),
        case(
            "a signature by its number",
            grown.bundle(),
            {"signature": log_id("Bstadt").upper()},
            signature=("holds", log_id("Bstadt")),
        ),
        case(
            "a signature by what its city calls itself, in other bytes",
            riga.bundle(),
            {"signature": unicodedata.normalize("NFD", "RĪGA")},
            signature=("holds", log_id("Riga")),
        ),
        case(
            "the language of a city's own name is no name",
            riga.bundle(),
            {"signature": "lv"},
            signature=("signature.unknown", "lv"),
        ),
        case(
            "withdrawn, and signed again",
            ended.bundle(),
            {"signature": "Aville"},
            signature=("holds", log_id("Aville again")),
        ),
        case(
            "withdrawn",
            ended.bundle(),
            {"signature": log_id("Aville")},
            signature=("signature.withdrawn", log_id("Aville")),
        ),
        case(
            "a receipt of a withdrawn one",
            ended.bundle(),
            {"signature": log_id("Aville"), "receipts": (trial(3).receipt(1),)},
            receipts=("holds", "1"),
            signature=("signature.withdrawn", log_id("Aville")),
        ),
        case(
            "superseded",
            ended.bundle(),
            {"signature": "Bstadt"},
            signature=("signature.superseded", log_id("Bstadt")),
        ),
        case(
            "superseded by one of another name",
            replaced.bundle(),
            {"signature": "Aville"},
            signature=("holds", log_id("Aville anew")),
        ),
        case(
            "two cities of one name",
            namesakes.bundle(),
            {"signature": " AVILLE "},
            signature=("signature.several", "AVILLE"),
        ),
        case(
            "two cities of one name, of which one withdrew",
            unlike.bundle(),
            {"signature": "Aville"},
            signature=("signature.several", "Aville"),
        ),
        case(
            "a city that signed again under a name in one more language",
            mended.bundle(),
            {"signature": "Aville"},
            signature=("holds", log_id("Aville mended")),
        ),
        case(
            "two cities of one name, by the number of the one that withdrew",
            unlike.bundle(),
            {"signature": log_id("Aville")},
            signature=("signature.withdrawn", log_id("Aville")),
        ),
        case(
            "an erased name is not found",
            erased.bundle(),
            {"signature": "Robin Bstadt"},
            signature=("signature.unknown", "Robin Bstadt"),
        ),
        case(
            "never signed",
            grown.bundle(),
            {"signature": "Zville"},
            signature=("signature.unknown", "Zville"),
        ),
    ]


def _of_keys() -> list[Case]:
    in_order = trial(2).add_key(KEY, NEW_KEY)
    after = trial(2).add_key(KEY, NEW_KEY).add_signature("Cdorp")
    stolen = trial(2).add_key(KEY, NEW_KEY, is_stolen=True).add_signature("Cdorp")
    keys = [hexed(NEW_KEY), hexed(KEY)]
    new = {"fingerprint": printed(NEW_KEY)}
    at_change = in_order.bundle(keys=keys, checkpoint=in_order.checkpoint(keys=(NEW_KEY, KEY)))
    later = after.bundle(keys=keys, checkpoint=after.checkpoint(keys=(NEW_KEY,)))
    of_stolen = stolen.bundle(keys=keys, checkpoint=stolen.checkpoint(keys=(NEW_KEY,)))
    own = trial(5).bundle(keys=[hexed(STRANGE_KEY)], checkpoint=trial(5).checkpoint(keys=(STRANGE_KEY,)))
    beside = json.loads(own)["checkpoint"]
    return [
        case("a key changed in good order, by the new one", at_change, new),
        case("a key changed in good order, by the old one", at_change),
        case(
            "after a change of keys, with what the old one signed",
            later,
            {**new, "older": trial(2).checkpoint(), "receipts": (trial(2).receipt(1),)},
            growth="holds",
            receipts=("holds", "1"),
        ),
        case("after a change of keys, by the old one", later, key="key.not_published"),
        case(
            "the old key signed on after the change",
            later,
            {**new, "older": after.checkpoint(4), "receipts": (after.receipt(1),)},
            growth="growth.not_signed",
            receipts=("receipts.not_signed", "1"),
        ),
        case(
            "a stolen key replaced, with what it signed before",
            of_stolen,
            {**new, "older": trial(2).checkpoint()},
            growth="holds",
        ),
        case(
            "a stolen key used to sign another log",
            of_stolen,
            {**new, "older": trial(4).checkpoint(3), "receipts": (trial(4).receipt(4),)},
            growth="holds",
            receipts=("receipts.not_signed", "1"),
        ),
        case("brings its own key", own, key="key.not_published"),
        case(
            "brings its own key beside the published one",
            trial(5).bundle(keys=[hexed(KEY), hexed(STRANGE_KEY)], checkpoint=beside),
            key="key.not_published",
        ),
        case("brings its own key, and nobody compares", own, {"fingerprint": ""}, key="not_asked"),
        case(
            "half a fingerprint",
            trial(5).bundle(),
            {"fingerprint": printed(KEY)[:32]},
            key="key.not_published",
        ),
        case(
            "an older state signed by a stranger",
            trial(5).bundle(keys=[hexed(KEY), hexed(STRANGE_KEY)]),
            {"older": trial(2).checkpoint(keys=(STRANGE_KEY,))},
            growth="growth.not_signed",
        ),
    ]


CASES: list[Case] = [*_good(), *_of_keys(), *OF_THE_LOG, *OF_WHAT_IS_SHOWN, *RUBBISH]
