"""Bundles in which something is wrong with the log, with what is shown of it, or with the file."""

from __future__ import annotations

from declarations.log.entries import Opening, canonical
from declarations.log.proofs import Proof
from tests.declarations.log.trials import (
    KEY,
    Case,
    Trial,
    case,
    hexed,
    nested,
    sum_of,
    trial,
)


def flipped(text: str, at: int) -> str:
    """One character is another one of the same alphabet."""
    return text[:at] + ("B" if text[at] != "B" else "C") + text[at + 1 :]


def spelt_otherwise(note: str) -> str:
    """The same signature in base 64 that another program might write: its last bits mean nothing."""
    assert note.endswith("=\n")
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return f"{note[:-3]}{digits[digits.index(note[-3]) + 1]}=\n"


def _of_the_log() -> list[Case]:
    made = trial(5)
    signed = made.checkpoint()
    deleted = made.entries[:2] + made.entries[3:]
    reordered = [*made.entries[:2], made.entries[3], made.entries[2], *made.entries[4:]]
    unsorted = made.entries[1].replace('{"assurance"', '{ "assurance"')
    doubled = made.entries[1].replace('{"assurance"', '{"assurance":"x","assurance"')
    restored = trial(3).add_signature("Fstadt").add_signature("Gdorp")
    other = Trial("conference.example/declarations/other/log").add_texts().add_signature("Aville")
    twice = trial(2).add_texts()

    def rewritten(*entries: str) -> str:
        """Signed again by who holds the key, whatever the entries say."""
        again = Trial(entries=list(entries))
        return made.bundle(entries=again.entries, openings={}, checkpoint=again.checkpoint())

    return [
        case("an entry deleted", made.bundle(entries=deleted), tree="tree.other_size"),
        case("entries in another order", made.bundle(entries=reordered), tree="tree.other_root"),
        case("an entry too many", made.bundle(entries=trial(6).entries), tree="tree.other_size"),
        case(
            "an entry that says something else",
            made.bundle(entries=[made.entries[0].replace("trial", "trail"), *made.entries[1:]]),
            tree="tree.other_root",
        ),
        case("an entry with a space", rewritten(made.entries[0], unsorted), tree=("tree.malformed", "1")),
        case(
            "an entry that says a thing twice",
            rewritten(made.entries[0], doubled),
            tree=("tree.malformed", "1"),
        ),
        case(
            "an entry of no kind", rewritten(canonical({"type": "x", "v": 1})), tree=("tree.malformed", "0")
        ),
        case(
            "an entry of the future",
            rewritten(made.entries[0].replace('"v":1', '"v":2')),
            tree=("tree.malformed", "0"),
        ),
        case(
            "an entry nested too deep",
            rewritten(canonical({"signature": "x", "type": "withdrawn", "v": 1, "x": nested(33)})),
            tree=("tree.malformed", "0"),
        ),
        case(
            "an entry that is neither of a demonstration nor not",
            rewritten(made.entries[0].replace('"is_demonstration":true', '"is_demonstration":1')),
            tree=("tree.malformed", "0"),
        ),
        case("an entry that is no JSON", rewritten("Aville signed."), tree=("tree.malformed", "0")),
        case(
            "an entry of no kind about a signature",
            rewritten(canonical({"signature": "x", "type": "x", "v": 1})),
            tree=("tree.malformed", "0"),
        ),
        case(
            "texts that do not make their set",
            rewritten(made.entries[0].replace(made.set, sum_of("another"))),
            tree=("tree.malformed", "0"),
        ),
        case("texts published twice", twice.bundle(), tree=("tree.malformed", "3")),
        case("truncated", trial(3).bundle(), {"older": signed}, growth="growth.larger"),
        case(
            "restored from a backup, then other entries",
            restored.bundle(),
            {"older": trial(5).checkpoint(5), "receipts": (made.receipt(5), trial(3).receipt(3))},
            growth="growth.not_beginning",
            receipts=[("receipts.other_entry", "1"), ("holds", "2")],
        ),
        case("two states of one size", restored.bundle(), {"older": signed}, growth="growth.other_root"),
        case(
            "a receipt from a log that was rewritten elsewhere",
            restored.bundle(),
            {"receipts": (made.receipt(1),)},
            receipts=("receipts.not_beginning", "1"),
        ),
        case(
            "a receipt newer than the bundle",
            trial(3).bundle(),
            {"receipts": (made.receipt(1),)},
            receipts=("receipts.larger", "1"),
        ),
        case(
            "the signed state of another log",
            made.bundle(checkpoint=other.checkpoint()),
            checkpoint="checkpoint.other_log",
        ),
        case(
            "an older state of another log",
            made.bundle(),
            {"older": other.checkpoint()},
            growth="growth.other_log",
        ),
        case(
            "a receipt of another log",
            made.bundle(),
            {"receipts": (other.receipt(1),)},
            receipts=("receipts.other_log", "1"),
        ),
        case(
            "the signed state mutated",
            made.bundle(checkpoint=signed.replace("\n6\n", "\n7\n")),
            checkpoint="checkpoint.not_signed",
        ),
        case(
            "the signed state cut",
            made.bundle(checkpoint=signed[:-1]),
            key="not_asked",
            checkpoint="checkpoint.malformed",
        ),
        case(
            "an older state in another spelling",
            made.bundle(),
            {"older": spelt_otherwise(trial(2).checkpoint())},
            growth="growth.malformed",
        ),
        case("an older state that is none", made.bundle(), {"older": "rubbish"}, growth="growth.malformed"),
    ]


def _of_what_is_shown() -> list[Case]:
    made = trial(3)
    receipt = made.receipt(1)
    changed = [made.texts[0], {**made.texts[1], "body": made.texts[1]["body"] + "Et plus.\n"}, made.texts[2]]
    status = [made.texts[0], {**made.texts[1], "status": "authentic"}, made.texts[2]]
    more = [*made.texts, {"language": "de", "status": "translation", "body": "# Probe\n"}]
    swapped = made.told()["openings"]
    swapped["1"], swapped["2"] = swapped["2"], swapped["1"]
    renamed = made.told()["openings"]
    renamed["3"]["person"]["value"] = '"Robin Else"'
    signed_other = trial(2).add_signature("Cdorp", set=sum_of("another set"))
    salt, written = sum_of("salt"), '"Robin \\u0041ville"'
    loose = trial(0).add_signature("Aville", commitments={"person": Opening(salt, written).commitment})
    loose.openings[1] = {"person": Opening(salt, written)}
    deep = trial(0).add_signature("Aville", commitments={})
    deep.openings[1] = {"person": Opening(salt, canonical(nested(34)))}
    deep.entries[1] = deep.entries[1].replace(
        '"commitments":{}', f'"commitments":{{"person":"{deep.openings[1]["person"].commitment}"}}'
    )
    unlogged = Trial(texts=made.texts).add_signature("Aville")
    extra_cut = Proof(0, (), trial(0).checkpoint(), None).written()
    false_names = made.receipt(1, openings={"person": {"salt": "00" * 32, "value": '"Robin Else"'}})
    return [
        case("a text changed", made.bundle(texts=changed), texts=("texts.changed", "fr")),
        case("a translation called authentic", made.bundle(texts=status), texts=("texts.changed", "fr")),
        case("a text missing", made.bundle(texts=made.texts[:2]), texts=("texts.missing", "nl")),
        case("a text more", made.bundle(texts=more), texts=("texts.extra", "de")),
        case(
            "two texts changed and one missing",
            made.bundle(texts=[{**made.texts[0], "body": "x"}, {**made.texts[2], "body": "x"}]),
            texts=[("texts.changed", "en"), ("texts.missing", "fr"), ("texts.changed", "nl")],
        ),
        case("a text twice", made.bundle(texts=[*made.texts, made.texts[0]]), texts=("texts.extra", "en")),
        case("a signature of other texts", signed_other.bundle(), texts=("texts.not_signed", "3")),
        case("texts never logged", unlogged.bundle(), texts="texts.not_logged"),
        case(
            "openings swapped",
            made.bundle(openings=swapped),
            openings=[("openings.wrong", "1"), ("openings.wrong", "2")],
        ),
        case("another name", made.bundle(openings=renamed), openings=("openings.wrong", "3")),
        case(
            "names of an entry that has none",
            made.bundle(openings={"0": made.told()["openings"]["1"]}),
            openings=("openings.wrong", "0"),
        ),
        case(
            "names of an entry that is not there",
            made.bundle(openings={"9": {}}),
            openings=("openings.wrong", "9"),
        ),
        case(
            "a name that is not written as values are",
            loose.bundle(),
            openings=("openings.wrong", "1"),
        ),
        case("a name nested too deep", deep.bundle(), openings=("openings.wrong", "1")),
        case(
            "another name is not who signed",
            made.bundle(openings=renamed),
            {"signature": "Robin Else"},
            openings=("openings.wrong", "3"),
            signature=("signature.unknown", "Robin Else"),
        ),
        case(
            "a proof mutated",
            made.bundle(),
            {"receipts": (flipped(receipt, receipt.index("index 1") + 9),)},
            receipts=("receipts.not_included", "1"),
        ),
        case(
            "a proof of another number",
            made.bundle(),
            {"receipts": (receipt.replace("index 1", "index 2"),)},
            receipts=("receipts.not_included", "1"),
        ),
        case(
            "a receipt that says nothing",
            made.bundle(),
            {"receipts": (extra_cut,)},
            receipts=("receipts.malformed", "1"),
        ),
        case(
            "a receipt that is none", made.bundle(receipts=["rubbish"]), receipts=("receipts.malformed", "1")
        ),
        case(
            "a receipt with another name",
            made.bundle(),
            {"receipts": (false_names,)},
            receipts=("receipts.opening_wrong", "1"),
        ),
        case(
            "a receipt about another entry",
            made.bundle(),
            {"receipts": (made.receipt(1, entry=made.entries[2]),)},
            receipts=("receipts.not_included", "1"),
        ),
    ]


def _rubbish() -> list[Case]:
    made = trial(2)
    whole = made.bundle()
    title = '"title": "Trial declaration"'
    bad = {
        "nothing": "",
        "no JSON": "<html>Not found</html>",
        "cut in the middle": whole[: len(whole) // 2],
        "JSON of something else": "[1, 2, 3]",
        "another format": made.bundle(format="efus-declaration-bundle/2"),
        "a key twice": whole.replace('"entries":', '"entries": [], "entries":'),
        "a key twice further in": whole.replace(title, f"{title}, {title}"),
        "half a character": whole.replace(title, r'"title": "\ud800"'),
        "a number that is none": whole.replace(title, '"title": NaN'),
        "a number too large": whole.replace(title, '"title": 9007199254740993'),
        "a broken number": whole.replace(title, '"title": 1.0'),
        "no list": made.bundle(entries="x"),
        "a number for an entry": made.bundle(entries=[1]),
        "no keys": made.bundle(keys=[]),
        "a short key": made.bundle(keys=[hexed(KEY)[:62]]),
        "an opening without its salt": made.bundle(openings={"1": {"person": {"value": '"x"'}}}),
        "an opening of no number": made.bundle(openings={"01": {}}),
        "nested too deep": made.bundle(x=nested(33)),
        "a member nested too deep": made.bundle(x={"x": [nested(31)]}),
        "nested too deep around a number": made.bundle(x=nested(32)).replace("[[]]", "[[1]]"),
        "a hundred thousand brackets": "[" * 100_000,
        "something after it": whole + "x",
        "something before it": "\ufeff" + whole,
    }
    return [
        *(case(f"rubbish: {name}", text, bundle="bundle.malformed") for name, text in bad.items()),
        case("a receipt in place of the bundle", made.receipt(1), bundle="bundle.is_receipt"),
        case(
            "a receipt in place of the bundle, from a mail",
            made.receipt(1).replace("\n", "\r\n") + "\r\n",
            bundle="bundle.is_receipt",
        ),
        case("a signed state in place of the bundle", made.checkpoint(), bundle="bundle.is_state"),
    ]


OF_THE_LOG, OF_WHAT_IS_SHOWN, RUBBISH = _of_the_log(), _of_what_is_shown(), _rubbish()
