"""What the released session says of wheelchair places, beside those that can be booked."""

from __future__ import annotations

from django.utils.translation import gettext as _

from programme.models import ReleasedSession
from registration.models import SeatPool


def contradiction(pool: SeatPool) -> str:
    """Where the two differ, a sentence that says so; "" where they agree or the programme says nothing."""
    said = ReleasedSession.objects.filter(pk=pool.pk).values_list("wheelchair_places", flat=True).first()
    if said is None or said == pool.wheelchairs:
        return ""
    sentence = _(
        "The programme says that this session has %(said)d wheelchair places, and %(booked)d can be booked here. What "
        "stands here is booked: change it, or change the session and release it."
    )
    return sentence % {"said": said, "booked": pool.wheelchairs}
