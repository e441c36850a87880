"""What the desk's scripts say, in the language of the page: they hold no sentence themselves.

Names that end in `_one` and `_other` are the two forms of a number, which is `%(count)s`.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Words = dict[str, str]


def words() -> Words:
    return {**_answers(), **_hints(), **_states(), **_troubles(), **_parts(), **_counted()}


def _answers() -> Words:
    """The word on the large panel, by what a code or a name led to."""
    return {
        "in": _("Checked in"),
        "in_session": _("Checked in to the session"),
        "already": _("In already, since %(time)s"),
        "no_seat": _("No seat in this session"),
        "found": _("Is this the person?"),
        "other": _("Not a ticket"),
        "truncated": _("Only a part of the code was read"),
        "stale": _("Ticket of another edition"),
        "forged": _("Forged: this ticket is not ours"),
        "retired": _("Signed by a key that is not valid any more"),
        "void": _("Void ticket"),
        "unknown": _("Not on the list"),
        "unknown_code": _("No ticket has this code"),
        "broken": _(
            "That did not work, and nothing was kept of it. Load the page again, then try once more."
        ),
        "looking": _("Looking for newer registrations…"),
        "undone": _("Taken back: %(name)s is not checked in."),
        "answer_unknown": _("Not accepted: the site does not know %(name)s any more. Call an organiser."),
        "answer_not_confirmed": _("Not accepted: %(name)s does not take part any more. Call an organiser."),
        "answer_refused": _("Not accepted by the site: the check-in of %(name)s. Call an organiser."),
        "answer_undone": _("Not taken back: another device checked %(name)s in. Call an organiser."),
        "answer_nobody": _("Somebody who is not on this list. Call an organiser."),
        "not_today": _("Today is not a day of the conference"),
    }


def _hints() -> Words:
    """What to do about it."""
    return {
        "already_hint": _("If this is somebody else, a code was copied: call an organiser."),
        "not_today_hint": _("Nobody is checked in now, and nothing was noted."),
        "no_seat_hint": _("Let in only when there is room for those who have a seat."),
        "other_hint": _(
            "The code says something else. Ask for the ticket of the conference, or find the person by name."
        ),
        "truncated_hint": _(
            "Hold still, make the screen brighter and try again, or find the person by name."
        ),
        "stale_hint": _("It does not let anybody in here. Find the person by name. This was noted."),
        "forged_hint": _("Do not let in by this ticket. Call an organiser. This was noted."),
        "retired_hint": _("Do not let in by this ticket. Find the person by name. This was noted."),
        "unknown_hint": _(
            "The ticket is signed by us, but its person is not on the list of this device. Call an organiser."
        ),
        "unknown_code_hint": _("Read it again letter by letter, or find the person by name."),
        "void_cancelled": _("The registration is over. Call an organiser. This was noted."),
        "void_replaced": _("Somebody else has the place now. Call an organiser. This was noted."),
        "void_reprinted": _("A new badge was printed; this one lets nobody in. This was noted."),
        "void_renewed": _("Its person asked for a new ticket; this one lets nobody in. This was noted."),
        "void_hint": _("Ask for the newer one, or find the person by name."),
        "found_nobody": _(
            "Try the family name alone, or its first letters. Accents and capital letters do not matter."
        ),
        "seat_elsewhere": _("Has a seat at this time in: %(session)s"),
        "unchecked": _("This browser cannot check the signature; the code is on the list."),
        "no_code_on_photo": _("There is no code on this picture, or it cannot be read."),
    }


def _states() -> Words:
    return {
        "online": _("Online"),
        "offline": _("Offline"),
        "offline_notice": _(
            "There is no network. Go on: all is kept on this device and sent when the network is back."
        ),
        "not_taken": _(
            "The site does not take what this device sends. Go on: all is kept. Tell an organiser."
        ),
        "old_notice": _("The list is getting old: newer registrations and tickets are missing from it."),
        "age_now": _("list of just now"),
        "age_hours": _("list of %(time)s"),
        "in_since": _("in since %(time)s"),
    }


def _troubles() -> Words:
    """Why the desk, its list or its camera cannot be opened here, and what helps."""
    return {
        "insecure": _(
            "The desk works only at an address that begins with https://, because browsers allow no camera "
            "and no encryption elsewhere. Open it at the address of the conference."
        ),
        "no_crypto": _(
            "This browser cannot encrypt the list of people. Update it, or take a current Firefox, Chrome, "
            "Edge or Safari."
        ),
        "no_storage": _(
            "This browser keeps nothing on the device, so a check-in could be lost. Leave the private window, "
            "or allow this site to store data."
        ),
        "closed": _("Nobody has entered the desk on this device."),
        "over": _("The day of this link is over. The list was removed from this device."),
        "no_list": _(
            "There is no network, and no list on this device yet. Connect it once to open the desk."
        ),
        "no_passphrase": _("Enter the passphrase of the desk."),
        "wrong_passphrase": _("This is not the passphrase of the desk. Capitals and spaces count."),
        "camera_none": _("This browser has no access to a camera. Use a photo, or type the code."),
        "camera_denied": _(
            "The camera is not allowed for this site. Allow it in the settings of the browser, or use a photo."
        ),
        "camera_missing": _("There is no camera on this device. Use a photo, or type the code."),
        "camera_busy": _(
            "The camera does not start; another program may be using it. Use a photo meanwhile."
        ),
    }


def _parts() -> Words:
    return {
        "camera_start": _("Scan with the camera"),
        "camera_stop": _("Stop the camera"),
        "entrance": _("At the entrance"),
        "check_in": _("Check in"),
        "let_in": _("Let in all the same"),
        "undo": pgettext("check-in", "Take back"),
        "undo_of": _("Take back the check-in of %(name)s"),
        "page": _("Open the page"),
        "delegation": _("Delegation of %(name)s"),
        "no_photos": _("No photos"),
    }


def _counted() -> Words:
    texts: Words = {}
    for number, form in ((1, "one"), (2, "other")):
        texts[f"waiting_{form}"] = ngettext("%(count)s to send", "%(count)s to send", number)
        texts[f"refused_{form}"] = ngettext("%(count)s not accepted", "%(count)s not accepted", number)
        texts[f"age_{form}"] = ngettext("list %(count)s minute old", "list %(count)s minutes old", number)
        texts[f"inside_{form}"] = ngettext("%(count)s in", "%(count)s in", number)
        texts[f"found_people_{form}"] = ngettext("%(count)s person found", "%(count)s people found", number)
        texts[f"clock_slow_{form}"] = ngettext(
            "The clock of this device is %(count)s minute slow. Check-ins are corrected when they are sent.",
            "The clock of this device is %(count)s minutes slow. Check-ins are corrected when they are sent.",
            number,
        )
        texts[f"clock_fast_{form}"] = ngettext(
            "The clock of this device is %(count)s minute fast. Check-ins are corrected when they are sent.",
            "The clock of this device is %(count)s minutes fast. Check-ins are corrected when they are sent.",
            number,
        )
    return texts
