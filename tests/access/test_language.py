from __future__ import annotations

import pytest

from portal.texts import COOKIE

ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "", "no-path")


def switch(client, language, page="/staff/sign-in", status=302, **values):
    form = client.fetch(page).form("/language")
    return client.submit(form, values, status, button=f"language={language}", unchecked=True)


def test_the_switch_changes_the_language_and_stays_on_the_page(client):
    assert client.fetch("/staff/sign-in").h1 == "Inloggen"
    page = "/staff/sign-in?next=/staff/"
    assert switch(client, "en", page).location == page
    assert client.fetch("/staff/sign-in").h1 == "Sign in"
    switch(client, "nl")
    assert client.fetch("/staff/sign-in").h1 == "Inloggen"


def test_the_choice_lasts_for_a_year_and_no_script_can_read_it(client):
    header = switch(client, "en").headers["Set-Cookie"]
    assert "Max-Age=31536000" in header
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


@pytest.mark.parametrize("target", ELSEWHERE)
def test_the_switch_never_leads_to_another_site(client, target):
    assert switch(client, "en", next=target).location == "/"


def test_a_page_that_only_takes_forms_is_not_asked_for(client):
    assert switch(client, "en", next="/staff/sign-out").location == "/"


def test_an_unknown_language_is_refused_and_asking_changes_nothing(client):
    switch(client, "xx", status=400)
    client.fetch("/language", 405)
    client.post("/language", {"language": "en"}, 400)
    assert client.http.get_cookie(COOKIE) is None
