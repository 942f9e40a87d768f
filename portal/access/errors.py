"""Why an account or a key cannot be as asked."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import plural, source_text


class EmailInUse(Refusal):
    """Somebody has an account with this address already."""

    words = source_text("There is an account with this e-mail address already.")


class EmailInvalid(Refusal):
    """This is not an e-mail address."""

    words = source_text("This is not an e-mail address.")


class PasswordTooShort(Refusal):
    """A password needs a minimum length; it may be a sentence."""

    def __init__(self, minimum: int) -> None:
        super().__init__()
        self.minimum = minimum

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        return plural(
            "Choose a password of at least %(num)s character.",
            "Choose a password of at least %(num)s characters.",
            self.minimum,
        )


class TechnicianMissing(Refusal):
    """A technician's account shows a route, so it must say whose."""

    status = 422

    words = source_text("The account of a technician needs the technician's number.")


class KeyNameMissing(Refusal):
    """A key needs a name by which colleagues know whose it is."""

    status = 422

    words = source_text("Give the key a name of at most 80 characters: whose program it is for.")


class KeyUnknown(Refusal):
    """No key has this number."""

    status = 404

    words = source_text("There is no key with this number.")


class NotSignedIn(Exception):
    """Code asked for the staff member of a request in which nobody is signed in."""
