"""Settings, all from the environment; a wrong one stops the start with its name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from flask import Flask, current_app
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.mail import imap_mailbox, mail_address, smtp_server

PREFIX = "TIJDVENSTER_"
SHORTEST_SECRET = 32  # characters: it signs every personal link
LONGEST_MAILBOX = 43  # a token of 20 and its plus sign still fit the 64 of RFC 5321
FOR_TESTS = PREFIX + "TEST_"  # what the tests read, and the portal does not
EXTENSION = "tijdvenster.settings"


class SettingsInvalid(Exception):
    """One or more settings are wrong; the message names each of them."""


class Settings(BaseSettings):
    """What the environment decides, under the prefix TIJDVENSTER_ but for outside services."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Path("var")
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=1, le=65535)
    base_url: str = Field(default_factory=lambda known: f"http://127.0.0.1:{known['port']}")
    proxies: int = Field(default=0, ge=0)
    secret_key: SecretStr | None = None
    demo: bool = False
    testing: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    jobs: Literal["in_process", "separate"] = "in_process"
    workers: int = Field(default=1, ge=1, validate_default=True)

    company_name: str = "Warmhuis Onderhoud"
    company_phone: str = "030 000 01 23"
    company_email: str = "afspraak@warmhuis.example"
    company_hours: str = "08:00-17:30"
    company_address: str = "Antwoordnummer 0000, 3500 XX Utrecht"

    reply_tokens: bool = True
    bounce_name: str = Field(default="bounce", pattern=r"^[a-z0-9][a-z0-9._-]{0,30}$")
    authserv_id: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,200}$")

    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    redis_url: str | None = Field(default=None, validation_alias=AliasChoices("REDIS_URL"))
    smtp_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("SMTP_URL"))
    imap_url: SecretStr | None = Field(default=None, validation_alias=AliasChoices("IMAP_URL"))

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("workers")
    @classmethod
    def _that_keep_one_timetable(cls, value: int, known: ValidationInfo) -> int:
        if value > 1 and known.data.get("jobs") == "in_process":
            raise ValueError("more than 1 needs TIJDVENSTER_JOBS=separate: see docs/operations.md")
        return value

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, value: str | None) -> str | None:
        if value is None:
            return None
        for plain in ("postgres://", "postgresql://"):
            if value.startswith(plain):
                return "postgresql+psycopg://" + value[len(plain) :]
        if not value.startswith(("postgresql+psycopg://", "sqlite:///")):
            raise ValueError("must start with postgresql:// or sqlite:///")
        return value

    @field_validator("redis_url")
    @classmethod
    def _of_a_redis_server(cls, value: str | None) -> str | None:
        if value is not None and not _is_redis_url(value):
            raise ValueError("must look like redis://host:port/0 or rediss://host:port/0")
        return value

    @field_validator("company_email")
    @classmethod
    def _that_mail_can_be_answered_to(cls, value: str) -> str:
        address = mail_address(value)
        if len(address.rpartition("@")[0]) > LONGEST_MAILBOX:
            raise ValueError(f"must have at most {LONGEST_MAILBOX} characters before the @")
        return address

    @field_validator("smtp_url")
    @classmethod
    def _of_a_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            smtp_server(value.get_secret_value())
        return value

    @field_validator("imap_url")
    @classmethod
    def _of_a_mailbox(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            imap_mailbox(value.get_secret_value())
        return value

    @field_validator("secret_key")
    @classmethod
    def _that_nobody_guesses(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"must have {SHORTEST_SECRET} characters or more")
        return value

    @property
    def database(self) -> str:
        """The database's URL: DATABASE_URL, or an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'tijdvenster.sqlite3'}"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the portal over TLS, so that cookies may insist on it."""
        return self.base_url.startswith("https://")

    def signing_key(self) -> str:
        """Return the key that signs links and sessions, made once and kept in the data folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return kept_secret(self.data_dir / "secret_key")


def kept_secret(file: Path) -> str:
    """Return the secret in `file`, creating it first (readable by its owner only) if need be."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x") as created:
            file.chmod(0o600)
            created.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text().strip()


def settings_from_environment() -> Settings:
    """Return the settings, or raise SettingsInvalid that names every wrong or unknown one."""
    wrong = [f"{name}: there is no such setting" for name in _unknown_names()]
    try:
        settings = Settings()
    except ValidationError as error:
        wrong += _sentences(error)
    if wrong:
        raise SettingsInvalid("\n".join(wrong))
    return settings


def set_settings(app: Flask, settings: Settings) -> None:
    """Let these be the settings of the application."""
    app.extensions[EXTENSION] = settings


def settings_of(app: Flask) -> Settings:
    """Return the settings that an application was made with."""
    settings: Settings = app.extensions[EXTENSION]
    return settings


def current_settings() -> Settings:
    """Return the settings of the running portal. Read them in views, commands and jobs."""
    return settings_of(current_app)


def _unknown_names() -> list[str]:
    fields = Settings.model_fields.items()
    known = {PREFIX + name.upper() for name, field in fields if field.validation_alias is None}
    ours = (name for name in os.environ if name.upper().startswith(PREFIX))
    return sorted(
        name for name in ours if name.upper() not in known and not name.startswith(FOR_TESTS)
    )


def _is_redis_url(value: str) -> bool:
    parts = urlsplit(value)
    try:
        return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number below 65536
        return False


def _sentences(error: ValidationError) -> list[str]:
    return [
        f"{_variable(fault['loc'])}: {fault['msg']}"
        for fault in error.errors()
        if fault["type"] != "default_factory_not_called"  # it follows from another fault
    ]


def _variable(location: tuple[int | str, ...]) -> str:
    name = str(location[0])
    return name if name.isupper() else PREFIX + name.upper()
