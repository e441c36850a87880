from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from efus_conference.models import Organisation
from efus_conference.sheets import CSV, MOST_LINES, MOST_ROWS, XLSX, SheetRefused
from tests import factories

ORGANISATIONS = "/admin/efus_conference/organisation/"
GONE = "This import was done already, or has expired."
NO_CSV = "This is no CSV file. In the spreadsheet program, save it as “CSV UTF-8” and send it again."
NO_WORKBOOK = "This is no Excel workbook (.xlsx), or it is damaged. Save it again, or send it as CSV."


def workbook(*lines: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_is_read_as_spreadsheet_programs_of_every_country_write_it(
    encoding: str, delimiter: str, ending: str
) -> None:
    lines = [["slug", "name_en"], ["liege", "Liège"], ["", ""], ["x", f'"One{delimiter} two, three; four"']]
    content = ending.join(delimiter.join(line) for line in lines).encode(encoding)
    assert CSV().create_dataset(content).dict == [
        {"slug": "liege", "name_en": "Liège"},
        {"slug": "x", "name_en": f"One{delimiter} two, three; four"},
    ]


def test_a_workbook_is_read_without_the_empty_lines_below_and_the_empty_columns_beside_it() -> None:
    content = workbook(("slug", "name_en", None), ("liege", "Liège"), (None, None), ("x", None))
    assert XLSX().create_dataset(content).dict == [
        {"slug": "liege", "name_en": "Liège"},
        {"slug": "x", "name_en": ""},
    ]


@pytest.mark.parametrize(
    ("reader", "content", "sentence"),
    [
        (CSV, workbook(("slug",), ("x",)), NO_CSV),
        (CSV, "slug\nx".encode("utf-16-le"), NO_CSV),
        (CSV, b"\xff\xfe\x00", NO_CSV),
        (CSV, b"slug\n" + b"x" * 200_000, NO_CSV),
        (CSV, b"slug,name_en\n", "This sheet has no rows below its headings."),
        (CSV, b"\n\n", "This sheet has no rows below its headings."),
        (CSV, b"slug,kind,slug\nx,city,y\n", "The column “slug” is there more than once. Keep one of them."),
        (CSV, b"slug,kind\nx,city\ny,city,z\n", "Row 2 has more cells than there are headings."),
        (XLSX, b"no sheet at all", NO_WORKBOOK),
        (
            XLSX,
            workbook(("slug", "slug "), ("x", "y")),
            "The column “slug” is there more than once. Keep one of them.",
        ),
    ],
)
def test_what_is_no_plain_table_is_refused_with_a_sentence(
    reader: Any, content: bytes, sentence: str
) -> None:
    with pytest.raises(SheetRefused) as refusal:
        reader().create_dataset(content)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("reader", [CSV, XLSX])
def test_a_sheet_that_would_keep_everyone_waiting_is_refused_before_any_row_is_checked(reader: Any) -> None:
    def sheet(count: int) -> bytes:
        lines = ["slug", *(f"town-{number}" for number in range(count))]
        return workbook(*((line,) for line in lines)) if reader is XLSX else "\n".join(lines).encode()

    assert reader().create_dataset(sheet(MOST_ROWS)).height == MOST_ROWS
    with pytest.raises(SheetRefused, match=r"more than 1000 rows\. Send it in several parts\."):
        reader().create_dataset(sheet(MOST_ROWS + 1))


@pytest.mark.parametrize("reader", [CSV, XLSX])
def test_of_millions_of_empty_rows_only_so_many_are_read(reader: Any) -> None:
    """A workbook says in one cell that so many rows stand above it."""
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "slug"
    book.worksheets[0].cell(MOST_LINES + 1, 1, "x")
    written = BytesIO()
    book.save(written)
    content = written.getvalue() if reader is XLSX else b"slug" + b"\n" * MOST_LINES + b"x"
    with pytest.raises(SheetRefused, match=rf"more than {MOST_LINES} rows\."):
        reader().create_dataset(content)


def test_a_row_that_claims_the_last_of_all_columns_is_not_read_that_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    widths: list[int] = []

    def measured(lines: Iterable[Sequence[Any]]) -> Any:
        widths.extend(len(line) for line in lines)

    monkeypatch.setattr("efus_conference.sheets.dataset_of", measured)
    book = openpyxl.Workbook()
    book.worksheets[0]["XFD1"] = "slug"
    written = BytesIO()
    book.save(written)
    XLSX().create_dataset(written.getvalue())
    assert widths == [0]


@pytest.fixture
def organiser(client: Client, db: None) -> Client:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    return client


def preview(client: Client, content: bytes, number: str = "1") -> Any:
    file = SimpleUploadedFile("sheet", content)
    return client.post(f"{ORGANISATIONS}import/", {"format": number, "import_file": file})


def confirm(client: Client, values: dict[str, str]) -> Any:
    return client.post(f"{ORGANISATIONS}process_import/", values, follow=True)


def test_the_form_says_what_is_wrong_with_a_file(organiser: Client) -> None:
    response = preview(organiser, b"slug;slug\na;b\n")
    assert response.context["form"].errors["import_file"] == [
        "The column “slug” is there more than once. Keep one of them."
    ]


def test_a_sheet_from_a_french_excel_is_imported(organiser: Client) -> None:
    shown = preview(organiser, "slug;kind;name_en\nliege;city;Liège\n".encode("cp1252"))
    confirm(organiser, shown.context["confirm_form"].initial)
    assert Organisation.objects.get().name_en == "Liège"


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (["1", "1.0", "yes", "Yes", "TRUE", "true", "oui", "VRAI", "ja", "Waar", " yes "], True),
        (["0", "0.0", "no", "FALSE", "non", "faux", "nee", "ONWAAR"], False),
        (["", " "], None),
    ],
)
def test_yes_and_no_are_read_in_the_languages_of_the_site(
    organiser: Client, words: list[str], means: bool | None
) -> None:
    rows = "".join(f"town-{number};city;Town;{word}\n" for number, word in enumerate(words))
    shown = preview(organiser, f"slug;kind;name_en;is_efus_member\n{rows}".encode())
    confirm(organiser, shown.context["confirm_form"].initial)
    assert list(Organisation.objects.values_list("is_efus_member", flat=True)) == [means] * len(words)


def test_a_word_that_is_neither_yes_nor_no_is_an_error_of_its_row(organiser: Client) -> None:
    shown = preview(organiser, b"slug,kind,name_en,is_efus_member\nx,city,X,zzz\n")
    assert "“zzz” is neither yes nor no; write 1 or 0." in shown.content.decode()
    assert "confirm_form" not in shown.context


@pytest.mark.parametrize("column", ["endonym", "other_names"])
def test_a_text_that_cannot_be_printed_is_an_error_of_its_row(organiser: Client, column: str) -> None:
    shown = preview(organiser, f"slug;kind;name_en;{column}\nx;city;X;a\u202eb\n".encode())
    assert "This has a character that cannot be printed." in shown.content.decode()
    assert "confirm_form" not in shown.context


def test_a_second_click_on_confirm_imports_nothing_again_and_says_so(organiser: Client) -> None:
    values = preview(organiser, b"slug,kind,name_en\nnew,city,New\n").context["confirm_form"].initial
    assert "Import finished" in confirm(organiser, values).content.decode()
    Organisation.objects.all().delete()
    again = confirm(organiser, values)
    assert again.redirect_chain == [(ORGANISATIONS, 302)]
    assert GONE in again.content.decode()
    assert not Organisation.objects.exists()


def test_of_two_clicks_at_once_one_imports(organiser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet is still there for the second, as it is while the first is at work."""
    values = preview(organiser, b"slug,kind,name_en\nnew,city,New\n").context["confirm_form"].initial
    monkeypatch.setattr("efus_conference.admin_sheets.CacheStorage.remove", lambda storage: None)
    assert "Import finished" in confirm(organiser, values).content.decode()
    assert GONE in confirm(organiser, values).content.decode()


@pytest.mark.parametrize(
    "invented",
    [
        {"import_file_name": "0" * 32},
        {"import_file_name": "../../etc/passwd"},
        {"format": "7"},
        {"format": "zzz"},
        {"resource": "9"},
    ],
)
def test_an_import_that_was_never_shown_leads_back_to_the_list(
    organiser: Client, invented: dict[str, str]
) -> None:
    values = preview(organiser, b"slug,kind,name_en\nnew,city,New\n").context["confirm_form"].initial
    assert GONE in confirm(organiser, {**values, **invented}).content.decode()
    assert not Organisation.objects.exists()
