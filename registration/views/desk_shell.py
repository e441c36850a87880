"""The desk's page and the worker that keeps it on the device: the same bytes for everyone, without a name in them.

Who may check in, and whom, comes as data once somebody entered (`registration.views.desk_machines`). The worker is
served at the root, because a service worker reaches no further up than the address it has.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from efus_conference.kept import same_for_everyone
from registration.views.desk_words import words

# Modules name each other, so they have no digest in their names; the worker's version stands for all of them.
SCRIPTS = ["js/desk/", "js/vendor/"]
STYLES = ["css/site.css", "css/desk.css"]
FONTS = ["fonts/civitas-serif-display-latin.woff2"]


@same_for_everyone()
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_page())


@same_for_everyone()
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker with the list of what it keeps; a changed file or text makes another worker, hence an update."""
    addresses, digest = [], hashlib.sha256()
    offline: dict[str, dict[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            addresses.append(reverse("registration:desk"))
            digest.update(_page().encode())
            offline[code] = {
                "title": gettext("You are offline"),
                "text": gettext(
                    "This page needs a network. What you opened on this device before can be read:"
                ),
                "as_it_was": gettext(
                    "The network does not answer. You see this page as it was on %(moment)s."
                ),
            }
    for name in _static_names():
        addresses.append(f"{settings.STATIC_URL}{name}" if name.endswith(".js") else static(name))
        digest.update(_file(name).read_bytes())
    digest.update(json.dumps(offline).encode())
    known = {
        "DESK": addresses,
        "STATIC": settings.STATIC_URL,
        "OFFLINE": offline,
        "VERSION": digest.hexdigest()[:16],
    }
    lines = [f"const {name} = {json.dumps(value)};" for name, value in known.items()]
    lines.append(_file("js/service-worker.js").read_text(encoding="utf-8"))
    return HttpResponse("\n".join(lines), content_type="text/javascript; charset=utf-8")


def _page() -> str:
    """Drawn without a request: nothing of who asks can get into it."""
    current = translation.get_language()
    links = []
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            links.append({"code": code, "name": name, "url": reverse("registration:desk")})
    context = {
        "LANGUAGE_CODE": current,
        "links": links,
        "is_demonstration_site": settings.DEMONSTRATION,
        "words": words(),
    }
    return render_to_string("registration/desk/shell.html", context)


def _static_names() -> list[str]:
    scripts = [
        f"{folder}{file.name}"
        for folder in SCRIPTS
        for file in sorted(_file(folder.rstrip("/")).glob("*.js"))
    ]
    return [*STYLES, *FONTS, *scripts]


def _file(name: str) -> Path:
    found = finders.find(name)
    assert isinstance(found, str), f"{name} is a file of ours"
    return Path(found)
