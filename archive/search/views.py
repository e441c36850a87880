from __future__ import annotations

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from psycopg.errors import QueryCanceled

from archive.countries import named
from archive.search.pages import Search
from efus_conference.models import Edition

PATIENCE = 2000  # milliseconds for one statement; a search takes some tens


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    editions = list(Edition.objects.published().in_order())
    asked = Search(request.GET, editions, reader=(get_language() or "en")[:2])
    context = {
        "search": asked,
        "editions_in_order": editions,
        "current_edition": next((edition for edition in editions if edition.is_current), None),
    }
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(PATIENCE)])
            context["searched"] = asked.searched()
            context["found"] = found = asked.found()
            if found is not None:
                context["countries"] = named(asked.question.words)
                context |= {"kinds": asked.kinds(found), "pages": asked.pages(found)}
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        return render(request, "archive/search.html", {**context, "is_too_slow": True}, status=503)
    return render(request, "archive/search.html", context)
