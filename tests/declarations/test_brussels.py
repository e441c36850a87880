"""The eleven signatories of the Brussels Declaration, as the archive knows them."""

from __future__ import annotations

from django.test import Client

from declarations import register

ELEVEN = {
    *("nice", "liege", "turin", "gdansk", "riga", "xabia", "zaragoza", "piraeus"),
    *("anci-piemonte", "safe-brussels", "efus"),
}


def test_the_eleven_are_there_as_historical_records_and_no_more_is_claimed(
    demo_db: str, client: Client
) -> None:
    address = "/en/declarations/brussels-declaration-2022/signatories/"
    page = client.get(address)
    entries = page.context["entries"]
    assert {entry.organisation.slug for entry in entries} == ELEVEN
    assert len(entries) == 11
    known = [(one.assurance, one.signer_name, one.signed_on, one.mandate) for one in entries]
    assert known == [(register.Assurance.HISTORICAL, "", None, None)] * 11
    assert page.context["timeline"] is None
    assert [entry.organisation.slug for entry in page.context["without_place"]] == ["anci-piemonte", "efus"]
    dots = [name for dot in page.context["maps"][0].dots for name in dot.names]
    assert len(dots) == 9
    for slug in sorted(ELEVEN):
        record = client.get(f"{address}{slug}/").content.decode()
        assert record.count("not known</span>") == 3
        assert "This is a historical record" in record


def test_the_demonstration_shows_what_was_checked_and_what_was_only_recorded(
    demo_db: str, client: Client
) -> None:
    page = client.get("/en/declarations/demonstration/signatories/")
    assert [(one.value, number) for one, number in page.context["counted"]] == [
        ("evidence_checked", 5),
        ("recorded_by_the_office", 1),
    ]
