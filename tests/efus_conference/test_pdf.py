from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.conf import settings

from efus_conference.pdf import FONTS, PdfError, breakable_text, covered, made_pdf, printable_text


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.fixture
def template(tmp_path: Path, settings: Any) -> str:
    """A template of this test's own beside the shared one."""
    house = settings.BASE_DIR / "templates/components/pdf/house.typ"
    (tmp_path / "templates/components/pdf").mkdir(parents=True)
    (tmp_path / "templates/components/pdf/house.typ").write_text(house.read_text())
    settings.BASE_DIR = tmp_path
    (tmp_path / "templates/letter.typ").write_text(
        '#import "/components/pdf/house.typ": *\n#show: house\n= #data.title\n#data.text\n'
    )
    return "letter.typ"


def made(template: str, text: str) -> bytes:
    return made_pdf(template, {"text": text}, language="fr", title="Un titre")


def test_a_pdf_is_tagged_and_says_its_language_title_and_standards(template: str) -> None:
    content = made(template, "Bonjour")

    assert [
        name in content
        for name in (b"<pdfuaid:part>1", b"<pdfaid:part>2", b"<pdfaid:conformance>A", b"<rdf:li>fr</rdf:li>")
    ] == [True] * 4
    document = pypdfium2.PdfDocument(content)
    assert [document.is_tagged(), document.get_metadata_value("Title")] == [True, "Un titre"]
    document.close()


def test_the_same_data_give_the_same_bytes(template: str) -> None:
    assert made(template, "Bonjour") == made(template, "Bonjour")


def test_texts_are_never_read_as_markup(template: str) -> None:
    text = '#panic("x") *bold* $x$ @nobody <label> [x] \\u{41} = Title'

    assert text in text_of(made(template, text))


def test_names_in_our_four_alphabets_are_printed(template: str) -> None:
    names = "Įžūlė Příklad, Παραδειγμούπολη, Їжакевич, Đặng"

    assert names in text_of(made(template, names))
    for name in ("محمد", "گلناز", "نۇر"):
        # The page says which letters they are, whatever form each takes beside the others.
        assert name in text_of(made(template, name))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("𝐁old ﬁne", "Bold ﬁne"),
        ("well done 🎉!", "well done !"),
        ("עדן דוגמה, Mayor", "[…] […], Mayor"),
        ("ﻣﺜﺎﻝ", "مثال"),
        ("a\0b\x07c", "abc"),
        ("e\u0301", "é"),
        ("Veilig\u00adheid", "Veiligheid"),
        ("🎉", "[…]"),
        (" ", " "),
    ],
)
def test_what_our_typefaces_lack_is_replaced_and_never_stops_a_page(typed: str, printed: str) -> None:
    assert printable_text(typed) == printed


def test_a_long_text_of_anything_is_set(template: str) -> None:
    assert made(template, "x" * 10_000 + "".join(chr(code) for code in range(0xD7FF)))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Beispielshausen zu Musterberg", "Beispielshausen zu Musterberg"),
        ("x" * 25, "\u200b".join("x" * 25)),
        ("e\u0323" * 13, "\u200b".join(["e\u0323"] * 13)),
        ("مثال" * 7, f"{'مثال' * 3}\u200b{'مثال' * 3}\u200bمثال"),
    ],
)
def test_only_long_words_may_go_on_in_the_next_line(word: str, expected: str) -> None:
    assert breakable_text(word) == expected


def test_a_warning_is_an_error(template: str) -> None:
    path = settings.BASE_DIR / "templates/letter.typ"
    path.write_text(path.read_text() + '#text(font: "No Such Font")[x]')

    with pytest.raises(PdfError, match="unknown font family"):
        made(template, "Bonjour")


def test_the_typefaces_are_small_and_their_licence_lies_beside_them() -> None:
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 1_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
    assert {"A", "é", "ł", "Ω", "Ж", "€", "–"} <= covered()
