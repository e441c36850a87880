"""What the pages of single rows of the desk can end: a link, a device, a check-in. Asked first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from registration.actions import close_device, revoke_desk_link, undo_check_in
from registration.admin.base import asked_first
from registration.requests import reader

if TYPE_CHECKING:
    _Admin = Any
else:
    _Admin = object

OPEN_OR_CLOSED = {"open": "success", "closed": "info"}


def open_or_closed(closed_at: datetime | None) -> tuple[str, str]:
    """In words: a red cross in a column “closed” looks as if it were."""
    return ("closed", gettext("closed")) if closed_at else ("open", gettext("open"))


class _EndsOne(_Admin):
    """Mixed into an admin whose rows end: `ended` is the column that says when."""

    ended = ""

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """No button on one that ended."""
        row = self._row(request, object_id)
        if row is None or getattr(row, self.ended) is not None:
            return []
        return list(super().get_actions_detail(request, object_id))

    def _row(self, request: HttpRequest, object_id: int | str) -> Any:
        return self.get_object(request, str(object_id))

    def _there(self, request: HttpRequest, object_id: int | str) -> Any:
        row = self._row(request, object_id)
        if row is None:
            raise Http404
        return row


class ClosesLinks(_EndsOne):
    ended = "revoked_at"

    @action(
        description=_("Close: nobody enters by it any more"),
        url_path="close",
        icon="link_off",
        permissions=["revoke"],
    )
    def revoke_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return asked_first(
            request,
            self._there(request, object_id),
            admin=self,
            title=gettext("Close this link?"),
            sentences=[gettext("Nobody enters by it any more, and the devices that did are closed.")],
            button=gettext("Yes, close it"),
            act=lambda link: revoke_desk_link(link=link),
            done=gettext("It is closed."),
        )


class ClosesDevices(_EndsOne):
    ended = "closed_at"

    @action(
        description=_("Close: lost, or handed back"),
        url_path="close",
        icon="phonelink_erase",
        permissions=["close"],
    )
    def close_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        return asked_first(
            request,
            self._there(request, object_id),
            admin=self,
            title=gettext("Close this device?"),
            sentences=[gettext("The desk can’t be opened on it any more, until somebody enters there anew.")],
            button=gettext("Yes, close it"),
            act=lambda device: close_device(device=device),
            done=gettext("It is closed."),
        )


class TakesBackCheckIns(_EndsOne):
    ended = "undone_at"

    @action(description=_("Take back"), url_path="take-back", icon="undo", permissions=["undo"])
    def undo_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        row, by = self._there(request, object_id), reader(request)
        return asked_first(
            request,
            row,
            admin=self,
            title=gettext("Take back the check-in of %(person)s?") % {"person": row.registration.name},
            sentences=[gettext("It counts no more, and stays in the list as taken back.")],
            button=gettext("Yes, take it back"),
            act=lambda check_in: undo_check_in(check_in=check_in, by=by),
            done=gettext("The check-in is taken back."),
        )
