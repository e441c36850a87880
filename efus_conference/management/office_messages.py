"""The texts an office meets, read from the source, and their catalogues in `locale/office/`.

Seven languages are those of the offices alone: their catalogues hold what an office reads, and not the site's other
three thousand texts. What an office reads is listed here; a test renders its pages and fails where one is missing.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from declarations.languages import OFFICE_LANGUAGES

ROOT = settings.BASE_DIR
SITE_LANGUAGES = dict(settings.LANGUAGES)
LANGUAGES = {code: name for code, name in OFFICE_LANGUAGES if code not in SITE_LANGUAGES}

TEMPLATES = (
    "templates/base.html",
    "templates/emails/base.html",
    "templates/components/demonstration.html",
    "templates/efus/**/*.html",
    "templates/declarations/_fingerprint.html",
    "templates/declarations/office/**/*.html",
    "templates/declarations/emails/*.*",
)
# Mails of the same app to others: the witness of the logs, the organisers.
NOT_TO_OFFICES = (
    "templates/declarations/emails/checkpoint.*",
    "templates/declarations/emails/log_alarm.*",
)
# Whole modules, or what is named in them: a class, a constant, or one entry of a dictionary.
MODULES: dict[str, tuple[str, ...] | None] = {
    "declarations/forms.py": None,
    "declarations/mailbox_codes.py": None,
    "declarations/mails/*.py": None,
    "declarations/mandates.py": None,
    "declarations/history.py": None,
    "declarations/signing_page.py": None,
    "declarations/views/office*.py": None,
    "declarations/actions/recording.py": None,
    "declarations/actions/declining.py": None,
    "declarations/actions/refusals.py": (
        "Refusal",
        "HasSigned",
        "TakesNoSignatures",
        "TimeIsOver",
        "LinkNotUsable",
        "AlreadySubmitted",
        "ReadAgain",
        "NotInformed",
        "ReasonMissing",
        "Incomplete",
        "SignedTooLate",
        "NoWithdrawal",
        "CannotWithdraw",
        "NothingToWithdraw",
        "NoInvitation",
        "CannotComplete",
        "NoMailbox",
        "NoteMissing",
        "SENTENCES.signature_state_follows",
        "SENTENCES.signature_fixed_once_submitted",
        "SENTENCES.mandate_fixed_once_submitted",
        "SENTENCES.evidence_fixed_once_submitted",
        "SENTENCES.signed_between_publication_and_today",
        "SENTENCES.one_open_withdrawal_per_signature",
        "SENTENCES.declarations_withdrawal_code_id_key",
        "SENTENCES.replaces_one_of_its_own",
    ),
    "declarations/models/signatures.py": (
        "Signature.State",
        "SignatureEvent.Kind",
        "Mandate.Basis",
        "Evidence.Kind",
    ),
    "efus_conference/context.py": None,
    "efus_conference/foreign_pdfs/sentences.py": None,
    "efus_conference/formats/months.py": None,
    "efus_conference/uploads.py": None,
    "efus_conference/writing.py": None,
}
FUNCTIONS = {"gettext", "gettext_lazy", "_", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CALL = re.compile(r"\b(?:gettext|ngettext|pgettext|npgettext|_)\(")
LITERAL = re.compile(r"""\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?""", re.DOTALL)


@dataclass(frozen=True)
class Text:
    """One text of the source; `plural` and `context` are "" where it has none."""

    id: str
    plural: str = ""
    context: str = ""


def texts(root: Path = ROOT) -> list[Text]:
    """All texts an office meets, in the order of the source, each once."""
    others = _matching(root, *NOT_TO_OFFICES)
    templates = [path for path in _matching(root, *TEMPLATES) if path not in others]
    found = [text for path in templates for text in of_template(path.read_text("utf-8"))]
    for pattern, names in MODULES.items():
        for path in _matching(root, pattern):
            found += of_module(path.read_text("utf-8"), names)
    return list(dict.fromkeys(found))


def _matching(root: Path, *patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(root.glob(pattern)) if path.is_file()]


def of_template(source: str) -> Iterator[Text]:
    """Django makes calls of gettext of a template's tags, for xgettext; so few that they are read here."""
    calls = templatize(source)
    for call in CALL.finditer(calls):
        arguments, at = [], call.end()
        while literal := LITERAL.match(calls, at):
            arguments.append(str(ast.literal_eval(literal[1])))
            at = literal.end()
        if arguments:
            yield _text(call[0].rstrip("("), arguments)


def of_module(source: str, names: tuple[str, ...] | None = None) -> Iterator[Text]:
    """Of a whole module, or of what is named, as “Signature.State” or “SENTENCES.signed_in_time”."""
    tree = ast.parse(source)
    for node in [tree] if names is None else [found for name in names for found in _named(tree, name)]:
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in FUNCTIONS:
                yield _text(call.func.id, [a.value for a in call.args if isinstance(a, ast.Constant)])


def _named(tree: ast.AST, name: str) -> list[ast.AST]:
    first, _dot, rest = name.partition(".")
    found: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and node.name == first:
            found += _named(node, rest) if rest else [node]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and first in _targets(node):
            if rest and isinstance(node.value, ast.Dict):
                pairs = zip(node.value.keys, node.value.values, strict=True)
                found += [
                    value for key, value in pairs if isinstance(key, ast.Constant) and key.value == rest
                ]
            else:
                found.append(node)
    return found


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _text(function: str, arguments: Sequence[object]) -> Text:
    words = [str(argument) for argument in arguments]
    context = words.pop(0) if function.startswith(("pgettext", "npgettext")) else ""
    plural = words[1] if function.startswith(("ngettext", "npgettext")) else ""
    return Text(words[0], plural, context)


def path_of(language: str) -> Path:
    return Path(ROOT / "locale" / "office" / language / "LC_MESSAGES" / "django.po")


def held(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one before there is any."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, wanted: list[Text]) -> Catalog:
    """The wanted texts with the translations that are there; what nobody reads any more is gone."""
    before = held(language)
    catalogue = Catalog(
        locale=language,
        project="efus-conference",
        header_comment=(
            f"# {LANGUAGES[language]}: what an office reads that signs a declaration.\n"
            "# Distributed under the EUPL-1.2, as the project. Made by manage.py office_messages."
        ),
        fuzzy=False,
        last_translator="Efus",
        language_team=LANGUAGES[language],
    )
    for text in wanted:
        known = before.get(text.id, context=text.context or None)
        message_id = (text.id, text.plural) if text.plural else text.id
        is_same = known is not None and isinstance(known.id, str) == isinstance(message_id, str)
        catalogue.add(
            message_id,
            known.string if known is not None and is_same else None,
            context=text.context or None,
            user_comments=known.user_comments if known is not None else (),
        )
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """The texts without a translation, in English; a plural lacks one where any of its forms does."""
    lacking = []
    for message in catalogue:
        strings = [message.string] if isinstance(message.string, str) else list(message.string or [""])
        if message.id and (message.fuzzy or not all(strings)):
            lacking.append(message.id if isinstance(message.id, str) else message.id[0])
    return lacking


def write(language: str, catalogue: Catalog) -> None:
    out = io.BytesIO()
    write_po(out, catalogue, width=100, no_location=True)
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    # When it was made says nothing, and would make every run a change; the rest is Babel's to fill in.
    useless = rb'"(?:POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To|Generated-By): [^"]*"\n'
    path.write_bytes(re.sub(useless, b"", out.getvalue()).replace(b" VERSION", b"", 1))
