from __future__ import annotations

from django.urls import URLPattern, path

from declarations.views import (
    log,
    office,
    office_after,
    public,
    sealed,
    signatories,
    signatories_machine,
    stage,
    verify,
)
from declarations.views import machine as machines

pages: list[URLPattern] = [
    path("declarations/", public.declarations, name="declarations"),
    path("declarations/<slug:slug>/", public.declaration, name="declaration"),
    path("declarations/<slug:slug>/signatories/", signatories.signatories, name="signatories"),
    path(
        "declarations/<slug:slug>/signatories/<slug:organisation_slug>/",
        signatories.signatory,
        name="signatory",
    ),
    path("declarations/<slug:slug>/embed/", signatories.embed, name="embed"),
    path("declarations/<slug:slug>/ceremony/", stage.ceremony, name="ceremony"),
    path("declarations/<slug:slug>/verify/", verify.verify, name="verify"),
]

machine: list[URLPattern] = [
    path("declarations/<slug:slug>/text.<slug:lang>.txt", machines.text, name="text"),
    path(
        "declarations/<slug:slug>/signatories.csv",
        signatories_machine.signatories_csv,
        name="signatories_csv",
    ),
    path(
        "declarations/<slug:slug>/signatories.json",
        signatories_machine.signatories_json,
        name="signatories_json",
    ),
    path(
        "declarations/<slug:slug>/signatories.jsonld",
        signatories_machine.signatories_jsonld,
        name="signatories_jsonld",
    ),
    path("declarations/<slug:slug>/declaration.pdf", sealed.pdf, name="pdf"),
    path("declarations/<slug:slug>/log/checkpoint", log.checkpoint, name="checkpoint"),
    path("declarations/<slug:slug>/log/entries.json", log.entries, name="entries"),
    path("declarations/<slug:slug>/log/bundle.json", log.bundle, name="bundle"),
    path("declarations/<slug:slug>/log/proofs/<uuid:log_id>.tlog-proof", log.proof, name="proof"),
    path("declarations/verify.py", log.verify_py, name="verify_py"),
    path("declarations/check.html", log.check_html, name="check_html"),
    path("declarations/<slug:slug>/ceremony.json", stage.ceremony_json, name="ceremony_json"),
    path("sign/receipt/<str:receipt_code>/", office_after.receipt, name="receipt"),
    path("sign/receipt/<str:receipt_code>/complete", office_after.complete, name="complete"),
    path("sign/receipt/<str:receipt_code>/withdraw", office_after.withdraw, name="withdraw"),
    path("sign/<str:token>", office.sign, name="sign"),
    path("sign/<str:token>/", office.sign),
    path("sign/<str:token>/page.pdf", office.page_to_sign, name="sign_page"),
    path("sign/<str:token>/code", office.code, name="sign_code"),
    path("sign/<str:token>/record", office.record, name="sign_record"),
    path("sign/<str:token>/meaning", office.meaning, name="sign_meaning"),
    path("sign/<str:token>/check", office.check, name="sign_check"),
    path("sign/<str:token>/decline", office.decline, name="sign_decline"),
]
