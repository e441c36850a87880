from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive import news as news_items
from archive.models import NewsItem
from efus_conference.atom import MEDIA_TYPE
from efus_conference.kept import same_for_everyone

ON_A_PAGE = 20


@same_for_everyone("year", "page")
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """The latest first, of one `?year=` or of all; Http404 for a year or a page that there is not."""
    years = news_items.years()
    year = _among(request.GET.get("year", ""), years)
    items = news_items.listed()
    if year is not None:
        items = items.filter(published_at__year=year)
    pages = Paginator(items, ON_A_PAGE)
    number = _among(request.GET.get("page", ""), pages.page_range) or 1
    page = pages.page(number)
    context = {
        "page": page,
        "numbers": pages.get_elided_page_range(number),
        "years": years if len(years) > 1 else [],
        "year": year,
    }
    return render(request, "archive/news.html", context)


def _among(asked: str, known: object) -> int | None:
    """The number that a parameter names; None where it names none, Http404 where it is none of those known."""
    if not asked:
        return None
    # Of digits there are many alphabets, and numbers without end.
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 6) or int(asked) not in known:  # type: ignore[operator]
        raise Http404("There is no news of this year, or no such page of it.")
    return int(asked)


@same_for_everyone()
@require_safe
def news_item(request: HttpRequest, slug: str) -> HttpResponse:
    found = NewsItem.objects.public().filter(slug=slug.lower()).select_related("picture", "edition").first()
    if found is None:
        raise Http404("No news has this address.")
    if found.slug != slug:
        return redirect(found)
    return render(request, "archive/news_item.html", item_context(found))


def item_context(item: NewsItem) -> dict[str, object]:
    """What the page of an item shows, public or not yet."""
    others = news_items.listed().exclude(pk=item.pk)
    return {"item": item, "others": others[:3], "facts": news_items.article_facts(item)}


@same_for_everyone("lang")
@require_safe
def news_atom(request: HttpRequest) -> HttpResponse:
    """The latest news, in the language asked for; another than the site's has no feed."""
    language = request.GET.get("lang", "") or settings.LANGUAGE_CODE
    if language not in dict(settings.LANGUAGES):
        known = {"asked": language[:60], "known": ", ".join(dict(settings.LANGUAGES))}
        sentence = _("There is no language “%(asked)s” here. Use one of these: %(known)s.") % known
        return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=404)
    with translation.override(language):
        content = news_items.news_feed(language)
    response = HttpResponse(content, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    set_response_etag(response)
    answer = get_conditional_response(request, response["ETag"], response=response) or response
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Language"] = language
    return answer
