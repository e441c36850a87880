"""Runs inside the site: sends the demonstration's office a fresh invitation. Prints JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from django.conf import settings

from declarations.actions import invite
from declarations.models import Signatory
from efus_conference.models import User


def main() -> None:
    accounts = json.loads(Path(settings.DATA_DIR, "demo-accounts.json").read_text(encoding="utf-8"))
    mailbox = accounts["office"]["email"]
    signatory = Signatory.objects.that_may_sign().get(mailboxes__email=mailbox)
    officer = User.objects.get(email=accounts["officer"]["email"])
    invite(signatory=signatory, by=officer, language=sys.argv[1])
    json.dump({"mailbox": mailbox}, sys.stdout)
