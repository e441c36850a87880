from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from efus_conference.kept import same_for_everyone
from programme.models import ReleasedSession, Speaker
from programme.people import organisations_of, people_at
from programme.views.editions import EditionPages, Elsewhere, NotThere, on_edition
from programme.wording import person_line, session_lines


@same_for_everyone()
@on_edition
def speakers(request: HttpRequest, pages: EditionPages) -> HttpResponse:
    people = people_at(ReleasedSession.objects.of(pages.edition), pages.edition)
    return render(request, "programme/speakers.html", {**pages.context, "people": people})


@same_for_everyone()
@on_edition
def speaker(request: HttpRequest, pages: EditionPages, speaker_slug: str) -> HttpResponse:
    """One person with their sessions in all editions, the newest edition first."""
    found = Speaker.objects.shown().filter(slug=speaker_slug.lower()).select_related("organisation").first()
    if found is None:
        raise NotThere(speaker=True)
    editions = {edition.pk: edition for edition in pages.editions}
    rows = [row for row in ReleasedSession.objects.with_speaker(found) if row.edition_id in editions]
    if not rows:
        raise NotThere(speaker=True)
    here = [row for row in rows if row.edition_id == pages.edition.pk]
    if not here or speaker_slug != found.slug:
        edition = pages.edition if here else editions[rows[0].edition_id]
        raise Elsewhere("programme:speaker", edition.slug, found.slug)
    appearances = {row.pk: next(one for one in row.appearances if one["speaker"] == found.pk) for row in rows}
    organisations = organisations_of(appearances.values())
    across = []
    for edition_id, group in groupby(rows, key=lambda row: row.edition_id):
        edition = editions[edition_id]
        lines = session_lines(group, edition)
        parts = [
            person_line(found, appearances[line.row.pk], organisations, edition=edition) for line in lines
        ]
        across.append({"edition": edition, "sessions": list(zip(lines, parts, strict=True))})
    context = {
        **pages.context,
        "speaker": found,
        "person": person_line(
            found, {**appearances[here[0].pk], "role": ""}, organisations, edition=pages.edition
        ),
        "across": across,
        "is_from_then": found.consented_at is None,
    }
    return render(request, "programme/speaker.html", context)
