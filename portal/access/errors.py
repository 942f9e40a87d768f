"""Why an account cannot be as asked."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import plural, text


class EmailInUse(Refusal):
    """Somebody has an account with this address already."""

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        return text("There is an account with this e-mail address already.")


class EmailInvalid(Refusal):
    """This is not an e-mail address."""

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        return text("This is not an e-mail address.")


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


class NotSignedIn(Exception):
    """Code asked for the staff member of a request in which nobody is signed in."""
