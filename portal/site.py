"""Who we are and where we can be reached, for all that leaves the portal."""

from __future__ import annotations

from dataclasses import dataclass

from portal.settings import Settings, current_settings


@dataclass(frozen=True)
class Site:
    """The company and the address of its portal (without a slash at the end)."""

    base_url: str
    company_name: str
    company_phone: str
    company_email: str
    company_hours: str
    has_reply_tokens: bool = True  # our addresses carry a token behind a plus sign
    bounce_name: str = "bounce"
    company_address: str = ""  # where post reaches us, with commas between its lines

    def appointment_page(self, reference: str) -> str:
        """Return the address of an appointment's page, which asks for proof before it tells."""
        return f"{self.base_url}/afspraak/{reference}"


def site_from(settings: Settings) -> Site:
    """Return what the settings say of the company. Read it in views, commands and jobs."""
    return Site(
        base_url=settings.base_url,
        company_name=settings.company_name,
        company_phone=settings.company_phone,
        company_email=settings.company_email,
        company_hours=settings.company_hours,
        has_reply_tokens=settings.reply_tokens,
        bounce_name=settings.bounce_name,
        company_address=settings.company_address,
    )


def current_site() -> Site:
    """Return the site of the running portal. Read it in views, commands and jobs."""
    return site_from(current_settings())
