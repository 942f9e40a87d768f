"""Who gets a text message: whoever wants to be reached by telephone, and has a mobile one."""

from __future__ import annotations

from portal.customers.models import Channel, Customer
from portal.messages.sms import NumberUnusable, phone_number

MOBILE = "+316"


def texted_at(customer: Customer) -> str | None:
    """Return the mobile number for a customer's text messages; None for who wants something else.

    Somebody who chose mail or letters gets no text messages, whatever number we know.
    """
    if customer.channel is not Channel.PHONE or not customer.phone:
        return None
    try:
        number = phone_number(customer.phone)
    except NumberUnusable:
        return None
    return number if number.startswith(MOBILE) else None
