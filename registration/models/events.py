from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registration.models.delegations import Place
from registration.models.people import Registration
from registration.states import Status


class RegistrationEvent(models.Model):
    """Its history: who did what, for whom, when. “A for B” where the two differ."""

    class Verb(models.TextChoices):
        REGISTERED = "registered", _("registered")
        CHANGED = "changed", _("changed the registration")
        # The ways of `registration.states`.
        SUBMITTED = "submitted", _("sent the registration")
        RESUBMITTED = "resubmitted", _("sent the registration again")
        WAITS = "waits", _("joined the waiting list")
        OFFERED = "offered", _("was offered a place")
        ACCEPTED = "accepted", _("accepted the place")
        DECLINED = "declined", _("declined the place")
        EXPIRED = "expired", _("let the offer of a place expire")
        CONFIRMED = "confirmed", _("confirmed the registration")
        REFUSED = "refused", _("refused the registration")
        REOPENED = "reopened", _("took the refusal back")
        CANCELLED = "cancelled", _("cancelled the registration")
        # Of a delegation's place, of a companion, of who keeps it.
        INVITED = "invited", _("invited someone to the place")
        REPLACED = "replaced", _("gave the place to someone else")
        TOOK_OVER = "took_over", _("took the place over with its seats")
        HANDED_OVER = "handed_over", _("handed the registration over")
        UNINVITED = "uninvited", _("took the invitation back")
        GRANTED = "granted", _("added places")
        TAKEN_BACK = "taken_back", _("took the place back")
        ACCOMPANIED = "accompanied", _("named a companion")
        UNACCOMPANIED = "unaccompanied", _("took a companion off")
        ANSWERED = "answered", _("answered questions")
        REPLIED = "replied", _("replied to the access needs")
        TOGETHER = "together", _("waits together with others")
        # Of a waiting list for seats.
        SEAT_WAITS = "seat_waits", _("waits for a seat")
        SEAT_LEFT = "seat_left", _("left the waiting list")
        SEAT_OFFERED = "seat_offered", _("was offered a seat")
        SEAT_DECLINED = "seat_declined", _("declined the seat")
        SEAT_EXPIRED = "seat_expired", _("let the offer of a seat expire")
        SEAT_CUT_OFF = "seat_cut_off", _("waited until the list closed")
        SEAT_CLASH = "seat_clash", _("was passed over, speaking at that time")
        SWAPPED = "swapped", _("took one seat instead of another")
        CLASH_ENDED = "clash_ended", _("lost the later of two seats at one time")
        MAILED = "mailed", _("wrote an e-mail")
        BOOKED = "booked", _("booked a seat")
        GAVE_UP = "gave_up", _("gave up a seat")
        MOVED = "moved", _("a session with a booked seat moved")
        CALLED_OFF = "called_off", _("a session with a booked seat was cancelled")
        IDENTITY = "identity", _("gave the identity document for a visit")
        NO_IDENTITY = "no_identity", _("took back the identity document for a visit")
        # Of the days themselves, and of what is kept after them.
        WALKED_IN = "walked_in", _("registered at the desk")
        RENEWED = "renewed", _("asked for a new ticket")
        REPRINTED = "reprinted", _("printed a new badge")
        UNCHECKED = "unchecked", _("took a check-in back")
        CERTIFIED = "certified", _("got a certificate")
        VISA_LETTER = "visa_letter", _("made a letter for a visa")
        CONSENTED = "consented", _("agreed")
        UNCONSENTED = "unconsented", _("took an agreement back")
        ERASED = "erased", _("had the personal data erased")

    # None for what happens to a place before it has a person.
    registration = models.ForeignKey(Registration, models.CASCADE, null=True, related_name="events")
    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="events")
    verb = models.CharField(_("what"), max_length=14, choices=Verb)
    before = models.CharField(_("from"), max_length=10, choices=Status, blank=True, default="")
    after = models.CharField(_("to"), max_length=10, choices=Status, blank=True, default="")
    reason = models.TextField(_("why"), blank=True, max_length=1000, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    # {"session": code} or {"fields": [names]}; never the values, which may be sensitive.
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__isnull=False) | Q(place__isnull=False),
                name="an_event_is_about_someone_or_some_place",
            ),
        ]

    def __str__(self) -> str:
        return self.get_verb_display()

    @property
    def is_on_behalf(self) -> bool:
        """Whether someone acted for someone else."""
        if self.registration is None:
            return False
        return self.actor_id != self.registration.managed_by_id or not self.registration.is_own
