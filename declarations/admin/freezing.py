"""From a draft to the frozen text, as officers see it: preview, propose, and a second one freezes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldBooleanWidget

from declarations.actions import (
    AlreadyPublished,
    Refusal,
    check_publication,
    propose_freezing,
    publish_declaration,
)
from declarations.admin.steps import officer, step
from declarations.documents import as_texts, document, language_name
from declarations.models import Declaration, TextVersion
from declarations.models.texts import hash_of_texts
from declarations.text_checks import warnings_of
from efus_conference.admin_base import number


class SeenForm(forms.Form):
    """Which texts the page showed; a page without them shows none."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class SureForm(SeenForm):
    """Where something in the texts wants a second look, somebody says that it is meant so."""

    is_meant = forms.BooleanField(
        label=_("I looked at these places, and the texts are meant to be as they are."),
        error_messages={"required": _("Look at the places above first, and tick that they are meant so.")},
        widget=UnfoldBooleanWidget(),
    )


class FreezingSteps:
    """The buttons of a declaration that is not published yet."""

    @action(description=_("Preview"), url_path="preview", permissions=["change"])
    def preview(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The texts as they will be read, side by side at first, and what to look at in them."""
        declaration = _found(object_id)
        versions = list(declaration.texts.order_by("status", "language"))
        response = render(
            request,
            "declarations/preview.html",
            {
                **document(
                    as_texts(declaration, versions), request.GET.get("text", "all"), get_language() or ""
                ),
                "declaration": declaration,
                "is_draft": not declaration.text_hash,
                "draft_hash": hash_of_texts(versions),
                "warnings": warnings_of(versions),
                "stands_against": _stands_against(declaration),
                "back": reverse("admin:declarations_declaration_change", args=[declaration.pk]),
            },
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @action(description=_("Propose freezing …"), url_path="propose", permissions=["change"])
    def propose(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The first of two says that the texts are as they are to be signed."""
        declaration = _found(object_id)

        def explained(texts: list[TextVersion]) -> list[Any]:
            return [
                _(
                    "You say that these texts are as they are to be signed. Then someone else reads and freezes them. "
                    "Any change of a text takes your proposal back."
                ),
                *_of_texts(declaration, texts),
            ]

        return self._step(
            request,
            declaration,
            explained,
            title=_("Propose to freeze the texts"),
            button=_("Propose"),
            do=lambda form: propose_freezing(
                declaration=declaration, by=officer(request), seen=form.cleaned_data["seen"]
            ),
            done=_("Freezing is proposed. Someone else has to freeze the texts."),
        )

    @action(description=_("Freeze and publish …"), url_path="publish", permissions=["change"])
    def publish(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The second of two freezes; says what is frozen and shows the hash, before it is done."""
        declaration = _found(object_id)

        def explained(texts: list[TextVersion]) -> list[Any]:
            if declaration.is_historical:
                return [_("A historical declaration is published with our summary and without a text.")]
            return [
                _(
                    "Publication freezes the texts below, to the byte and for ever: neither you nor anyone else "
                    "can change, add or remove one afterwards. A mistake can only be mended in a new declaration."
                ),
                where_it_stands(declaration),
                *_of_texts(declaration, texts),
                *_before_offices_sign(declaration),
            ]

        return self._step(
            request,
            declaration,
            explained,
            title=_("Publish this declaration")
            if declaration.is_historical
            else _("Freeze and publish this declaration"),
            button=_("Publish") if declaration.is_historical else _("Freeze for ever and publish"),
            is_danger=not declaration.is_historical,
            do=lambda form: publish_declaration(
                declaration=declaration, by=officer(request), seen=form.cleaned_data["seen"]
            ),
            done=_("The declaration is published."),
        )

    def _step(
        self, request: HttpRequest, declaration: Declaration, explained: Any, **step_of: Any
    ) -> HttpResponse:
        texts = list(declaration.texts.all())
        is_possible, warnings = True, warnings_of(texts)
        try:
            explanation = explained(check_publication(declaration))
        except Refusal as refusal:
            explanation, is_possible, warnings = [str(refusal)], False, []
        kind_of_form = SureForm if warnings else SeenForm
        form = kind_of_form(
            request.POST if request.method == "POST" else None, initial={"seen": hash_of_texts(texts)}
        )
        if not is_possible and request.method != "POST":
            # Nothing to press; who pressed on an older page is told by the action itself.
            step_of["button"] = ""
        return step(
            self,  # type: ignore[arg-type]
            request,
            declaration,
            explanation=explanation,
            form=form,
            record=lambda: {"warnings": warnings},
            **step_of,
        )


def _stands_against(declaration: Declaration) -> str:
    """Why the texts cannot be proposed as they are, or ""."""
    try:
        check_publication(declaration)
    except AlreadyPublished:
        return ""
    except Refusal as refusal:
        return str(refusal)
    return ""


def _before_offices_sign(declaration: Declaration) -> list[Any]:
    if declaration.is_open_to_signatures:
        return [_("From then on, offices can be invited and sign.")]
    return [
        _(
            "No office can sign it yet: for that, tick “Open to more signatories” on its page, before or afterwards."
        )
    ]


def where_it_stands(declaration: Declaration) -> str:
    """Between draft and frozen: who proposed or froze the texts, and when, in one sentence."""
    if declaration.is_published and not declaration.text_hash:
        return str(_("Published without a text of its own."))
    values = {
        "first": declaration.proposed_by or "",
        "day": _moment(declaration.proposed_at),
        "second": declaration.published_by or "",
        "later": _moment(declaration.published_at),
    }
    if declaration.text_hash:
        return str(_("Proposed by %(first)s on %(day)s, frozen by %(second)s on %(later)s.")) % values
    if declaration.proposed_by_id is None:
        return str(_("Nobody has proposed these texts yet."))
    if declaration.proposed_hash != hash_of_texts(list(declaration.texts.all())):
        return str(
            _("%(first)s proposed them on %(day)s, and a text was changed since: they have to be proposed anew.")
        ) % values  # fmt: skip
    return str(_("Proposed by %(first)s on %(day)s. Someone else has to freeze them.")) % values


def _moment(moment: Any) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else ""


def _of_texts(declaration: Declaration, texts: list[TextVersion]) -> list[Any]:
    """The texts with their hashes, a way to read them, and how many places want a look."""
    sentences: list[Any] = [
        format_html(
            '<a href="{}" class="text-primary-600 dark:text-primary-500 underline">{}</a>',
            reverse("admin:declarations_declaration_preview", args=[declaration.pk]),
            _("Read them as they will be shown"),
        )
    ]
    sentences += [
        f"{language_name(text.language)} · {text.get_status_display()} · {text.sha256}" for text in texts
    ]
    return [*sentences, str(_("Hash of all of them together: %(hash)s")) % {"hash": hash_of_texts(texts)}]


def _found(object_id: int) -> Declaration:
    return get_object_or_404(
        Declaration.objects.select_related("proposed_by__user", "published_by__user"), pk=number(object_id)
    )
