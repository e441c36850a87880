"""The organisers' pages of badges, and of the lists on paper for the days themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action

from efus_conference.admin_base import edition_asked_for, number
from efus_conference.models import Edition, Project
from registration.actions import Refusal, print_badges
from registration.actions.tickets import PRINT
from registration.admin.list_pages import file_of
from registration.badge_form import MOST, BadgeForm
from registration.models import Registration, Ticket
from registration.paper_lists import attendance_as_it_was, attendance_sheet, paper_list
from registration.requests import reader
from registration.ticket_keys import KeyUnusableError
from registration.times import spoken_day

if TYPE_CHECKING:
    from registration.admin.people import RegistrationAdmin


class PrintsBadges:
    """Mixed into the admin of registrations: the pages, and the button of one person."""

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **parts: view(request, self, **parts))  # type: ignore[attr-defined]

        return [
            path("badges/", page(badges_page), name="registration_registration_badges"),
            path("day-lists/", page(day_lists_page), name="registration_registration_day_lists"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @action(description=_("Badge…"), url_path="to-badge", icon="badge", permissions=["print_badges"])
    def open_badge(self, request: HttpRequest, object_id: int) -> HttpResponse:
        person = Registration.objects.select_related("edition").filter(pk=number(object_id)).first()
        if person is None:
            raise Http404
        if not person.is_confirmed:
            messages.error(request, _("Who does not take part has no badge."))
            return redirect("admin:registration_registration_change", person.pk)
        query = urlencode({"edition": person.edition.slug, "whom": f"person-{person.pk}", "form": "a6"})
        return redirect(f"{reverse('admin:registration_registration_badges')}?{query}")

    def has_print_badges_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(PRINT))


@never_cache
def badges_page(request: HttpRequest, admin: RegistrationAdmin) -> HttpResponse:
    """Says how many there are before it prints them. What was counted stands in the address."""
    editions, edition = _editions(request)
    if edition is None:
        return _without_an_edition(request, admin, _("Badges"))
    asked = request.POST if request.method == "POST" else request.GET
    is_first = "whom" not in asked
    form = BadgeForm({"whom": "all", "form": "a6", "only_new": "on"} if is_first else asked, edition=edition)
    is_valid = form.is_valid()
    if request.method == "POST" and is_valid:
        if asked.get("do") == "count":
            return redirect(f"{request.path}?{urlencode({'edition': edition.slug, **form.cleaned_data})}")
        if asked.get("counted", form.choice) != form.choice:
            messages.warning(
                request,
                _now("Another choice than was counted: look at the number of badges, then print them."),
            )
        elif (answer := _printed(request, form)) is not None:
            return answer
    people = form.to_print().count() if is_valid else 0
    context = {
        **_context(request, admin, _("Badges"), editions, edition),
        "form": form,
        "is_counted": is_valid,
        "people": people,
        "chosen": form.chosen().count() if is_valid else 0,
        "printed": Ticket.objects.standing()
        .filter(registration__in=form.chosen().order_by(), printed_at__isnull=False)
        .count()
        if is_valid
        else 0,
        "most": MOST,
        "parts": -(-people // MOST),
    }
    return render(request, "admin/registration/badges.html", context)


def _printed(request: HttpRequest, form: BadgeForm) -> HttpResponse | None:
    """The file; None where there is none, and a message says why."""
    people = list(form.to_print()[: MOST + 1])
    if len(people) > MOST and not form.cleaned_data["only_new"]:
        messages.error(
            request,
            _now(
                "These are more than %(most)d badges. Choose only those not printed yet, which come in parts, or a "
                "category."
            )
            % {"most": MOST},
        )
        return None
    try:
        content = print_badges(
            registrations=people[:MOST], form=form.cleaned_data["form"], by=reader(request)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    except KeyUnusableError:
        messages.error(
            request,
            _("The key of the tickets was revoked. Set another one first; the operations manual says how."),
        )
        return None
    name = f"badges-{form.edition.slug}-{form.cleaned_data['form']}.pdf"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@never_cache
def day_lists_page(request: HttpRequest, admin: RegistrationAdmin) -> HttpResponse:
    """`?what=people`, `?what=sign&day=2027-05-20` or `?what=was&day=…`, each `&as=pdf` or `&as=xlsx`, `&project=7`."""
    title = _("Paper and attendance lists")
    editions, edition = _editions(request)
    if edition is None:
        return _without_an_edition(request, admin, title)
    days = [midnight.date() for midnight in edition.days()]
    project = _project(request)
    what, wanted = request.GET.get("what"), request.GET.get("as")
    if what is not None:
        if wanted not in ("pdf", "xlsx"):
            raise Http404
        if what == "people":
            return file_of(paper_list(edition), wanted)
        day = _day(request, days)
        if what == "sign":
            return file_of(attendance_sheet(edition, day, project), wanted)
        if what == "was":
            return file_of(attendance_as_it_was(edition, day, project), wanted)
        raise Http404
    context = {
        **_context(request, admin, title, editions, edition),
        "people": Registration.objects.confirmed().filter(edition=edition, erased_at=None).count(),
        # Of a day to come nothing can be told as it was.
        "days": [
            (midnight.date().isoformat(), spoken_day(midnight, edition.zone), midnight <= timezone.now())
            for midnight in edition.days()
        ],
        "projects": Project.objects.all(),
        "project": project,
    }
    return render(request, "admin/registration/day_lists.html", context)


def _editions(request: HttpRequest) -> tuple[list[Edition], Edition | None]:
    """Those with registrations, and the one that is asked for, if any. Raises PermissionDenied and Http404."""
    if not request.user.has_perms([PRINT, "registration.view_registration"]):
        raise PermissionDenied
    editions = list(
        Edition.objects.filter(categories__isnull=False)
        .distinct()
        .order_by("-number")
        .prefetch_related("hosting__organisation")
    )
    edition = edition_asked_for(request, editions)
    if editions and edition is None:
        raise Http404
    return editions, edition


def _day(request: HttpRequest, days: list[date]) -> date:
    asked = request.GET.get("day", "")
    for day in days:
        if day.isoformat() == asked:
            return day
    raise Http404


def _project(request: HttpRequest) -> Project | None:
    key = request.GET.get("project", "")
    if not key:
        return None
    found = Project.objects.filter(pk=number(key)).first()
    if found is None:
        raise Http404
    return found


def _without_an_edition(request: HttpRequest, admin: RegistrationAdmin, title: Any) -> HttpResponse:
    messages.error(request, _("No edition has categories yet, so nobody is registered."))
    return redirect("admin:registration_registration_changelist")


def _context(
    request: HttpRequest, admin: RegistrationAdmin, title: Any, editions: list[Edition], edition: Edition
) -> dict[str, Any]:
    return {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": admin.opts,
        "editions": editions,
        "edition": edition,
    }
