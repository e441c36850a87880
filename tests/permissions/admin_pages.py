"""What the organisers' groups may do in the admin: decided by hand, model by model and page by page."""

from __future__ import annotations

from tests.permissions.roles import GROUPS, Row, row, same

# v: see the list, a row and its history · a: add · c: change · d: delete.
#                                 content  desk    press   officer administrator
MODELS = """
auth.group                        ----     ----    ----    ----    vacd
efus_conference.user              ----     v---    ----    ----    vacd
efus_conference.organisation      vac-     vac-    v---    vac-    vacd
efus_conference.organisationmerge ----     ----    ----    ----    v---
efus_conference.project           vac-     ----    ----    v---    vacd
efus_conference.edition           vac-     v---    v---    v---    vac-
efus_conference.mail              ----     v---    ----    ----    v---
procrastinate.procrastinatejob    ----     ----    ----    ----    v---
programme.appearance              vacd     ----    ----    ----    vacd
programme.material                vacd     ----    ----    ----    vacd
programme.releasedsession         v---     v---    v---    ----    v---
programme.release                 v---     ----    ----    ----    v---
programme.session                 vacd     v---    v---    ----    vacd
programme.speaker                 vacd     v---    v---    ----    vacd
programme.venue                   vacd     ----    ----    ----    vacd
programme.walkingtime             vacd     ----    ----    ----    vacd
programme.room                    vacd     v---    ----    ----    vacd
programme.sessionkind             vac-     v---    ----    ----    vacd
programme.theme                   vacd     ----    ----    ----    vacd
registration.category             ----     vacd    ----    ----    vacd
registration.delegation           ----     vacd    ----    ----    vacd
registration.place                ----     vacd    ----    ----    vacd
registration.question             ----     vacd    ----    ----    vacd
registration.accessneed           ----     v-c-    ----    ----    v-c-
registration.agendachange         ----     ----    ----    ----    v---
registration.registration         ----     vac-    ----    ----    vac-
registration.seatpool             vac-     vac-    ----    ----    vac-
registration.booking              ----     va--    ----    ----    va--
registration.wait                 ----     v---    ----    ----    v---
registration.bookinglimit         ----     vacd    ----    ----    vacd
registration.bookingrules         ----     vac-    ----    ----    vacd
registration.message              ----     vacd    ----    ----    vacd
registration.accreditation        ----     ----    v---    ----    v---
registration.star                 ----     v---    ----    ----    v---
registration.certificate          ----     v---    ----    ----    v---
registration.feedlink             ----     v---    ----    ----    v---
registration.registrationevent    ----     v---    ----    ----    v---
registration.consenttext          ----     vac-    ----    ----    vacd
registration.consent              ----     v---    ----    ----    v---
registration.ticket               ----     v---    ----    ----    v---
registration.ticketkey            ----     v---    ----    ----    v---
registration.checkin              ----     v---    ----    ----    v---
registration.deskalert            ----     v---    ----    ----    v---
registration.deskdevice           ----     v---    ----    ----    v---
registration.desklink             ----     va--    ----    ----    va--
registration.deskpassphrase       ----     vac-    ----    ----    vacd
registration.headsetloan          ----     v---    ----    ----    v---
efus_conference.erasure           ----     ----    ----    ----    v---
registration.retentionrule        ----     vac-    ----    ----    vacd
registration.retentionrun         ----     v---    ----    ----    v---
registration.editionclosing       ----     v---    ----    ----    v---
registration.participation        ----     v---    ----    ----    v---
registration.sensitivereading     ----     ----    ----    ----    v---
declarations.declaration          v---     ----    v---    vac-    vac-
declarations.evidence             ----     ----    ----    v---    v---
declarations.signatory            ----     ----    ----    vac-    vac-
declarations.invitation           ----     ----    ----    v---    v---
declarations.signature            ----     ----    ----    va--    va--
declarations.signatureevent       ----     ----    ----    v---    v---
declarations.actor                ----     ----    ----    v---    v---
declarations.mandate              ----     ----    ----    v---    v---
declarations.withdrawal           ----     ----    ----    v---    v---
declarations.ceremony             ----     ----    ----    vac-    vac-
declarations.stagesigning         ----     ----    ----    v---    v---
declarations.stageevent           ----     ----    ----    v---    v---
declarations.log                  ----     ----    ----    v---    v---
declarations.logentry             ----     ----    ----    v---    v---
declarations.checkpoint           ----     ----    ----    v---    v---
declarations.logkey               ----     ----    ----    v---    v---
declarations.logalarm             ----     ----    ----    v---    v---
declarations.sealeddocument       ----     ----    ----    v---    v---
archive.keyfigure                 vacd     ----    vac-    ----    vacd
archive.video                     vacd     ----    vac-    ----    vacd
archive.document                  vacd     ----    vac-    ----    vacd
archive.voice                     vacd     ----    ----    ----    vacd
archive.partner                   vacd     ----    ----    ----    vacd
archive.newsitem                  vacd     ----    vac-    ----    vacd
archive.picture                   vacd     ----    vac-    ----    vacd
archive.editionnote               vacd     ----    ----    ----    vacd
archive.page                      vacd     ----    ----    ----    vacd
archive.pageversion               v-c-     ----    ----    ----    v-c-
"""

RIGHTS: dict[str, dict[str, str]] = {
    label: dict(zip(GROUPS, cells, strict=True))
    for label, *cells in map(str.split, MODELS.strip().splitlines())
}


def organisers(method: str, name: str, answer: str, **more: str) -> Row:
    """A page of the admin: who is no organiser is sent to the login."""
    return row(method, f"admin:{name}", anyone="login", people="login", organisers=answer, **more)


def for_all(name: str, get: str = "200", post: str = "405") -> list[Row]:
    return [organisers("GET", name, get), organisers("POST", name, post)]


def only(
    groups: str, name: str, get: str = "200", post: str | None = None, *, denied: str = "403"
) -> list[Row]:
    """A page for some groups, and for administrators."""
    roles = [*groups.split(), "administrator"]
    return [
        organisers("GET", name, denied if get != "405" else get, **dict.fromkeys(roles, get)),
        organisers("POST", name, denied, **dict.fromkeys(roles, post or get)),
    ]


def sheets(model: str, reads: str, writes: str) -> list[Row]:
    """A model's way out to a spreadsheet, and back in."""
    return [
        *only(reads, f"{model}_export"),
        *only(writes, f"{model}_import"),
        *only(writes, f"{model}_process_import", "405", "302"),
    ]


PAGES: list[Row] = [
    # Every organiser's.
    *for_all("index", post="200"),
    *for_all("search", post="200"),
    *for_all("password_change", post="200"),
    *for_all("password_change_done"),
    *for_all("jsi18n"),
    *for_all("view_on_site", "302", "302"),  # to a public page
    # Says 403 without the field it is asked for; with one, the model's own rights decide.
    *for_all("autocomplete", "403", "405"),
    *for_all("programme_room_all_door_sheets", post="200"),  # what hangs at the doors
    # Buttons that lead to a page, which itself is guarded.
    *for_all("registration_seatpool_open_interpretation", "302", "302"),
    *for_all("registration_delegation_open_city", "302", "302"),
    *for_all("registration_retentionrule_open_table", "302", "302"),
    *for_all("registration_editionclosing_open_table", "302", "302"),
    *for_all("registration_registration_open_answers", "302", "302"),
    *for_all("archive_newsitem_see_preview", "302", "302"),
    row("GET", "admin:login", anyone="login", people="403", organisers="302"),
    row("POST", "admin:login", anyone="login", people="403", organisers="302"),
    row("GET", "admin:logout", anyone="302", people="302", organisers="405"),
    row("POST", "admin:logout", anyone="302", people="302", organisers="200"),
    # By what the groups do. The list of an app is the registration's here.
    *only("content desk press", "app_list", denied="404"),
    *only("", "auth_user_password_change"),
    *sheets("efus_conference_organisation", "content desk press officer", "content desk officer"),
    *sheets("programme_appearance", "content", "content"),
    *sheets("programme_session", "content desk press", "content"),
    *sheets("programme_speaker", "content desk press", "content"),
    *sheets("programme_venue", "content", "content"),
    *sheets("programme_room", "content desk", "content"),
    *only("content", "programme_material_file"),
    *only("content press", "archive_document_file"),
    *only("desk", "archive_edition_close", "200", "302"),
    *only("desk", "efus_conference_edition_to_closing", "302"),
    *only("content", "archive_edition_open_next", "200", "200"),
    *only("content", "archive_edition_make_current", "200", "302"),
    *only("content", "efus_conference_edition_to_next", "302"),
    *only("content", "efus_conference_edition_to_opening", "302"),
    *only("content", "efus_conference_edition_to_current", "302"),
    *only("content press", "archive_newsitem_preview", "200", "405"),
    *only("content", "programme_session_release"),
    *only("content", "programme_session_reset", "302"),
    *only("content", "programme_session_reset_this", "302"),
    *only("content", "programme_session_release_everything", "302"),
    *only("content desk press", "programme_session_timetable"),
    *only("content desk press", "programme_session_open_timetable", "302"),
    *only("content desk press", "programme_session_in_the_timetable", "302"),
    *only("content", "programme_session_move"),
    *only("content", "programme_session_move_endpoint", "405", "404"),
    *only("content", "programme_speaker_send_links", "302"),
    *only("content", "programme_speaker_erase_this", "200", "302"),
    *only("desk", "registration_registration_export"),
    *only("desk", "registration_registration_approve_this"),
    *only("desk", "registration_registration_refuse_this"),
    *only("desk", "registration_registration_reopen_this"),
    *only("desk", "registration_registration_cancel_this"),
    *only("desk", "registration_registration_erase_this", "302"),  # of an account's own: see erase_account
    *only("", "efus_conference_user_open_erasure", "302"),
    *only("", "efus_conference_organisation_open_merge", "302"),
    *only("", "efus_conference_organisation_open_alike", "302"),
    *only("", "efus_conference_organisationmerge_merge"),
    *only("", "efus_conference_organisationmerge_alike"),
    *only("desk", "registration_retentionrule_table", "200", "302"),
    *only("desk", "registration_participation_export"),
    organisers("GET", "registration_participation_import", "403"),
    organisers("POST", "registration_participation_import", "403"),
    organisers("GET", "registration_participation_process_import", "405"),
    organisers("POST", "registration_participation_process_import", "403"),
    # Of what someone else decided, back to the list.
    *only("desk", "registration_registration_decided", "302"),
    *only("press", "registration_accreditation_decided", "302"),
    *only("press", "registration_accreditation_approve_this"),
    *only("press", "registration_accreditation_refuse_this"),
    *only("press", "registration_accreditation_reopen_this"),
    *only("desk", "registration_delegation_city", "200", "302"),
    *only("desk", "registration_question_copy", "200", "302"),
    *only("desk", "registration_question_open_copy", "302"),
    *only("desk", "registration_answers_of"),
    *only("desk", "registration_answer_file"),
    *only("desk", "registration_certificate_file"),
    *only("desk", "registration_certificate_withdraw_this", "200", "302"),
    *only("press", "registration_press_card"),
    *only("desk", "registration_consenttext_new_version", "302"),
    *only("", "registration_ticketkey_revoke_this", "200", "302"),
    *only("desk", "registration_message_send"),
    *only("desk", "registration_message_look_and_send"),
    *only("press", "registration_accreditation_card"),
    organisers("GET", "registration_registration_import", "403"),
    organisers("POST", "registration_registration_import", "403"),
    organisers("GET", "registration_registration_process_import", "405"),
    organisers("POST", "registration_registration_process_import", "403"),
    *only("content desk", "registration_seatpool_interpretation"),
    *only("content desk", "programme_session_open_seats", "302"),
    *only("content desk", "registration_seatpool_of_session", "302"),
    *only("desk", "registration_seatpool_bus_list"),
    *only("desk", "registration_seatpool_open_bus_list", "302"),
    *only("desk", "registration_seatpool_door_list"),
    *only("desk", "registration_seatpool_open_door_list", "302"),
    *only("desk", "programme_session_open_door_list", "302"),
    *only("desk", "registration_registration_badges"),
    *only("desk", "registration_checkin_paper"),
    *only("desk", "registration_checkin_open_paper", "302"),
    *only("desk", "registration_checkin_undo_this", "200", "302"),
    *only("desk", "registration_desklink_revoke_this", "200", "302"),
    *only("desk", "registration_deskdevice_close_this", "200", "302"),
    *only("desk", "registration_registration_day_lists"),
    *only("desk", "registration_registration_open_badge", "302"),
    *only("desk", "registration_booking_give_up_this", "200", "302"),
    *only("desk", "registration_wait_take_off_this", "200", "302"),
    *only("officer", "declarations_declaration_preview"),
    *only("officer", "declarations_declaration_propose"),
    *only("officer", "declarations_declaration_publish"),
    *only("officer", "declarations_declaration_to_campaign", "302"),
    *only("officer", "declarations_campaign", "200", "405"),
    *only("officer", "declarations_campaign_ask", "200", "302"),  # nobody was chosen: back to the campaign
    *only("officer", "declarations_campaign_round", "200", "302"),
    *only("officer", "declarations_campaign_sheet"),
    *only("officer", "declarations_campaign_template", "200", "405"),
    *only("officer", "declarations_evidence_download"),
    *only("officer", "declarations_evidence_preview"),
    *only("officer", "declarations_signatory_change_mailbox"),
    *only("officer", "declarations_signatory_look_at_it"),
    *only("officer", "declarations_signatory_send_invitation"),
    *only("officer", "declarations_signatory_send_reminder"),
    *only("officer", "declarations_signatory_confirm_change", "404"),  # no change waits for a second officer
    *only("officer", "declarations_invitation_revoke_link", "200", "302"),
    *only("officer", "declarations_signature_verify_it"),  # not without what was seen
    *only("officer", "declarations_signature_ask"),
    *only("officer", "declarations_signature_take_it"),
    *only("officer", "declarations_signature_review", "302"),
    *only(
        "officer", "declarations_declaration_review", "200", "404"
    ),  # decides what is named, and nothing is
    *only("officer", "declarations_signature_refuse_it"),
    *only("officer", "declarations_signature_withdraw_it"),
    *only("officer", "declarations_signature_erase_it"),
    *only("officer", "declarations_sealeddocument_seal_anew", "200", "302"),
    *only("officer", "declarations_withdrawal_carry_out"),
    *only("officer", "declarations_ceremony_list", "200", "404"),  # does what is named, and nothing is
    *only("officer", "declarations_ceremony_signer_add"),
    *only("officer", "declarations_ceremony_signer"),
    *only("officer", "declarations_ceremony_stage", "200", "404"),
    *only("officer", "declarations_ceremony_confirm", "200", "404"),
    *only("officer", "declarations_ceremony_state", "200", "405"),
    *only("officer", "declarations_withdrawal_drop_it"),
    *only("content", "archive_page_open_publishing", "302"),
    *only("content", "archive_pageversion_open_publishing", "302"),
    *only("content", "archive_page_publishing", "200", "404"),  # does what is named, and nothing is
    *only("content", "archive_page_preview", "200", "405"),
    # Nobody's: the choice of language.
    same("GET", "set_language", "302"),
    same("POST", "set_language", "302"),
]
