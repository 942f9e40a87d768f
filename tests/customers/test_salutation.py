from __future__ import annotations

import pytest
from flask import Flask

from portal.customers.models import Customer, CustomerKind, Salutation
from portal.customers.salutation import as_a_name_begins, greeting
from portal.texts import Tone, spoken_to

DHR, MEVR, NEUTRAL = Salutation.DHR, Salutation.MEVR, Salutation.NEUTRAL


def greeted(
    app: Flask,
    name: str,
    surname: str = "",
    salutation: Salutation = NEUTRAL,
    *,
    locale: str = "nl",
    tone: Tone = Tone.FORMAL,
    kind: CustomerKind = CustomerKind.UNKNOWN,
) -> str:
    customer = Customer(name=name, surname=surname, salutation=salutation, tone=tone, kind=kind)
    with app.app_context(), spoken_to(locale, tone):
        return greeting(customer)


@pytest.mark.parametrize(
    ("name", "surname", "salutation", "expected"),
    [
        ("J. de Vries", "de Vries", DHR, "Beste meneer De Vries,"),
        ("J. de Vries", "de Vries", MEVR, "Beste mevrouw De Vries,"),
        ("J. de Vries", "de Vries", NEUTRAL, "Beste J. de Vries,"),
        ("Dhr. J. de Vries", "", NEUTRAL, "Beste J. de Vries,"),
        ("de heer P. Smit", "", NEUTRAL, "Beste P. Smit,"),
        ("Mevr. Heerema", "Heerema", NEUTRAL, "Beste Heerema,"),
        ("Mw. A. Heer", "Heer", MEVR, "Beste mevrouw Heer,"),
        ("J. de Vries", "", DHR, "Beste J. de Vries,"),
        ("K. van den Berg", "van den Berg", DHR, "Beste meneer Van den Berg,"),
        ("Familie De Boer", "", NEUTRAL, "Beste familie De Boer,"),
        ("Dhr. en mevr. Smit", "Smit", NEUTRAL, "Beste dhr. en mevr. Smit,"),
        ("Mevr. & Mevr. Smit", "", NEUTRAL, "Beste mevr. & mevr. Smit,"),
        ("De heer/mevrouw Smit", "Smit", MEVR, "Beste mevrouw Smit,"),
        ("De heer / mevrouw Smit", "", NEUTRAL, "Beste Smit,"),
        ("Dhr./Mevr. J. Smit", "", NEUTRAL, "Beste J. Smit,"),
        ("Mr. E. Endstra", "", NEUTRAL, "Beste E. Endstra,"),
        ("Dhr.", "", NEUTRAL, "Beste Dhr.,"),
        ("", "Jansen", NEUTRAL, "Beste Jansen,"),
        ("", "", NEUTRAL, "Goedendag,"),
    ],
)
def test_a_formal_letter_greets_by_surname(
    app: Flask, name: str, surname: str, salutation: Salutation, expected: str
) -> None:
    assert greeted(app, name, surname, salutation) == expected


@pytest.mark.parametrize(
    ("name", "surname", "expected"),
    [
        ("Jan de Vries", "de Vries", "Beste Jan,"),
        ("Dhr. Jan de Vries", "de Vries", "Beste Jan,"),
        ("Anne-Fleur Smit", "Smit", "Beste Anne-Fleur,"),
        ("Dhr. en mevr. Smit", "Smit", "Beste dhr. en mevr. Smit,"),
        ("De Heer en Mevrouw Smit", "", "Beste de heer en mevrouw Smit,"),
        ("Smit, Anne-Fleur", "Smit", "Beste Smit, Anne-Fleur,"),
        ("J. de Vries", "de Vries", "Beste J. de Vries,"),
        ("J.P. de Vries", "de Vries", "Beste J.P. de Vries,"),
        ("Familie De Boer", "", "Beste familie De Boer,"),
        ("de Vries", "de Vries", "Beste de Vries,"),
        ("Fatima", "", "Beste Fatima,"),
    ],
)
def test_an_informal_letter_greets_by_first_name(
    app: Flask, name: str, surname: str, expected: str
) -> None:
    assert greeted(app, name, surname, tone=Tone.INFORMAL) == expected


@pytest.mark.parametrize("kind", [CustomerKind.BUSINESS, CustomerKind.INSTITUTION])
def test_an_organisation_has_no_first_name(app: Flask, kind: CustomerKind) -> None:
    name = "Bakkerij Jansen"
    assert greeted(app, name, tone=Tone.INFORMAL, kind=kind) == "Beste Bakkerij Jansen,"


def test_english_letters_greet_as_the_english_do(app: Flask) -> None:
    assert greeted(app, "J. de Vries", "de Vries", DHR, locale="en") == "Dear Mr De Vries,"
    assert greeted(app, "J. de Vries", "de Vries", MEVR, locale="en") == "Dear Ms De Vries,"
    assert greeted(app, "J. de Vries", "de Vries", locale="en") == "Dear J. de Vries,"


@pytest.mark.parametrize(
    ("surname", "expected"),
    [
        ("de Vries", "De Vries"),
        ("van 't Hof", "Van 't Hof"),
        ("'t Hart", "'t Hart"),
        ("ijzerman", "IJzerman"),
        ("IJsbrand", "IJsbrand"),
        ("Smit", "Smit"),
    ],
)
def test_a_surname_after_a_title_begins_with_a_capital(surname: str, expected: str) -> None:
    assert as_a_name_begins(surname) == expected
