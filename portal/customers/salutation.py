"""How a letter begins: by a person's own name, never with "sir/madam"."""

from __future__ import annotations

import re

from portal.customers.models import Customer, CustomerKind, Salutation
from portal.texts import Tone, text

_ONE = r"(?:de heer|dhr|heer|mevrouw|mevr|mw|meneer|mr|mrs|ms)\b\.?"
_TITLE = re.compile(rf"{_ONE}(?:\s*/\s*{_ONE})?\s+", flags=re.IGNORECASE)
_TWO = re.compile(rf"{_ONE}\s*(?:\b(?:en|and)\b|[&+])\s*{_ONE}\s", flags=re.IGNORECASE)
_INITIALS = re.compile(r"([^\W\d_]\.?){1,2}|(\w\.)+")
_SHARED = ("familie", "fam", "fam.", "erven", "family")
_ORGANISATIONS = (CustomerKind.BUSINESS, CustomerKind.INSTITUTION)


def greeting(customer: Customer) -> str:
    """Return the first line of a message, in the language and tone of `spoken_to`."""
    name = bare_name(customer)
    if not name:
        return text("Hello,")
    if customer.tone is Tone.INFORMAL:
        return text("Dear %(name)s,", name=first_name(customer) or _inside_a_sentence(name))
    if customer.surname.strip() and customer.salutation is Salutation.DHR:
        return text("Dear Mr %(name)s,", name=as_a_name_begins(customer.surname.strip()))
    if customer.surname.strip() and customer.salutation is Salutation.MEVR:
        return text("Dear Ms %(name)s,", name=as_a_name_begins(customer.surname.strip()))
    return text("Dear %(name)s,", name=_inside_a_sentence(name))


def bare_name(customer: Customer) -> str:
    """Return the name without a title in front: "J. de Vries" for "Dhr. J. de Vries".

    A couple keeps both titles: without them "Dhr. en mevr. De Vries" is nobody's name.
    """
    name = _TITLE.sub("", customer.name.strip(), count=1) if _begins_with_title(customer) else ""
    return (name or customer.name).strip() or customer.surname.strip()


def first_name(customer: Customer) -> str | None:
    """Return the first name; None for initials, families and organisations."""
    first, _, rest = bare_name(customer).partition(" ")
    is_shared = first.lower() in _SHARED or customer.kind in _ORGANISATIONS or _is_couple(customer)
    if is_shared or not rest or first.endswith(",") or _INITIALS.fullmatch(first):
        return None
    is_surname = bare_name(customer).lower() == customer.surname.strip().lower()
    return None if is_surname else first


def as_a_name_begins(surname: str) -> str:
    """Return a surname as it is written after a title: "De Vries", "Van den Berg", "'t Hart"."""
    if surname[:2].lower() == "ij":
        return "IJ" + surname[2:]
    return surname[:1].upper() + surname[1:]


def _inside_a_sentence(name: str) -> str:
    """Return "familie De Boer" for "Familie De Boer", and a couple's titles without capitals.

    Other names stay as they are.
    """
    first, space, rest = name.partition(" ")
    if two := _TWO.match(name):
        return two[0].lower() + name[two.end() :]
    return f"{first.lower()}{space}{rest}" if first.lower() in _SHARED else name


def _begins_with_title(customer: Customer) -> bool:
    return _TITLE.match(customer.name.strip()) is not None and not _is_couple(customer)


def _is_couple(customer: Customer) -> bool:
    return _TWO.match(customer.name.strip()) is not None
