"""What the ground holds of a person: the account, mails, sessions, the admin's log, and how each is emptied.

The apps above say what else is theirs; `efus_conference.erasing` puts it all together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Model, Q
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from efus_conference.models import LoadedItem, Mail, User
from efus_conference.models.loaded import erased_key
from efus_conference.traces import Masking, Traces, delete_mail_files

# Of a mail's job: long enough to find out why one was not sent.
JOBS_KEPT = timedelta(days=7)
FAILED_JOBS_KEPT = timedelta(days=90)


def addresses_of(user: User) -> frozenset[str]:
    """The account's own, and those that its person proved to read, in lower case."""
    proven = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return frozenset(address.lower() for address in (user.email, *proven))


def erase_account(*, user: User) -> None:
    """Leaves of the account its number. The row is locked by the caller, its traces are taken elsewhere."""
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email = f"erased-{user.pk}@erased.invalid"  # RFC 2606: an address that nobody ever has
    user.name = ""
    user.organisation = None
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
    forget_in_log(User, [user.pk])


def mails_of(
    *, user: User | None = None, addresses: Iterable[str] = (), registration_ids: Iterable[int] = ()
) -> list[int]:
    """The kept copies of mails to the person and about their registrations; `addresses` are certainly theirs."""
    theirs = Q(user=user) if user is not None else Q(pk__in=[])
    for pk in registration_ids:
        theirs |= Q(subject_ids__contains={"registration_id": pk})
    # Addresses are kept as they were typed.
    for address in addresses:
        theirs |= Q(to__iexact=address)
    return list(Mail.objects.filter(theirs).values_list("pk", flat=True))


def erase_mails(mail_ids: Iterable[int], traces: Traces, *, registration_ids: Iterable[int]) -> None:
    """Deletes what was found, and what waits to be sent about them is not sent."""
    gone = list(mail_ids)
    forget_in_log(Mail, gone)
    Mail.objects.filter(pk__in=gone).delete()
    ids = list(registration_ids)
    waiting = ProcrastinateJob.objects.filter(task_name="mail.send", status="todo")
    forget_jobs(waiting.filter(args__ids__registration_id__in=ids).values_list("pk", flat=True))
    delete_mail_files(traces)


def forget_jobs(job_ids: Iterable[int]) -> None:
    """Deletes jobs that are not begun."""
    ids = list(job_ids)
    if ids:
        jobs = ProcrastinateJob.objects.filter(pk__in=ids)
        jobs._raw_delete(jobs.db)


def forget_in_log(model: type[Model], ids: Iterable[int | str]) -> None:
    """Of what organisers did to rows of the person, the admin's log keeps who, when and what kind of thing.

    The pages of proxies, such as those of access needs, log under a kind of their own.
    """
    same = [one for one in apps.get_models() if one._meta.concrete_model is model._meta.concrete_model]
    kinds = ContentType.objects.get_for_models(*same, for_concrete_models=False).values()
    LogEntry.objects.filter(content_type__in=kinds, object_id__in=[str(one) for one in ids]).update(
        object_repr="", change_message=""
    )


def forget_loaded(model: type[Model], ids: Iterable[int | str]) -> None:
    """What the demonstration's or the archive's content wrote into rows of the person; it is not written again."""
    items = LoadedItem.objects.filter(model=model._meta.label, object_id__in=[str(one) for one in ids])
    for item in items:
        item.key, item.fields = erased_key(item.key), {}
        item.save(update_fields=["key", "fields"])


def seek_in_ground(masking: Masking) -> None:
    """In what organisers and others wrote: the admin's log, and kept copies of mails to others."""
    masking.seek(LogEntry.objects.all(), "object_repr", "change_message")
    masking.seek(Mail.objects.all(), "subject", "text", "bounce_diagnostic")


def sessions_of(traces: Traces, *, user: User | None = None) -> list[str]:
    """The person's sessions, and those in which somebody began to register them."""
    store: SessionBase = SessionStore()
    found = []
    for row in Session.objects.iterator(chunk_size=500):
        kept = store.decode(row.session_data)
        is_theirs = user is not None and str(kept.get("_auth_user_id", "")) == str(user.pk)
        if is_theirs or any(traces.is_of(*person) for person in _people(kept)):
            found.append(row.pk)
    return found


def end_sessions(keys: Iterable[str]) -> None:
    Session.objects.filter(pk__in=list(keys)).delete()


def _people(value: object) -> Iterable[tuple[str, str]]:
    """Name and address of whom a draft within is of. Other words in it are its writer's, whatever they say."""
    if isinstance(value, dict):
        if {"given_name", "family_name", "email"} & value.keys():
            name = " ".join(str(value.get(part, "")) for part in ("given_name", "family_name"))
            yield name, str(value.get("email", ""))
        for part in value.values():
            yield from _people(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _people(part)


@app.periodic(cron="17 4 * * *")
@app.task(name="jobs.forget_old", queue="mail", queueing_lock="forget_old", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """What was done, and what was not and is of no use any more; a failed job stays for a while to be looked at."""
    jobs = context.app.job_manager
    await jobs.delete_old_jobs(nb_hours=_hours(JOBS_KEPT), include_cancelled=True, include_aborted=True)
    await jobs.delete_old_jobs(nb_hours=_hours(FAILED_JOBS_KEPT), include_failed=True)


@app.periodic(cron="27 4 * * *")
@app.task(name="sessions.forget_old", queue="mail", queueing_lock="forget_old_sessions")
def forget_old_sessions(timestamp: int) -> None:
    """Sessions that ended hold what was typed in forms that were never sent."""
    SessionStore.clear_expired()


@app.periodic(cron="37 * * * *")
@app.task(name="cache.forget_old", queue="mail", queueing_lock="forget_old_counters")
def forget_old_counters(timestamp: int) -> None:
    """What counted how often somebody asked, and is over."""
    default = settings.CACHES["default"]
    if str(default["BACKEND"]).endswith(".TableCache"):
        table = connection.ops.quote_name(str(default["LOCATION"]))
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [timezone.now()])  # noqa: S608 - a name of ours


def _hours(span: timedelta) -> int:
    return int(span.total_seconds()) // 3600
