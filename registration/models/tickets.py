from __future__ import annotations

import secrets
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registration.models.delegations import Place
from registration.models.people import Registration

# Crockford's base 32: no letter that is read as a digit or the other way round, all in QR's alphanumeric mode.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10  # 50 bits: nobody guesses one of 800 in an edition's days


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


class TicketKey(models.Model):
    """The public half of a key that signs or signed tickets; the secret one is made of `TICKET_KEY`.

    A retired one signs no more and verifies until the edition ends; a revoked one, whose secret got out, verifies
    nothing from that moment on.
    """

    key_id = models.CharField(_("key"), max_length=8, primary_key=True)
    public_key = models.CharField(
        _("public key"), max_length=64, help_text=_("Ed25519, 32 bytes as hexadecimal.")
    )
    made_at = models.DateTimeField(_("first used"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("key of tickets")
        verbose_name_plural = _("keys of tickets")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(public_key__regex=r"^[0-9a-f]{64}$"), name="a_ticket_key_has_32_bytes"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_ticket_key_stays_what_it_is",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' OR (NEW.key_id, NEW.public_key) IS DISTINCT FROM (OLD.key_id, OLD.public_key)
                        OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL)
                        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL)
                    THEN
                        RAISE EXCEPTION 'a key of tickets stays, and neither retiring nor revoking it is taken back'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_ticket_key_stays_what_it_is';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


class TicketQuerySet(models.QuerySet["Ticket"]):
    def standing(self) -> TicketQuerySet:
        """Those that let their person in."""
        return self.filter(voided_at=None)


class Ticket(models.Model):
    """The code that lets one confirmed person in, on the telephone, on paper and on the badge alike.

    A replacement has a registration and thus a ticket of its own on the same place; a badge that is printed again
    because the first is lost makes a new one. The old code is void from then on, and its use is flagged.
    """

    class Void(models.TextChoices):
        CANCELLED = "cancelled", _("the registration is over")
        REPLACED = "replaced", _("the place has someone else")
        REPRINTED = "reprinted", _("a new badge was printed")
        RENEWED = "renewed", _("its person asked for a new one")

    place = models.ForeignKey(Place, models.PROTECT, related_name="tickets", verbose_name=_("place"))
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="tickets", verbose_name=_("registration")
    )
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, default=new_code, editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True, editable=False)
    voided_why = models.CharField(_("why it is void"), max_length=10, choices=Void, blank=True, default="")
    printed_at = models.DateTimeField(_("badge first printed"), null=True, blank=True, editable=False)
    handed_at = models.DateTimeField(_("badge handed out"), null=True, blank=True, editable=False)
    # One person takes a whole delegation's badges.
    handed_to = models.ForeignKey(
        Registration,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("badge handed to"),
    )

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ["-made_at", "-pk"]
        permissions = [("print_badges", _("Can print badges"))]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(voided_at__isnull=True), name="one_standing_ticket"
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_why="")
                | (Q(voided_at__isnull=False) & ~Q(voided_why="")),
                name="a_void_ticket_says_why",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=rf"^[{ALPHABET}]{{{CODE_LENGTH}}}$"), name="a_ticket_code_is_readable"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="tickets_are_for_who_takes_part",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'UPDATE' THEN
                        IF (NEW.code, NEW.registration_id, NEW.place_id)
                                IS DISTINCT FROM (OLD.code, OLD.registration_id, OLD.place_id)
                            OR (OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at)
                            OR (OLD.voided_at IS NOT NULL AND NEW.voided_why <> OLD.voided_why
                                AND (OLD.voided_why, NEW.voided_why) <> ('cancelled', 'replaced'))
                        THEN
                            RAISE EXCEPTION 'a ticket is not made another one, and a void one stays void'
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'tickets_are_not_rewritten';
                        END IF;
                        RETURN NEW;
                    END IF;
                    -- The lock lets a cancellation at the same moment void it, or be seen.
                    PERFORM 1 FROM registration_registration r
                    WHERE r.id = NEW.registration_id AND r.place_id = NEW.place_id AND r.status = 'confirmed'
                      AND r.erased_at IS NULL
                    FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'a ticket is for a confirmed registration'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tickets_are_for_who_takes_part';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="tickets_are_not_deleted",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    RAISE EXCEPTION 'a ticket is made void: of one that is gone nobody knows why it lets nobody in'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'tickets_are_not_deleted';
                """,
            ),
            pgtrigger.Trigger(
                name="tickets_are_not_void_in_advance",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__voided_at__isnull=False),
                func="""
                    -- The clocks of two machines may differ a little.
                    IF NEW.voided_at > clock_timestamp() + interval '1 hour' THEN
                        RAISE EXCEPTION 'a ticket is void from now on, not from a day to come'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'tickets_are_not_void_in_advance';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.shown_code

    def get_absolute_url(self) -> str:
        return reverse("registration:ticket", args=[self.code])

    @property
    def shown_code(self) -> str:
        """As people read it aloud: “7QK2M-9XD4T”."""
        return f"{self.code[:5]}-{self.code[5:]}"

    @property
    def is_standing(self) -> bool:
        return self.voided_at is None
