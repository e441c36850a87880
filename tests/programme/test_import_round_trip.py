from __future__ import annotations

from typing import Any

import pytest

from efus_conference.models import Edition, EditionHost, Organisation
from programme.actions import release
from programme.imports import Report, import_schedule
from programme.schedule import schedule, schedule_json
from programme.schedule_xml import schedule_xml
from tests import databases

LANGUAGES = ("en", "fr", "nl")


def exported(slug: str) -> dict[str, bytes]:
    """schedule.xml and .json in each language."""
    edition = Edition.objects.in_order().get(slug=slug)
    files = {}
    for language in LANGUAGES:
        facts = schedule(edition, language)
        files |= {
            f"{language}.json": schedule_json(facts),
            f"{language}.xml": schedule_xml(facts, "https://conference.example/schedule.xml"),
        }
    return files


def imported(files: dict[str, bytes], suffix: str) -> list[Report]:
    return [
        import_schedule(
            content=files[f"{language}.{suffix}"],
            name=f"schedule.{suffix}",
            language=language,
            make_missing=True,
            speakers_agreed=True,
        )
        for language in LANGUAGES
    ]


def columns(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name != "id"}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_a_programme_exported_and_imported_elsewhere_is_exported_the_same(
    suffix: str, demo_db: str, worker_name: str
) -> None:
    edition = Edition.objects.get(is_demonstration=True)
    before = exported(edition.slug)
    hosts = [
        (columns(host.organisation), host.role, host.order)
        for host in edition.hosting.select_related("organisation")
    ]

    with databases.copy_of(databases.template(), f"efus_elsewhere_{worker_name}"):
        # What an organiser enters before the import: the edition, its days and hosts.
        there = Edition.objects.create(**columns(edition))
        for organisation, role, order in hosts:
            host = Organisation.objects.create(**organisation)
            EditionHost.objects.create(edition=there, organisation=host, role=role, order=order)
        first = imported(before, suffix)
        release(edition=there, by=None)
        after = exported(there.slug)
        again = imported(after, suffix)

    assert [report.not_placed for report in first] == [{}, {}, {}]
    for language in LANGUAGES:
        name = f"{language}.{suffix}"
        assert after[name].decode() == before[name].decode(), name
    assert [report.is_nothing_to_do for report in again] == [True, True, True]
