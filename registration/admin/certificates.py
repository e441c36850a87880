"""The certificates of attendance that were issued, and those taken back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action, display

from efus_conference.admin_base import OrganisersAdmin, ReadOnlyAdmin, number
from efus_conference.templatetags.dates import in_full
from registration.actions.certificates import MANAGE, withdraw_certificate
from registration.admin.base import EditionFilter, asked_first, for_each
from registration.certificates import read_code
from registration.downloads import download
from registration.models import Certificate
from registration.requests import reader

LABELS = {"valid": "success", "replaced": "info", "mistake": "danger", "erased": "warning"}


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin, OrganisersAdmin):
    """Nobody writes one by hand: check-ins do. An organiser takes back what was issued by mistake."""

    list_display = ["shown_code", "name", "organisation_name", "shown_days", "language", "issued_at", "state"]
    fields = [
        "shown_code", "told_state", "registration", "name", "organisation_name", "edition", "shown_days",
        "language", "issued_at", "withdrawn_at", "pdf", "sha256",
    ]  # fmt: skip
    readonly_fields = fields
    list_filter = [EditionFilter, "withdrawn_why", "language"]
    list_select_related = ["edition"]
    search_fields = ["name__unaccent", "organisation_name__unaccent", "code"]
    search_help_text = _("A name, an organisation, or the code as it stands on the page.")
    actions = ["withdraw"]
    actions_detail = ["withdraw_this"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Certificate], search_term: str
    ) -> tuple[QuerySet[Certificate], bool]:
        if code := read_code(search_term):
            found = queryset.filter(code=code)
            if found.exists():
                return found, False
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        return rows, may_repeat

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(MANAGE))

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """No button on one that is over."""
        is_valid = Certificate.objects.valid().filter(pk=number(object_id)).exists()
        return list(super().get_actions_detail(request, object_id)) if is_valid else []

    def get_urls(self) -> list[Any]:
        file = path(
            "<int:pk>/file/",
            self.admin_site.admin_view(self.certificate_file),
            name="registration_certificate_file",
        )
        return [file, *super().get_urls()]

    def certificate_file(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Certificate, pk=pk)
        return never_cache(lambda _request: download(row.file, name=f"certificate-{row.code}.pdf"))(request)

    @action(description=_("Withdraw the certificate"), url_path="withdraw", permissions=["withdraw"])
    def withdraw_this(self, request: HttpRequest, object_id: int | str) -> HttpResponse:
        row: Certificate = get_object_or_404(self.get_queryset(request), pk=number(object_id))
        by, facts = reader(request), {"code": row.shown_code, "person": row.name}
        return asked_first(
            request,
            row,
            admin=self,
            title=gettext("Withdraw the certificate of %(person)s?") % facts,
            sentences=[
                gettext(
                    "Whoever checks its code is told that it was issued by mistake. This can’t be undone."
                ),
                gettext(
                    "Someone who was not there could ask for another one: take back their check-ins first."
                ),
            ],
            button=gettext("Yes, withdraw it"),
            act=lambda one: withdraw_certificate(certificate=one, by=by),
            done=gettext("The certificate %(code)s is withdrawn.") % facts,
        )

    @action(description=_("Withdraw the certificates"), permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Certificate]) -> None:
        by, valid = reader(request), Certificate.objects.valid().filter(pk__in=queryset.values("pk"))
        count = for_each(request, valid, lambda one: withdraw_certificate(certificate=one, by=by))
        done = ngettext("%(count)d certificate is withdrawn.", "%(count)d certificates are withdrawn.", count)
        messages.success(request, done % {"count": count})

    @display(description=_("code"), ordering="code")
    def shown_code(self, row: Certificate) -> str:
        return row.shown_code

    @display(description=_("days attended"))
    def shown_days(self, row: Certificate) -> str:
        return ", ".join(in_full(day) for day in row.days)

    @display(description=_("file"))
    def pdf(self, row: Certificate) -> SafeString | str:
        if not row.file:
            return "–"
        address = reverse("admin:registration_certificate_file", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("Download the PDF"))

    @display(description=_("status"))
    def told_state(self, row: Certificate) -> str:
        return self.state(row)[1]

    @display(description=_("status"), ordering="withdrawn_why", label=LABELS)
    def state(self, row: Certificate) -> tuple[str, str]:
        if row.is_valid:
            return "valid", gettext("valid")
        return row.withdrawn_why, row.get_withdrawn_why_display()
