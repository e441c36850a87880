"""The public log for programs, and the two programs that check it (docs/feeds.md, docs/log.md).

Any site may read all of it. What is not there is a sentence in plain text, in the language of `?lang=`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from declarations.log import proofs
from declarations.log.bundle import bundle_of
from declarations.log.reading import NothingLoggedError, checkpoints_of, entry_about, last_checkpoint
from declarations.log.receipts import BrokenTreeError, file_name, public_receipt
from declarations.models import Declaration
from declarations.views.machine import PLAIN, for_machines
from efus_conference.kept import do_not_keep, same_for_everyone

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Declaration, P], HttpResponse]
ON_A_PAGE = 1000  # entries
logger = logging.getLogger(__name__)
VERIFIERS = Path(__file__).resolve().parent.parent / "verifier"


class Refused(Exception):  # noqa: N818 - no error
    """What is asked for is not there (404, 503), or is not asked for in a way that could be (400)."""

    def __init__(self, sentence: str, *, status: int = 404) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


def of_a_log(*parameters: str) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """For what is read of a published declaration's log; `parameters` are those it knows beside `?lang=`."""

    def decorated(view: View[P]) -> Callable[..., HttpResponse]:
        @same_for_everyone("lang", *parameters)
        @for_machines
        @wraps(view)
        def wrapped(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            declaration = get_object_or_404(Declaration.objects.public(), slug=slug)
            try:
                return view(request, declaration, *args, **kwargs)
            except NothingLoggedError:
                return _said(_("Nothing of this declaration has been logged yet."), 404)
            except Refused as refused:
                return _said(refused.sentence, refused.status)

        return wrapped

    return decorated


def _said(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type=PLAIN, status=status)


@of_a_log("size")
def checkpoint(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    """The last signed note, or the one over as many entries as `?size=` says."""
    asked = request.GET.get("size", "")
    if not asked:
        return HttpResponse(last_checkpoint(declaration).note, content_type=PLAIN)
    size = _number(asked)
    found = checkpoints_of(declaration).filter(size=size).first()
    if found is None:
        raise Refused(_("No checkpoint of that size was signed."))
    return _as_asked(HttpResponse(found.note, content_type=PLAIN), asked, size)


@of_a_log("from")
def entries(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    """What the log holds, to the byte, a thousand entries at a time: from the number that `?from=` gives."""
    head = last_checkpoint(declaration)
    asked = request.GET.get("from", "")
    first = _number(asked) if asked else 0
    last = min(first + ON_A_PAGE, head.size)
    rows = head.log.entries.filter(index__gte=first, index__lt=last).order_by("index")
    body = {
        "origin": head.log.origin,
        "size": head.size,
        "checkpoint": head.note,
        "entries": [
            {"index": index, "entry": entry, "leaf_hash": bytes(leaf_hash).hex()}
            for index, entry, leaf_hash in rows.values_list("index", "body", "leaf_hash")
        ],
        "next": last if first < last < head.size else None,
    }
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    # From any number, of which there is no end; kept are the pages that follow each other.
    return _as_asked(response, asked, first) if first % ON_A_PAGE == 0 else do_not_keep(response)


@of_a_log()
def bundle(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    """All that is needed to check it, but for the fingerprint of the key."""
    response = JsonResponse(bundle_of(declaration), json_dumps_params={"ensure_ascii": False, "indent": 1})
    return _to_keep(response, f"{declaration.slug}-bundle.json")


@of_a_log()
def proof(request: HttpRequest, declaration: Declaration, log_id: UUID) -> HttpResponse:
    """The last that the log says of a signature, with what the register shows of it."""
    entry = entry_about(declaration, log_id)
    if entry is None:
        raise Refused(_("The log has no entry about such a signature yet."))
    try:
        content = public_receipt(entry).written()
    except BrokenTreeError:
        logger.exception("No proof of an entry can be given")
        raise Refused(
            _("The proof of this entry cannot be given now: something is wrong with the log."), status=503
        ) from None
    response = HttpResponse(content, content_type=proofs.MEDIA_TYPE)
    return _to_keep(response, file_name(entry))


@same_for_everyone()
@for_machines
def verify_py(request: HttpRequest) -> HttpResponse:
    """The verifier in one file of Python."""
    return _program("verify.py", "text/x-python; charset=utf-8")


@same_for_everyone()
@for_machines
def check_html(request: HttpRequest) -> HttpResponse:
    """The verifier as a page to lie on one's own disk. It is handed out, and never shown as a page of this site."""
    return _program("check.html", "text/html; charset=utf-8")


def _program(name: str, content_type: str) -> HttpResponse:
    return _to_keep(HttpResponse((VERIFIERS / name).read_bytes(), content_type=content_type), name)


def _to_keep(response: HttpResponse, name: str) -> HttpResponse:
    """As a file to be kept, under a name that says what it is; slugs have nothing that would have to be quoted."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit() and len(asked) < 9):
        raise Refused(_("Give a number of entries, such as 12."), status=400)
    return int(asked)


def _as_asked(response: HttpResponse, asked: str, number: int) -> HttpResponse:
    """One answer is kept under one address: 7, and not 007."""
    return response if asked in ("", str(number)) else do_not_keep(response)
