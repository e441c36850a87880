"""Changing what was registered."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.actions import AlreadyRegistered, NoLongerRegistered, Refusal, change_registration
from registration.actions.refusals import NameStands
from registration.asking import unanswered
from registration.change_form import ChangeForm
from registration.models import Registration
from registration.requests import reader
from registration.views.mine import kept_by_reader
from registration.views.typed import typed


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What another category asks comes on the next page."""
    kept = kept_by_reader(request, pk)
    if not kept.is_live or kept.edition.phase() == "over":
        return _over(request, kept)
    data: dict[str, str] | None = None
    problems: dict[str, ValidationError] = {}
    if request.method == "POST":
        press, problems = typed(request, [], with_press=True)
        data = {**{name: str(value) for name, value in request.POST.items()}, **press}
    form = ChangeForm(data, registration=kept, by=reader(request), problem=problems.get("press_card"))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                fresh = change_registration(
                    registration=kept, by=reader(request), press=form.press, **form.details
                )
                form.forget_files()
        except AlreadyRegistered as refusal:
            form.add_error("email", str(refusal))
        except NoLongerRegistered:
            return _over(request, kept)
        except NameStands as refusal:
            form.add_error(None, str(refusal))
        except Refusal as refusal:
            # Everything else that is refused is about the category one changes to.
            form.add_error("category" if "category" in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Your changes are saved."))
            if fresh.category_id != kept.category_id and unanswered(fresh, only_required=True):
                return redirect("registration:questions", pk=fresh.pk)
            return redirect(fresh)
    return render(
        request,
        "registration/change.html",
        {"form": form, "registration": kept, "edition": kept.edition, "is_own": kept.is_own},
    )


def _over(request: HttpRequest, kept: Registration) -> HttpResponse:
    """A page that lay open while the registration was cancelled or the edition passed."""
    messages.warning(request, _("Nothing was changed: this registration is over."))
    return redirect(kept)
