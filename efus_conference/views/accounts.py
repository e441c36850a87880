"""The pages of codes sent by e-mail: a new code is good as long as the first, and everyone is sent a new mail.

allauth leaves out the second mail where an address has no account (or has one already, at sign-up). Who
measures would read there who takes part, so here both kinds of address cost the same work again.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import ConfirmEmailVerificationCodeView
from allauth.core.exceptions import RateLimited
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from efus_conference.accounts import code_minutes
from efus_conference.views.login_code import ConfirmLoginCode


class _SendsANewCode:
    request: HttpRequest
    _process: Any

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        process = self._process
        try:
            process.generate_code()
            process.send()
        except RateLimited:
            adapter = get_adapter()
            messages.error(self.request, adapter.error_messages["rate_limited"])
        else:
            process.record_resend()
            process.state["at"] = time.time()
            process.persist()
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**values, "minutes": code_minutes()}


class LoginCodeView(_SendsANewCode, ConfirmLoginCode):
    pass


class AddressCodeView(_SendsANewCode, ConfirmEmailVerificationCodeView):
    pass


confirm_login_code = LoginCodeView.as_view()


@login_not_required
def confirm_address(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = AddressCodeView.as_view()(request)
    return response
