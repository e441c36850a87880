"""Who reads which field about a person: decided by hand.

`READERS` says it kind by kind, `FIELDS` which field is of which kind. A new field without a kind fails
`test_fields.py`; a page that tells more than this fails `test_matrix.py`. `docs/privacy.md` explains the same table.

all: of everyone · coming: of those who take part · noted: of everyone, each reading noted · press: of journalists · city: of those of the city ·
own: of oneself, and of those whom one assists outside a delegation · shown: once it is public, and of speakers
while they agree · –: nobody's.
"""

from __future__ import annotations

WHO = (
    "person",
    "coordinator",
    "volunteer",
    "content",
    "desk",
    "press",
    "officer",
    "administrator",
    "everyone",
)

#                person coordinator volunteer content desk  press officer administrator everyone
KINDS = """
name             own    city        coming    –       all   press –       all           –
contact          own    city        –         –       all   press –       all           –
standing         own    city        –         –       all   press –       all           –
category         own    city        coming    –       all   press –       all           –
organisation     own    city        coming    –       all   press –       all           –
needs            own    –           –         –       noted –     –       noted         –
answers          own    –           –         –       noted –     –       noted         –
identity         own    –           –         –       –     –     –       noted         –
press            own    –           –         –       –     press –       all           –
seats            own    city        coming    –       all   –     –       all           –
agenda           own    –           –         –       all   –     –       all           –
there            own    –           coming    –       all   –     –       all           –
desk             own    –           –         –       all   –     –       all           –
certificate      own    –           –         –       all   –     –       all           –
consents         own    –           –         –       all   –     –       all           –
history          own    city        –         –       all   press –       all           –
readings         own    –           –         –       –     –     –       all           –
mails            own    –           –         –       all   –     –       all           –
invitations      own    city        –         –       all   –     –       all           –
delegation       –      city        –         –       all   –     –       all           –
account          own    –           –         –       all   –     –       all           –
log              –      –           –         –       –     –     –       all           –
speaker          own    –           –         all     all   all   –       all           shown
speaker-contact  own    –           –         all     all   all   –       all           –
speaker-private  own    –           –         all     –     –     –       all           –
slides           own    –           –         all     –     –     –       all           shown
mandate          –      –           –         –       –     –     all     all           shown
office           –      –           –         –       –     –     all     all           –
organisers       –      –           –         –       all   –     –       all           –
unsent           own    –           –         –       –     –     –       –             –
secret           –      –           –         –       –     –     –       –             –
"""

READERS: dict[str, dict[str, str]] = {
    kind: dict(zip(WHO, cells, strict=True)) for kind, *cells in map(str.split, KINDS.strip().splitlines())
}

# By model, then by kind: its fields. “row” is what binds rows together and tells nothing by itself; “setting” is of
# the conference and of nobody.
FIELDS: dict[str, dict[str, str]] = {
    "efus_conference.User": {
        "row": "id is_active",
        "account": "email name language organisation is_staff is_superuser date_joined last_login erased_at",
        "secret": "password",
    },
    "efus_conference.Mail": {
        "row": "id job_id subject_ids user",
        "mails": "kind to language subject text sent_at bounced_at bounce bounce_status bounce_diagnostic handled_at",
    },
    "efus_conference.Erasure": {"row": "id", "log": "user_id erased_at registrations by_organiser"},
    "programme.Speaker": {
        "row": "id guid user",
        "speaker": "slug name sort_name organisation function biography portrait",
        "speaker-contact": "email basis consented_at consent_withdrawn_at",
    },
    "programme.ConsentEvent": {
        "row": "id speaker",
        "speaker-private": "verb at through wording language recorded_by",
    },
    "programme.SpeakerLink": {
        "row": "id speaker edition",
        "speaker-private": "sent_to language made_at made_by expires_at opened_at finished_at revoked_at",
        "secret": "token_hash",
    },
    "programme.Appearance": {
        "row": "id session speaker order",
        "speaker": "role function organisation is_to_be_confirmed",
        "speaker-contact": "answer",
        "speaker-private": "answered_at answer_note",
    },
    "programme.Material": {
        "row": "id session order",
        "slides": "kind title language file address is_published handed_in_by added_at",
    },
    "registration.Registration": {
        "row": "id edition place party speaker",
        "name": "given_name family_name",
        "organisation": "organisation organisation_name country",
        "contact": "email mails_to language function managed_by is_own",
        "category": "category",
        "standing": "status refusal is_outside_quota waiting_since offer_until submitted_at changed_at "
        "cancelled_at reminded_at certificate_told_at erased_at",
        "needs": "needs",
    },
    "registration.Answer": {"row": "id registration question", "answers": "value file answered_at"},
    "registration.NeedReply": {"row": "id registration", "needs": "responsible reply replied_at"},
    "registration.PressCard": {"row": "id registration", "press": "medium number card"},
    "registration.IdentityDocument": {
        "row": "id booking registration",
        "identity": "name born_on kind number country changed_at",
    },
    "registration.Consent": {
        "row": "id registration text",
        "consents": "language given_at given_by withdrawn_at",
    },
    "registration.SensitiveReading": {
        "row": "id registration session",
        "readings": "what how at",
        # Its person reads that it was an organiser, and of which group.
        "log": "reader",
    },
    "registration.RegistrationEvent": {
        "row": "id registration place",
        "history": "verb before after reason detail at",
        # A person reads that it was the organisers.
        "organisers": "actor",
    },
    "registration.Booking": {
        "row": "id place hold",
        "seats": "session during status is_wheelchair clash_until booked_by booked_at changed_at "
        "identity_reminded_at",
    },
    "registration.Wait": {
        "row": "id place party",
        "seats": "session is_wheelchair status offered_at offer_until ended_at",
    },
    "registration.WaitParty": {"row": "id pool", "seats": "wants_all asked_by asked_at"},
    "registration.Party": {"row": "id category", "standing": "wants_all made_by made_at"},
    "registration.Star": {"row": "id registration", "agenda": "session starred_at"},
    "registration.FeedLink": {
        "row": "id registration",
        "agenda": "purpose made_at revoked_at",
        "secret": "token",
    },
    "registration.AgendaChange": {
        "row": "id registration release",
        "agenda": "session before after had_seat made_at told_at",
    },
    "registration.Ticket": {
        "row": "id place registration",
        "desk": "code made_at voided_at voided_why printed_at handed_at handed_to",
    },
    "registration.CheckIn": {
        "row": "id edition place registration ticket",
        "there": "day session how at undone_at",
        "organisers": "received_at device by undone_by",
    },
    "registration.DeskAlert": {
        "row": "id edition ticket registration",
        "desk": "kind at session",
        "organisers": "received_at device seen_at seen_by",
    },
    "registration.HeadsetLoan": {
        "row": "id edition registration",
        "desk": "number lent_at returned_at",
        "organisers": "device",
    },
    "registration.Certificate": {
        "row": "id edition registration",
        "certificate": "code name organisation_name days language issued_at file sha256 withdrawn_at withdrawn_why",
    },
    "registration.Place": {
        "row": "id edition delegation accompanies",
        "delegation": "companion_kind note closed_at",
    },
    "registration.Delegation": {"row": "id edition organisation", "delegation": "coordinator"},
    "registration.PlaceRequest": {
        "row": "id delegation",
        "delegation": "places why asked_by asked_at granted answered_by answered_at",
    },
    "registration.PlaceInvitation": {
        "row": "id place",
        "invitations": "email language made_by made_at expires_at used_at revoked_at asked_again_at",
        "secret": "token_hash",
    },
    "registration.PendingFile": {"row": "key", "unsent": "kept_by file name kept_at"},
    "registration.Message": {
        "row": "id edition audience delegation session category",
        "organisers": "subject body written_by made_at sent_at sent_count",
    },
    "registration.DeskPassphrase": {"row": "edition", "secret": "hashed", "organisers": "set_by set_at"},
    "registration.DeskLink": {
        "row": "id edition",
        "secret": "token_hash pin_hash",
        "organisers": "day label wrong_pins made_by made_at revoked_at",
    },
    "registration.DeskDevice": {
        "row": "id edition link",
        "organisers": "user name opened_at seen_at closed_at",
    },
    "registration.DecisionRun": {
        "row": "id category",
        "organisers": "by what reason todo done refused started_at busy_until",
    },
    "registration.RetentionRun": {
        "row": "id edition",
        "organisers": "what is_trial rows due_on started_at finished_at by",
    },
    "registration.EditionClosing": {"row": "edition", "organisers": "figures closed_at closed_by"},
    "declarations.Actor": {"row": "id kind invitation", "office": "user"},
    "declarations.Mailbox": {
        "row": "id signatory is_first",
        "office": "email set_by set_at confirmed_by confirmed_at",
    },
    "declarations.Invitation": {
        "row": "id signatory mailbox replaces run",
        "office": "language sent_by made_at sent_at expires_at revoked_at opened_at used_at reminded_at reminders "
        "declined_at decline_reason",
        "secret": "token_hash",
    },
    "declarations.FormerLink": {"row": "id invitation", "office": "replaced_at", "secret": "token_hash"},
    "declarations.MailboxCode": {
        "row": "id mailbox",
        "office": "purpose language made_at expires_at wrong used_at",
        "secret": "code_hash",
    },
    "declarations.InvitationRun": {
        "row": "id declaration",
        "organisers": "by what insists todo done refused started_at finished_at",
    },
    "declarations.Signature": {
        "row": "id signatory invitation replaces",
        # The name, country and place are those of the organisation on that day.
        "mandate": "state signer_name signer_office signed_on language text_hash made_at decided_at names country kind "
        "latitude longitude recorded_by_office log_id person_erased_at",
        "office": "receipt_code informed_at told_shown",
    },
    "declarations.Withdrawal": {
        "row": "id signature code",
        "office": "reason entered_by entered_at outcome note decided_by decided_at",
    },
    "declarations.SignatureEvent": {"row": "id signature", "office": "kind actor note at"},
    "declarations.Mandate": {
        "row": "id signature",
        "mandate": "basis body decided_on reference ratify_until",
    },
    "declarations.Evidence": {
        "row": "id signature",
        "office": "kind file preview name content_type size sha256 findings uploaded_at",
    },
    # Of evidence shown to nobody, but in the office's own receipt; all else as the register shows it.
    "declarations.LogOpening": {"row": "id entry", "mandate": "field salt value"},
    "declarations.StageSigning": {
        "row": "id ceremony signatory precedence signature draft version",
        "office": "signer_name signer_office substitute_name substitute_office basis body decided_on reference "
        "ratify_until entered_by entered_at cleared_by cleared_at absent_at signed_at stood_in_name stood_in_office recorded_by "
        "scan_follows confirmed_by confirmed_at",
    },
    "declarations.StageEvent": {"row": "id signing version", "office": "kind actor note at"},
    "archive.Video": {
        "row": "id edition order still language seconds",
        "speaker": "title speaker function address file transcript",
    },
    "archive.Voice": {"row": "id edition order", "speaker": "speaker function"},
    # Copies of what is public, taken out with it.
    "archive.SearchEntry": {
        "row": "id kind object_id editions",
        "speaker": "names text_other en fr nl words title_en title_fr title_nl text_en text_fr text_nl",
    },
}

# Of nobody: the conference, its places and rules, and what machines remember.
OF_NOBODY = {
    "efus_conference.FormerAddress": "an address that was public, and what stands there now",
    "efus_conference.PublicVersion": "a number",
    "efus_conference.Project": "a project",
    "efus_conference.Edition": "an edition",
    "efus_conference.EditionHost": "a city",
    "efus_conference.LoadedItem": "what the content loader wrote; an erasure empties what it says of people",
    "efus_conference.Organisation": "a city or organisation",
    "efus_conference.OrganisationMerge": "two organisations; who merged them is an organiser at work",
    "programme.Venue": "a place",
    "programme.WalkingTime": "a way",
    "programme.SessionKind": "a word",
    "programme.Theme": "a word",
    "programme.Room": "a place",
    "programme.Session": "a session",
    "programme.Release": "a release; who made it is an organiser at work",
    "programme.ReleasedSession": "a session; its speakers are read live",
    "programme.ReleaseChange": "a session; its speakers are read live",
    "registration.Category": "a rule",
    "registration.Question": "a question",
    "registration.QuestionChoice": "a question",
    "registration.ConsentText": "words",
    "registration.TicketKey": "a public key",
    "registration.SeatPool": "numbers",
    "registration.Hold": "numbers",
    "registration.BookingLimit": "a rule",
    "registration.BookingRules": "a rule",
    "registration.RetentionRule": "a rule",
    "registration.Participation": "numbers",
    "declarations.Declaration": "a declaration; who froze it is an organiser at work",
    "declarations.DeclarationPoint": "a declaration",
    "declarations.TextVersion": "a declaration",
    "declarations.Log": "a log; what it tells of people are commitments",
    "declarations.LogEntry": "what became public, and of people only commitments",
    "declarations.LogNode": "sums",
    "declarations.Checkpoint": "sums",
    "declarations.LogKey": "a public key",
    "declarations.LogAlarm": "what a machine found",
    "declarations.Ceremony": "a ceremony; who opened it is an organiser at work",
    "declarations.SealedDocument": "a copy of what is public",
    "declarations.Signatory": "an organisation; who looked at its name is an organiser at work",
    "archive.KeyFigure": "numbers",
    "archive.Picture": "a picture that is public, and what it shows",
    "archive.Photo": "a picture of an edition",
    "archive.Page": "a page, made public",
    "archive.PageVersion": "what a page says, and which organiser made it",
    "archive.Block": "a part of a page",
    "archive.NewsItem": "news",
    "archive.Document": "a document, made public",
    "archive.Captions": "what is said in a public video",
    "archive.EditionRecord": "numbers",
    "archive.Part": "numbers of an organisation",
    "archive.Partner": "an organisation",
    "archive.EditionNote": "a note on an edition",
    "archive.SearchWord": "a word of what is public",
}

# What stands in the world of `world.py` as “<Word>-of-<whose>”, and of which kind it is.
MARKED = {
    "name": "name",
    "needs": "needs",
    "diet": "answers",
    "function": "contact",
    "medium": "press",
    "reply": "needs",
    "mail": "mails",
}

PEOPLE_OF = {
    "participant": "person",
    "assistant": "person",
    "coordinator": "coordinator",
    "organiser": "desk",
}


def may_read(role: str, what: str, whose: str) -> bool:
    """Whether this role reads what is marked so of this person, on whichever page."""
    scope = READERS[MARKED[what]].get(PEOPLE_OF.get(role, role), "–")
    return {
        "all": True,
        "coming": whose not in ("absent", "journalist"),
        "noted": True,
        "press": whose == "journalist",
        "city": whose == "coordinator",
        "own": whose == role,
    }.get(scope, False)
