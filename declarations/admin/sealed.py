"""Sealed PDFs of declarations, to be read: what is sealed and when. The worker makes them, also when asked here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from declarations.actions.sealing import ask_to_seal_anew
from declarations.admin.steps import step
from declarations.models import SealedDocument
from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number


@admin.register(SealedDocument)
class SealedDocumentAdmin(ReadOnlyAdmin, OrganisersAdmin):
    list_display = ["declaration", "language", "signatures", "sealed_at", "shown_stamp"]
    list_filter = ["declaration", "language"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("declaration", "language"),
                    "document",
                    ("signatures", "checkpoint"),
                    ("sealed_at", "stamped_at"),
                    "sha256",
                ]
            },
        )
    ]
    readonly_fields = ["document"]
    list_select_related = ["declaration", "checkpoint__log"]
    actions_detail = ["seal_anew"]

    @display(description=_("time stamp"), label={"yes": "success", "no": "warning"})
    def shown_stamp(self, obj: SealedDocument) -> tuple[str, str]:
        return ("yes", str(_("timestamped"))) if obj.stamped_at else ("no", str(_("not timestamped yet")))

    @display(description=_("document"))
    def document(self, obj: SealedDocument) -> str:
        address = reverse("declarations_machine:pdf", args=[obj.declaration.slug])
        return format_html('<a href="{}?lang={}">{}</a>', address, obj.language, _("Open the PDF"))

    def has_seal_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("declarations.change_declaration"))

    @action(description=_("Seal anew …"), url_path="seal-anew", permissions=["seal"])
    def seal_anew(self, request: HttpRequest, object_id: int) -> HttpResponse:
        document = get_object_or_404(
            SealedDocument.objects.select_related("declaration"), pk=number(object_id)
        )

        def do(form: forms.Form) -> SealedDocument:
            ask_to_seal_anew(declaration=document.declaration)
            return document

        return step(
            self,
            request,
            document,
            title=_("Seal this declaration anew"),
            explanation=[
                _("The worker makes the documents of all languages again, within a minute or two."),
                _(
                    "It does so by itself whenever text, signatures or log would say something else. This is for a new "
                    "certificate of the seal, or where a document looks wrong."
                ),
            ],
            button=_("Seal anew"),
            form=forms.Form(request.POST if request.method == "POST" else None),
            do=do,
            done=_("It is being sealed anew: look again in a minute."),
        )
