"""What is known about a customer, in words that mails, pages and desk share."""

from __future__ import annotations

from babel.dates import get_day_names

from portal.customers.models import Channel, CustomerKind, DayPart, Salutation
from portal.texts import language, text


def field_name(name: str) -> str:
    """Return what a column of the customer is called."""
    match name:
        case "name":
            return text("Name")
        case "surname":
            return text("Surname")
        case "salutation":
            return text("Salutation")
        case "tone":
            return text("Formal or informal")
        case "locale":
            return text("Language")
        case "channel":
            return text("How we reach you")
        case "message_hour":
            return text("Hour of messages")
        case "kind":
            return text("Kind of customer")
        case "email":
            return text("Mail address")
        case "phone":
            return text("Telephone number")
    return name


def salutation_choice(salutation: Salutation) -> str:
    """Return what stands before the surname, as one chooses it."""
    match salutation:
        case Salutation.DHR:
            return text("Mr")
        case Salutation.MEVR:
            return text("Ms")
        case Salutation.NEUTRAL:
            return text("The name only")


def channel_choice(channel: Channel) -> str:
    """Return a way to be reached, as one chooses it."""
    match channel:
        case Channel.MAIL:
            return text("By mail, to the address that we know")
        case Channel.LETTER:
            return text("By letter")
        case Channel.PHONE:
            return text("By telephone or text message")


def channel_hint(channel: Channel) -> str:
    """Return what comes that way and what comes otherwise all the same, or ""."""
    match channel:
        case Channel.MAIL:
            return ""
        case Channel.LETTER:  # no letter is fast enough for a change
            return text(
                "When we know a mail address, messages about the appointment itself still come by"
                " mail: the invitation for the calendar, and what changes."
            )
        case Channel.PHONE:
            return text(
                "We call to choose a time together. When we know a mobile number (06), we send text"
                " messages: a reminder, the expected time on the day itself, and word when our"
                " technician is on the way or comes later. When we know a mail address, everything"
                " else comes by mail."
            )


def part_choice(part: DayPart) -> str:
    """Return a part of the day, as one chooses it."""
    match part:
        case DayPart.ANY:
            return text("Every part of the day is fine")
        case DayPart.MORNING:
            return text("Rather in the morning")
        case DayPart.AFTERNOON:
            return text("Rather in the afternoon")


def weekday_choice(day: int) -> str:
    """Return the name of a weekday, 0 for Monday, in the reader's language."""
    return str(get_day_names("wide", locale=language())[day]).capitalize()


def kind_choice(kind: CustomerKind) -> str:
    """Return a kind of customer, as one says it of oneself."""
    match kind:
        case CustomerKind.UNKNOWN:
            return text("None of these")
        case CustomerKind.SENIOR:
            return text("Retired")
        case CustomerKind.FAMILY:
            return text("A family with children at school")
        case CustomerKind.WORKING:
            return text("Working outside the home")
        case CustomerKind.BUSINESS:
            return text("A shop or a company")
        case CustomerKind.INSTITUTION:
            return text("An institution, such as a housing association")
