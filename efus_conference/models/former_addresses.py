from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class FormerAddress(models.Model):
    """A part of an address that once led to a row and shall do so for ever: a QR code is printed once.

    Triggers write it (see `remembers_its_addresses`), so that no way of changing a slug forgets to. It names
    the row, not the next slug: however often the slug changes, every old one leads to the latest.
    """

    class Kind(models.TextChoices):
        EDITION = "edition", _("edition")
        ORGANISATION = "organisation", _("organisation")
        SPEAKER = "speaker", _("speaker")
        VENUE = "venue", _("venue")
        ROOM = "room", _("room")
        SESSION_KIND = "session_kind", _("kind of session")
        THEME = "theme", _("theme")
        DECLARATION = "declaration", _("declaration")
        PAGE = "page", _("page")
        NEWS = "news", _("news")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    scope_id = models.BigIntegerField(
        _("edition"), default=0, help_text=_("Within which edition the address stood; 0 for all.")
    )
    slug = models.CharField(_("former address"), max_length=120)
    target_id = models.BigIntegerField(_("leads to"))

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope_id", "slug"], name="a_former_address_leads_to_one_place"
            ),
        ]
        indexes = [models.Index(fields=["kind", "target_id"])]

    def __str__(self) -> str:
        return self.slug


def remembers_its_addresses(kind: FormerAddress.Kind, *, scope: str = "") -> pgtrigger.Trigger:
    """The trigger of a model with a `slug`; `scope` is the column of the edition within which it is unique.

    A row that takes a former slug wins. What was deleted is led to no more.
    """
    old_scope, new_scope = (f"COALESCE(OLD.{scope}, 0)", f"COALESCE(NEW.{scope}, 0)") if scope else ("0", "0")
    return pgtrigger.Trigger(
        name="remembers_its_addresses",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' THEN
                DELETE FROM efus_conference_formeraddress
                    WHERE kind = '{kind.value}' AND target_id = OLD.id;
                RETURN OLD;
            END IF;
            IF TG_OP = 'UPDATE' AND (OLD.slug, {old_scope}) = (NEW.slug, {new_scope}) THEN
                RETURN NEW;
            END IF;
            DELETE FROM efus_conference_formeraddress
                WHERE kind = '{kind.value}' AND scope_id = {new_scope} AND slug = NEW.slug;
            IF TG_OP = 'UPDATE' THEN
                INSERT INTO efus_conference_formeraddress (kind, scope_id, slug, target_id)
                    VALUES ('{kind.value}', {old_scope}, OLD.slug, OLD.id)
                    ON CONFLICT (kind, scope_id, slug) DO UPDATE SET target_id = EXCLUDED.target_id;
            END IF;
            RETURN NEW;
        """,  # noqa: S608 - made of our own constants
    )
