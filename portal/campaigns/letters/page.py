"""What stands in a letter, in the customer's language and tone. The drawing only places it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date

import segno
from flask_babel import format_date

from portal.booking.links import path_of
from portal.booking.references import sayable
from portal.booking.wording import day_in_words, window_in_words
from portal.calendar.cleaning import one_line
from portal.campaigns.letters.queries import windows_of
from portal.campaigns.models import Letter
from portal.customers.models import Address, Customer
from portal.customers.salutation import greeting
from portal.site import Site
from portal.texts import spoken_to, text

NAME_SIGNS = 80  # two lines of the window in the envelope
LINE_SIGNS = 60
TOWN_SIGNS = 30  # the longest of the country has 28
CARD_LINES = 4
NOT_DRAWN = frozenset({"So", "Cf", "Co", "Cn"})  # pictures, joiners, private and empty places


@dataclass(frozen=True, slots=True)
class Ways:
    """The three ways to answer, a short heading and one or two sentences each."""

    web: tuple[str, str]
    card: tuple[str, str]
    phone: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """The slip to be sent back. It carries the code and no name."""

    heading: str
    intro: str
    none_suits: str
    phone: str
    by: str
    send_to: str
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One letter, ready to be drawn. `qr` is a picture as a data address, `link` what it says."""

    language: str
    sender: tuple[str, ...]
    phone: str
    recipient: tuple[str, ...]
    dated: str
    subject: str
    greeting: str
    opening: tuple[str, ...]
    times: str
    windows: tuple[str, ...]
    kept: str
    how: str
    ways: Ways
    code_name: str
    code: str
    link: str
    qr: str
    qr_alt: str
    closing: str
    signature: str
    card: Card

    @property
    def prose(self) -> str:
        """What is read as sentences, in paragraphs: for the gate on plain language."""
        told = (*self.opening, self.times, self.kept, self.how, self.ways.web[1])
        told += (self.ways.card[1], self.ways.phone[1], self.card.intro, self.card.none_suits)
        return "\n\n".join((self.greeting, *told, self.card.by, self.closing))


def letter_page(letter: Letter, dated: date, site: Site, signing_key: str) -> LetterPage:
    """Return what a letter says, dated with the day on which it is posted."""
    customer = letter.invitation.visit.customer
    with spoken_to(customer.locale, customer.tone):
        return _page(letter, dated, site, signing_key)


def _page(letter: Letter, dated: date, site: Site, signing_key: str) -> LetterPage:
    visit = letter.invitation.visit
    link = site.base_url + path_of(letter.invitation, signing_key)
    return LetterPage(
        language=visit.customer.locale,
        sender=sender_lines(site),
        phone=one_line(site.company_phone, LINE_SIGNS),
        recipient=address_lines(visit.customer, visit.address),
        dated=str(format_date(dated, "d MMMM y")),
        subject=text("When may we come for the maintenance of your boiler?"),
        greeting=on_paper(greeting(visit.customer), LINE_SIGNS),
        opening=(
            text("It is time for the maintenance of your boiler."),
            text(
                "We come between two times, so you need not wait long. The work itself takes about"
                " %(minutes)s minutes.",
                minutes=visit.boiler.service_minutes,
            ),
        ),
        times=text("We hold these three times for you:"),
        windows=tuple(window_in_words(window) for window in windows_of(letter)),
        kept=text(
            "We hold them up to and including %(day)s.", day=day_in_words(letter.deadline_on)
        ),
        how=text("Choose in the way that suits you"),
        ways=_ways(letter, site),
        code_name=text("Your code"),
        code=sayable(letter.invitation.code),
        link=link,
        qr=qr_picture(link),
        qr_alt=text("Picture with squares: point your telephone at it to choose a time."),
        closing=text("Kind regards,"),
        signature=one_line(site.company_name, LINE_SIGNS),
        card=_card(letter, site),
    )


def _ways(letter: Letter, site: Site) -> Ways:
    return Ways(
        web=(
            text("On the internet"),
            text(
                "Point your telephone at the squares. Or go to %(address)s, and type your code and"
                " postcode. There are more times there too.",
                address=shown_address(site),
            ),
        ),
        card=(
            text("With the card below"),
            text(
                "Put a cross at one time, and post the card by %(day)s at the latest. We call you"
                " when we have it.",
                day=day_in_words(letter.card_by_on),
            ),
        ),
        phone=(
            text("With the telephone"),
            text(
                "Call us on %(phone)s (on working days %(hours)s) and tell us your code.",
                phone=site.company_phone,
                hours=site.company_hours,
            ),
        ),
    )


def _card(letter: Letter, site: Site) -> Card:
    return Card(
        heading=text("Answer card"),
        intro=text("Put a cross at the time that suits you best."),
        none_suits=text("None of these times suits me. Please call me."),
        phone=text("My telephone number"),
        by=text("Post this card by %(day)s.", day=day_in_words(letter.card_by_on)),
        send_to=text("Send to"),
        address=sender_lines(site),
    )


def sender_lines(site: Site) -> tuple[str, ...]:
    """Return who we are and where post reaches us, a line each; the address has commas between."""
    parts = [part.strip() for part in site.company_address.split(",")]
    wanted = (site.company_name, *parts[: CARD_LINES - 1])
    return tuple(one_line(part, LINE_SIGNS) for part in wanted if part)


def address_lines(customer: Customer, address: Address) -> tuple[str, ...]:
    """Return name, street and town as the post wants them: two spaces after the postcode."""
    postcode = f"{address.postcode[:4]} {address.postcode[4:]}".strip()
    lines = (
        on_paper(customer.name, NAME_SIGNS),
        on_paper(address.line, LINE_SIGNS),
        f"{one_line(postcode, LINE_SIGNS)}\u00a0 {on_paper(address.city.upper(), TOWN_SIGNS)}",
    )
    return tuple(line for line in lines if line.strip())


def on_paper(value: str, limit: int) -> str:
    """Return a text on one line without signs that no font for letters has, such as emoji."""
    drawn = "".join(sign for sign in value if unicodedata.category(sign) not in NOT_DRAWN)
    return one_line(drawn, limit)


def shown_address(site: Site) -> str:
    """Return where the code is typed, as people type it: without https://."""
    return f"{site.base_url.split('://', 1)[-1]}/c"


def qr_picture(link: str) -> str:
    """Return a QR code as an SVG in a data address; a sixth of it may be spoiled (level M)."""
    code = segno.make(link, error="m", micro=False, boost_error=False)
    return str(code.svg_data_uri(border=4, scale=1, dark="#000", light="#fff"))
