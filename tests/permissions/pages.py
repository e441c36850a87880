"""What each page outside the admin answers to whom: decided by hand.

A status, or two: of one's own object and of another's. “login” leads there. See `tests/permissions/roles.py`.
"""

from __future__ import annotations

from dataclasses import replace

from tests.permissions.roles import Row, row, same


def public(name: str, answer: str = "200") -> list[Row]:
    """Read by everyone, written by nobody."""
    return [same("GET", name, answer), same("POST", name, "405")]


def by_link(name: str, get: str, post: str) -> list[Row]:
    """Who has the secret of the address may, whoever they are; without it nobody, administrators included."""
    return [same("GET", name, f"{get}/404"), same("POST", name, post if post == "405" else f"{post}/404")]


def personal(name: str, get: str, post: str, **more: str) -> list[Row]:
    """For who is logged in, about themselves."""
    return [
        row("GET", name, anyone="login", people=get, **more),
        row("POST", name, anyone="login", people=post, **more),
    ]


def of_keeper(name: str, get: str, post: str) -> list[Row]:
    """About one registration: of who keeps it; to others it does not exist. Organisers have the admin."""
    return [
        row("GET", name, anyone="login", people=f"{get}/404", organisers="404"),
        row(
            "POST",
            name,
            anyone="login",
            people="405" if post == "405" else f"{post}/404",
            organisers="405" if post == "405" else "404",
        ),
    ]


def of_coordinator(page: str, get: str, post: str) -> list[Row]:
    """About one city: of its coordinator; to others, organisers included, it does not exist."""
    name = f"registration:delegation_{page}"
    return [
        row("GET", name, anyone="login", people="404", coordinator=f"{get}/404"),
        row("POST", name, anyone="login", people="405")
        if post == "405"
        else row("POST", name, anyone="login", people="404", coordinator=f"{post}/404"),
    ]


def desk_too(rows: list[Row], answer: str) -> list[Row]:
    return [replace(each, more=(("desk", answer), ("administrator", answer))) for each in rows]


def at_the_desk(name: str, get: str, post: str) -> list[Row]:
    """Of who entered at the desk; who may, is sent to the entrance first.

    One answer for all, or of a volunteer and of an organiser who have entered.
    """
    enters = dict.fromkeys(("desk", "administrator"), "302")
    rows = []
    for method, said in (("GET", get), ("POST", post)):
        volunteer, _space, organiser = said.partition(" ")
        rows.append(
            row(method, name, anyone="403", people="403", volunteer=volunteer, organiser=organiser, **enters)
            if organiser
            else same(method, name, said)
        )
    return rows


def for_the_desk_s_script(name: str, method: str) -> list[Row]:
    """The same, of what its page asks for; it reads that nobody has entered."""
    other = "POST" if method == "GET" else "GET"
    inside = dict.fromkeys(("volunteer", "organiser"), "200")
    return [row(method, name, anyone="401", people="401", **inside), same(other, name, "405")]


PUBLIC: list[Row] = [
    *public("root", "302"),
    *public("healthz"),
    *public("robots"),
    *public("sitemap"),
    *public("sitemap_of"),
    *public("security_txt"),  # names the contact, which the demonstration has an invented one of
    *public("home"),
    *public("manifest"),
    *public("erased"),
    *public("media", "404"),  # slides are read at their own address, portraits at theirs
    *public("programme:timetable"),
    *public("programme:changes"),
    *public("programme:now"),
    *public("programme:rooms"),
    *public("programme:room"),
    *public("programme:session"),
    *public("programme:materials"),
    *public("programme:speakers"),
    *public("programme:speaker"),
    *public("programme_machine:schedule_ics"),
    *public("programme_machine:schedule_json"),
    *public("programme_machine:schedule_xml"),
    *public("programme_machine:booklet"),
    *public("programme_machine:sessions_csv"),
    *public("programme_machine:changes_atom"),
    *public("programme_machine:edition_card"),
    *public("programme_machine:session_card"),
    *public("programme_machine:portrait", "404"),  # nobody has one here
    *public("programme_machine:portrait_in_size", "404"),
    *public("programme_machine:material"),
    *public("registration:free_seats"),
    # Who has a certificate in hand checks it: by its code, or by the file.
    same("GET", "registration_machine:check", "200"),
    same("POST", "registration_machine:check", "200"),
    *public("registration_machine:seal_certificate"),
    *public("declarations:declarations"),
    *public("declarations:declaration"),
    *public("declarations:signatories"),
    *public("declarations:signatory"),
    *public("declarations:embed"),
    *public("declarations:ceremony"),
    *public("declarations_machine:ceremony_json"),
    *public("declarations:verify"),
    *public("declarations_machine:text"),
    *public("declarations_machine:signatories_csv"),
    *public("declarations_machine:signatories_json"),
    *public("declarations_machine:signatories_jsonld"),
    *public("declarations_machine:pdf"),
    *public("declarations_machine:checkpoint"),
    *public("declarations_machine:entries"),
    *public("declarations_machine:bundle"),
    *public("declarations_machine:proof"),
    *public("declarations_machine:verify_py"),
    *public("declarations_machine:check_html"),
    *public("archive:accessibility"),
    *public("archive:editions"),
    *public("archive:edition"),
    *public("archive_machine:document"),
    *public("archive_machine:document_cover"),
    *public("archive_machine:video"),
    *public("archive_machine:captions"),
    *public("archive:organisation"),
    *public("archive:countries"),
    *public("archive:country"),
    *public("archive:page"),
    *public("archive:site_page"),
    *public("archive:news"),
    *public("archive:news_item"),
    *public("archive:press"),
    *public("archive_machine:news_atom"),
    *public("archive_machine:picture", "404"),  # its files are made elsewhere
    *public("archive:search"),
]

LINKS: list[Row] = [
    *by_link("speak/<str:token>", "200", "302"),
    *by_link("programme_machine:speak", "200", "302"),
    *by_link("programme_machine:speak_sessions", "200", "200"),
    *by_link("programme_machine:speak_texts", "200", "302"),
    *by_link("programme_machine:speak_portrait", "200", "200"),
    *by_link("programme_machine:speak_picture", "404", "404"),  # no portrait yet
    *by_link("programme_machine:speak_consent", "200", "200"),
    *by_link("programme_machine:speak_slides", "200", "200"),
    # A form without the fingerprint of the texts that were read: read them again.
    *by_link("sign/<str:token>/", "200", "409"),
    *by_link("declarations_machine:sign", "200", "409"),
    *by_link("declarations_machine:sign_code", "200", "200"),
    *by_link("declarations_machine:sign_page", "200", "200"),  # to print: it changes nothing
    # Each step leads to the code from the office's mailbox first, or asks for it in its place.
    *by_link("declarations_machine:sign_record", "302", "200"),
    *by_link("declarations_machine:sign_meaning", "302", "200"),
    *by_link("declarations_machine:sign_check", "302", "200"),
    *by_link("declarations_machine:sign_decline", "302", "200"),
    *by_link("declarations_machine:receipt", "200", "302"),
    *by_link("declarations_machine:complete", "200", "200"),
    *by_link("declarations_machine:withdraw", "200", "200"),  # asks for the code
    *by_link("registration_machine:agenda_feed", "200", "405"),
    *by_link("registration_machine:check_certificate", "200", "200"),
    *by_link("registration:shared_agenda", "200", "405"),
    *by_link("registration:join", "200", "200"),
    *by_link("registration:desk_enter_by_link", "200", "200"),
]

PERSONAL: list[Row] = [
    same("GET", "registration:register", "200"),
    same("POST", "registration:register", "200"),
    *personal("registration:register_details", "302", "200"),
    *personal("registration:register_check", "200", "200"),
    *public("registration_machine:state"),  # of who asks; of nobody without a login
    *personal("my_data", "200", "405"),
    *personal("erase_me", "200", "200"),
    # An administrator, for somebody who cannot log in.
    row("GET", "erase_account", anyone="login", people="login", organisers="403", administrator="200"),
    row("POST", "erase_account", anyone="login", people="login", organisers="403", administrator="200"),
    row("GET", "guide_first", anyone="login", people="login", organisers="200"),
    row("POST", "guide_first", anyone="login", people="login", organisers="405"),
    row("GET", "guide", anyone="login", people="login", organisers="200"),
    row("POST", "guide", anyone="login", people="login", organisers="405"),
    row("GET", "guide_picture", anyone="login", people="login", organisers="200"),
    row("POST", "guide_picture", anyone="login", people="login", organisers="405"),
    # Which texts lack a language: of those that the organiser may read.
    row("GET", "translations", anyone="login", people="login", organisers="200"),
    row("POST", "translations", anyone="login", people="login", organisers="405"),
    row("GET", "translations_sheet", anyone="login", people="login", organisers="200"),
    row("POST", "translations_sheet", anyone="login", people="login", organisers="405"),
    row("GET", "translations_back", anyone="login", people="login", organisers="405"),
    row("POST", "translations_back", anyone="login", people="login", organisers="422"),
    row("GET", "take_my_data", anyone="login", people="405"),
    row("POST", "take_my_data", anyone="login", people="200"),
    *personal("registration:my", "200", "405"),
    *personal("registration:agenda", "200", "405"),
    *personal("registration:agendas", "200", "405"),
    row("GET", "registration:calendar_address", anyone="login", people="405"),
    row("POST", "registration:calendar_address", anyone="login", people="302/404", organisers="404"),
    row("GET", "registration:my_session", anyone="login", people="200"),
    row("POST", "registration:my_session", anyone="login", people="302/404", organisers="404"),
    *personal(
        "registration:identity",
        "302",
        "302",
        **dict.fromkeys(("content", "desk", "press", "officer", "administrator"), "404"),
    ),
    *of_keeper("registration:registration", "200", "405"),
    *of_keeper("registration:registered", "200", "405"),
    *of_keeper("registration:change", "200", "200"),
    *of_keeper("registration:questions", "200", "302"),
    *of_keeper("registration:questions_part", "200", "302"),
    row(
        "GET",
        "registration:press_card",
        anyone="login",
        people="200/404",
        organisers="404",
        coordinator="404",
    ),
    row("POST", "registration:press_card", anyone="login", people="405"),
    *of_keeper("registration:certificate", "200", "302"),
    *of_keeper("registration:certificate_pdf", "200", "405"),
    *of_keeper("registration:visa_letter", "200", "200"),
    # A file is an answer: who coordinates a city reads none of its people's.
    row(
        "GET",
        "registration:answer_file",
        anyone="login",
        people="200/404",
        organisers="404",
        coordinator="404",
    ),
    row("POST", "registration:answer_file", anyone="login", people="405"),
    # A mail that went to its person: who coordinates reads those that went to themselves.
    row("GET", "registration:mail", anyone="login", people="200/404", organisers="404", coordinator="404"),
    row("POST", "registration:mail", anyone="login", people="405"),
    *of_keeper("registration:offered_place", "302", "302"),  # none is offered
    row(
        "GET",
        "registration:hand_over",
        anyone="login",
        people="200/404",
        organisers="404",
        participant="302/404",
    ),
    row("POST", "registration:hand_over", anyone="login", people="302/404", organisers="404"),
    *of_keeper("registration:cancel", "200", "302"),
    *of_keeper("registration:consents", "200", "302"),
    *of_keeper("registration:my_ticket", "302", "405"),
    *of_keeper("registration:ticket", "200", "405"),
    *of_keeper("registration:ticket_pdf", "200", "405"),
    *of_keeper("registration:ticket_renew", "200", "302"),
    *personal("registration:together", "200", "200"),
    # The desk may do what a keeper may.
    *desk_too(of_keeper("registration:companions", "200", "200"), "200"),
    *personal("registration:register_questions", "302", "302"),  # nothing was typed yet
    *personal("registration:delegation", "200", "405"),
    *personal("registration:agendas", "200", "405"),
    *of_coordinator("agenda", "200", "405"),
    *of_coordinator("session", "200", "302"),
    *of_coordinator("more", "200", "200"),
    *of_coordinator("people", "200", "200"),
    *of_coordinator("template", "200", "405"),
    *of_coordinator("export", "200", "405"),
    *of_coordinator("place", "200", "302"),
    *of_coordinator("name", "200", "200"),
    *of_coordinator("invite", "200", "200"),
    *of_coordinator("replace", "200", "200"),
    *of_coordinator("give_up", "200", "302"),
    *personal("registration:join_details", "404", "405"),  # without the link that leads there
]

DESK: list[Row] = [
    *public("registration:desk"),
    *public("registration_machine:service_worker"),
    *personal("registration:desk_enter", "403", "403", **dict.fromkeys(("desk", "administrator"), "200")),
    *at_the_desk("registration:desk_people", "200 200", "405"),
    # Of who takes no part a volunteer reads nothing.
    *at_the_desk("registration:desk_person", "200/404 200", "302/404 302"),
    *at_the_desk("registration:desk_badge", "405", "403 200/302"),
    *at_the_desk("registration:desk_walk_in", "403 200", "403 200"),
    *at_the_desk("registration:desk_delegations", "403 200", "405"),
    *at_the_desk("registration:desk_delegation", "403 200", "403 200"),
    *at_the_desk("registration:desk_headsets", "403 200", "403 200"),
    *for_the_desk_s_script("registration_machine:desk_me", "GET"),
    *for_the_desk_s_script("registration_machine:desk_list", "POST"),
    *for_the_desk_s_script("registration_machine:desk_sync", "POST"),
]


def before_login(name: str) -> list[Row]:
    """Who is logged in needs it no more."""
    return [row(method, name, anyone="200", people="302") for method in ("GET", "POST")]


ACCOUNTS: list[Row] = [
    *before_login("account_login"),
    *before_login("account_signup"),
    *before_login("account_request_login_code"),
    row("GET", "account_logout", anyone="302", people="200"),
    row("POST", "account_logout", anyone="302", people="302"),
    *public("account_inactive"),
    same("GET", "account_reset_password", "200"),
    same("POST", "account_reset_password", "200"),
    *public("account_reset_password_done"),
    same("GET", "account_reset_password_from_key", "200"),  # says that the link does not work
    same("POST", "account_reset_password_from_key", "200"),
    *public("account_reset_password_from_key_done"),
    *personal("account_reauthenticate", "200", "200"),
    *personal("account_email", "200", "302"),
    *personal("account_email_verification_sent", "302", "302"),
    *personal("account_change_password", "200", "200"),
    *personal("account_set_password", "302", "302"),
    same("GET", "account_confirm_login_code", "302"),  # to asking for a code
    same("POST", "account_confirm_login_code", "302"),
    *personal("mfa_index", "200", "405"),
    *personal("mfa_authenticate", "302", "302"),
    *personal("mfa_reauthenticate", "302", "302"),
    *personal("mfa_activate_totp", "302", "302"),
    *personal("mfa_deactivate_totp", "404", "404"),
    *personal("mfa_view_recovery_codes", "404", "405"),
    *personal("mfa_generate_recovery_codes", "302", "302"),
    *personal("mfa_download_recovery_codes", "404", "404"),
    *personal("mfa_list_webauthn", "200", "405"),
    *personal("mfa_add_webauthn", "302", "302"),
    *personal("mfa_reauthenticate_webauthn", "302", "302"),
    *personal("mfa_remove_webauthn", "302", "302"),
    *personal("mfa_edit_webauthn", "302", "302"),
    row("GET", "mfa_login_webauthn", anyone="login", people="302"),
    row("POST", "mfa_login_webauthn", anyone="login", people="302"),
]

PAGES: list[Row] = [*PUBLIC, *LINKS, *PERSONAL, *DESK, *ACCOUNTS]
