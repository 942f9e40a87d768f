"""Invented people, shops and mail addresses. Any likeness to somebody is chance.

Telephone numbers cannot ring: after 06 and 030 no Dutch number goes on with a zero. Mail addresses
end in .example, which never exists (RFC 2606).
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from portal.customers.models import Salutation

WOMEN = (
    "Anneke", "Fatima", "Sofie", "Meryem", "Johanna", "Ingrid", "Naima", "Lotte", "Chantal",
    "Priya", "Wilhelmina", "Hendrika", "Yara", "Femke", "Aaltje", "Agnieszka", "Saskia", "Mei",
    "Cornelia", "Roos", "Samira", "Truus", "Marjolein", "Esra", "Jacoba", "Noor",
)  # fmt: skip
MEN = (
    "Pieter", "Youssef", "Daan", "Mehmet", "Gerrit", "Hassan", "Thijs", "Rajesh", "Willem",
    "Bram", "Kofi", "Jeroen", "Hendrik", "Piotr", "Maarten", "Ahmed", "Cornelis", "Sem", "Ruben",
    "Wouter", "Antonie", "Emre", "Sjoerd", "Lars", "Johannes", "Xavi",
)  # fmt: skip
SURNAMES = (
    "van Elzenbroek", "Kortewegge", "Boulahrouf", "de Haanstra", "Bissoendath", "Zonderveld",
    "van den Eikelaar", "Hoitsema", "Çelikbağ", "Ravensteijn", "ter Horstink", "Ouahbani",
    "Feitsema", "van Lindeberg", "Wronasz", "Molenschot", "Soedarmo", "de Wildeman", "Aksoylu",
    "van Oosterhuis", "Brandsema", "Jagroep", "Veenhuysen", "el Mansouri", "Steenbergh",
    "Kalkhoven", "van der Wegge", "Dijkgraafs", "Owusu-Mensa", "Grootenboer", "Tanisgül",
    "Bloemendaels", "de Rietdekker", "Lindquist", "Achterveld", "Schaapherder", "Nooitmeer",
    "van Zandvliet", "Boerhout", "'t Hartogh", "Pasveer", "Verlinde", "Snoekbaars", "Terpstra-Vos",
)  # fmt: skip
ENGLISH_SURNAMES = ("Ashgrove", "Fernsby", "Harrowgate", "O'Dellan", "Chaturvedika", "Okonjobi")
SHOPS = (
    "Bakkerij {}", "Kapsalon {}", "Fietsenwinkel {}", "Bloemist {}", "Tandartspraktijk {}",
    "Café {}", "Slagerij {}", "Boekhandel {}", "Fysiotherapie {}", "Garage {}",
)  # fmt: skip
MAIL_HOSTS = ("thuispost.example", "domstad.example", "brievenbus.example")


@dataclass(frozen=True)
class Person:
    """Somebody invented: how a letter begins, and the part of a mail address before the @."""

    first: str
    surname: str
    salutation: Salutation

    @property
    def name(self) -> str:
        """First name and surname."""
        return f"{self.first} {self.surname}"

    @property
    def initials(self) -> str:
        """As older people sign: "J. van Elzenbroek"."""
        return f"{self.first[0]}. {self.surname}"


def person(rng: random.Random) -> Person:
    """Return somebody who lives in the Netherlands, of any descent."""
    surname = rng.choice(SURNAMES)
    if rng.random() < 0.5:
        return Person(rng.choice(WOMEN), surname, Salutation.MEVR)
    return Person(rng.choice(MEN), surname, Salutation.DHR)


def newcomer(rng: random.Random) -> Person:
    """Return somebody who would rather read English."""
    first, salutation = rng.choice(
        (("Maeve", Salutation.MEVR), ("Oliver", Salutation.DHR), ("Anjali", Salutation.MEVR))
    )
    return Person(first, rng.choice(ENGLISH_SURNAMES), salutation)


def shop(rng: random.Random) -> str:
    """Return the name of a small business."""
    surname = rng.choice(SURNAMES)
    return rng.choice(SHOPS).format(surname[:1].upper() + surname[1:])


def mail_address(name: str, number: int, rng: random.Random) -> str:
    """Return a mail address that belongs to a name and, by the number, to one customer only."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("ı", "i")).encode("ascii", "ignore")
    words = "".join(sign if sign.isalpha() else " " for sign in plain.decode()).split()
    return f"{'.'.join(words)}.{number}@{rng.choice(MAIL_HOSTS)}"


def mobile(number: int) -> str:
    """Return a mobile number that cannot exist, another one for each number up to 99,999."""
    return f"06000{number:05d}"


def landline(number: int) -> str:
    """Return a number in Utrecht that cannot exist, another one for each number up to 9,999."""
    return f"030000{number:04d}"
