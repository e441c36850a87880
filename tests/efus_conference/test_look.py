"""The look's promises: what it weighs, what the content security policy forbids, what forms tell their readers."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import path
from django.utils import translation

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
urlpatterns = [
    *i18n_patterns(path("declarations/", lambda request: HttpResponse(), name="somewhere")),
    path("sign/<token>", lambda request, token: HttpResponse(), name="without-language"),
]


def _gzipped(folder: str, ending: str) -> int:
    files = sorted((settings.BASE_DIR / "static" / folder).glob(f"*{ending}"))
    public = [file for file in files if not file.name.startswith(("admin", "desk"))]
    return sum(len(gzip.compress(file.read_bytes())) for file in public)


def test_public_styles_and_scripts_stay_light():
    assert _gzipped("css", ".css") <= 15_000
    assert _gzipped("js", ".js") <= 20_000


def test_the_desk_loads_in_a_moment_even_over_a_crowded_network():
    """A tool of its own, kept on its devices: its style, its scripts and the reader of codes they ship."""
    static = settings.BASE_DIR / "static"
    scripts = [*(static / "js/desk").glob("*.js"), *(static / "js/vendor").glob("*.js")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in scripts) <= 40_000
    assert len(gzip.compress((static / "css/desk.css").read_bytes())) <= 2_500


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: str(file.relative_to(settings.BASE_DIR)))
def test_a_template_has_nothing_inline_and_nothing_from_elsewhere(template: Path):
    if "emails" in template.parts:
        pytest.skip("mail programs know no style sheets")
    source = template.read_text(encoding="utf-8")
    inline = re.findall(
        r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\b(?:src=|type=\"application/))", source
    )
    elsewhere = re.findall(
        r"<(?:script|img|link rel=\"(?:stylesheet|preload|icon))[^>]*(?:src|href)=\"https?:", source
    )
    assert (inline, elsewhere) == ([], [])


class Sample(forms.Form):
    name = forms.CharField(
        label="Name", help_text="As on the badge.", error_messages={"required": "Enter a name"}
    )
    kind = forms.ChoiceField(
        choices=[("a", "A"), ("b", "B")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a kind"},
    )
    agreed = forms.BooleanField(label="I agree", error_messages={"required": "Say that you agree"})


def _rendered(form: forms.Form) -> str:
    return Template("{% load crispy_forms_filters %}{{ form|crispy }}").render(Context({"form": form}))


def test_the_summary_links_every_error_to_a_field_that_is_there():
    html = _rendered(Sample({}))
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', html)
    assert links == [
        ("id_name", "Enter a name"),
        ("id_kind_0", "Choose a kind"),
        ("id_agreed", "Say that you agree"),
    ]
    assert all(f'id="{target}"' in html for target, _ in links)


def test_hint_and_error_describe_their_field():
    html = _rendered(Sample({}))
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert described == ["id_name_helptext id_name_error", "id_kind_error", "id_agreed_error"]
    assert all(f'id="{target}"' in html for targets in described for target in targets.split())


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in _rendered(Sample())


def _links(address: str, arguments: str = "") -> list[tuple[str, str, bool]]:
    template = Template("{% load site %}{% language_links " + arguments + " as links %}")
    context = Context({"request": RequestFactory().get(address)})
    with translation.override("en"):
        template.render(context)
    return [(link["code"], link["url"], link["is_current"]) for link in context["links"]]


@pytest.mark.urls(__name__)
def test_the_language_switch_keeps_the_page_and_its_filters():
    assert _links("/en/declarations/?kind=manifesto") == [
        ("en", "/en/declarations/?kind=manifesto", True),
        ("fr", "/fr/declarations/?kind=manifesto", False),
        ("nl", "/nl/declarations/?kind=manifesto", False),
    ]


@pytest.mark.urls(__name__)
def test_addresses_for_search_engines_leave_the_filters_out():
    assert _links("/en/declarations/?kind=manifesto", "with_query=False")[1] == (
        "fr",
        "/fr/declarations/",
        False,
    )


@pytest.mark.urls(__name__)
def test_from_a_page_that_does_not_exist_the_switch_leads_home():
    assert _links("/en/nowhere/") == [
        ("en", "/en/nowhere/", True),
        ("fr", "/fr/", False),
        ("nl", "/nl/", False),
    ]


@pytest.mark.urls(__name__)
def test_an_address_without_a_language_offers_no_switch():
    assert _links("/sign/abc") == []
