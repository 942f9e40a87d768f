from __future__ import annotations

from itertools import product

import pytest
from flask import render_template_string, url_for
from flask_login import login_user
from werkzeug.exceptions import Forbidden

from portal.access import guards
from portal.access.current import current_actor, current_staff
from portal.access.errors import NotSignedIn
from portal.access.guards import EXTENSION_ROUTES, Guard, Role
from portal.access.navigation import PAGES, staff_menu
from tests.staff import make_staff

OPEN_BY_NAME = {(page, role) for page, _, roles in PAGES for role in (*roles, Role.ADMINISTRATOR)}


def view_for(*roles):
    return guards.staff(*roles)(lambda: "seen")


@pytest.mark.parametrize(("visitor", "asked"), [*product(Role, Role)])
def test_a_page_opens_for_its_role_and_the_administrator_only(app, session, visitor, asked):
    with app.test_request_context():
        login_user(make_staff(session, visitor))
        if visitor in (asked, Role.ADMINISTRATOR):
            assert view_for(asked)() == "seen"
        else:
            with pytest.raises(Forbidden):
                view_for(asked)()


def app_address(app, endpoint):
    with app.test_request_context():
        return url_for(endpoint)


def test_a_guarded_page_sends_strangers_to_the_sign_in(app):
    with app.test_request_context("/staff/board?date=2027-03-01"):
        answer = view_for(Role.PLANNER)()
    assert answer.status_code == 302
    assert answer.location == "/staff/sign-in?next=/staff/board?date%3D2027-03-01"


def test_a_stranger_s_form_is_not_repeated_after_signing_in(app):
    with app.test_request_context("/staff/openings", method="POST"):
        assert view_for(Role.PLANNER)().location == "/staff/sign-in"


def test_a_guard_can_be_read_from_the_page(app):
    assert view_for(Role.DESK).guard == Guard(frozenset({Role.DESK, Role.ADMINISTRATOR}))
    open_page = guards.public("because")(lambda: "seen")
    assert open_page.guard == Guard(frozenset(), "because")


def test_every_route_carries_a_decision_and_what_is_switched_off_has_no_route(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    decided = {name for name in routes if hasattr(app.view_functions[name], "guard")}
    assert routes - decided == set(EXTENSION_ROUTES)


@pytest.mark.parametrize("role", Role)
def test_the_menu_shows_the_pages_of_the_role_and_no_others(app, session, role):
    with app.test_request_context(app_address(app, "fieldwork.day")):
        login_user(make_staff(session, role))
        menu = [entry.href for entry in staff_menu()]
        page = render_template_string('{% extends "layouts/staff.html" %}')
        expected = [url_for(page) for page, _, _ in PAGES if (page, role) in OPEN_BY_NAME]
    assert menu == expected
    assert all(f'href="{address}"' in page for address in menu)
    assert ('aria-current="page"' in page) == (role in (Role.TECHNICIAN, Role.ADMINISTRATOR))


def test_every_page_of_the_menu_opens_for_the_roles_that_see_it(app):
    for page, _, roles in PAGES:
        assert set(roles) <= app.view_functions[page].guard.roles, page


def test_code_knows_who_is_signed_in_or_fails_loudly(app, session):
    with app.test_request_context():
        with pytest.raises(NotSignedIn):
            current_staff()
        member = make_staff(session)
        login_user(member)
        assert current_staff() is member
        assert current_actor() == f"staff:{member.id}"
