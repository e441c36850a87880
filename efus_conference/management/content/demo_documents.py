"""Documents of the demonstration edition, made here, which say of themselves that they are invented."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from archive.actions.documents import save_document
from archive.documents import check_pdf
from archive.models import Document
from efus_conference.management.content.files import records, translated
from efus_conference.management.content.ledger import Ledger
from efus_conference.models import Edition
from efus_conference.pdf import made_pdf


def load_demo_documents(ledger: Ledger) -> None:
    edition = ledger.row("demo-edition", Edition)
    if edition is None:
        return
    for order, item in enumerate(records("demo/documents"), start=1):
        if ledger.knows(item["key"]):
            continue
        content = made_pdf(
            "archive/demo_document.typ",
            {name: item[name] for name in ("cover", "notice", "texts")},
            language=item["language"],
            title=item["title"][item["language"]],
        )
        document = Document(
            edition=edition,
            kind=item["kind"],
            **translated("title", item["title"]),
            language=item["language"],
            order=order,
        )
        ledger.note(
            item["key"],
            save_document(document=document, pdf=check_pdf(SimpleUploadedFile("leaflet.pdf", content))),
        )
