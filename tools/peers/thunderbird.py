"""Thunderbird without a screen: one profile, one account, one calendar, its SMTP server ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.peers.marionette import Marionette, ScriptFailed
from tools.storm.portal import free_port

START_S = 180.0
PREFERENCES = """
user_pref("marionette.port", {marionette});
user_pref("mail.accountmanager.accounts", "account1,account2");
user_pref("mail.accountmanager.defaultaccount", "account1");
user_pref("mail.accountmanager.localfoldersserver", "server2");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.identity.id1.fullName", "");
user_pref("mail.identity.id1.useremail", "customer@example.org");
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.identity.id1.valid", true);
user_pref("mail.identity.id1.fcc", false);
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.hostname", "127.0.0.1");
user_pref("mail.server.server1.check_new_mail", false);
user_pref("mail.server.server1.login_at_startup", false);
user_pref("mail.server.server1.name", "Customer");
user_pref("mail.server.server1.userName", "nobody");
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server2.name", "Local Folders");
user_pref("mail.server.server2.userName", "nobody");
user_pref("mail.smtpservers", "smtp1");
user_pref("mail.smtp.defaultserver", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "127.0.0.1");
user_pref("mail.smtpserver.smtp1.port", {smtp});
user_pref("mail.smtpserver.smtp1.authMethod", 1);
user_pref("mail.smtpserver.smtp1.try_ssl", 0);
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("mail.spotlight.firstRunDone", true);
user_pref("mail.rights.version", 1);
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("mailnews.start_page.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.proxy.type", 0);
user_pref("calendar.timezone.local", "Europe/Amsterdam");
user_pref("calendar.timezone.useSystemTimezone", false);
"""
CALENDAR = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const known = () => cal.manager.getCalendars().find((one) => one.name === "Customer");
"""
MAKE_CALENDAR = """
const made = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
made.name = "Customer";
cal.manager.registerCalendar(made);
made.setProperty("imip.identity.key", "id1");
return known().getProperty("organizerId");
"""
# What the message window does with a mail's calendar part, and then with the button pressed.
PROCESS = """
const [ics, method, sender, me, answer] = given;
const identity = MailServices.accounts.allIdentities[0];
identity.email = me;
known().deleteProperty("imip.identity.key");
known().setProperty("imip.identity.key", identity.key);
if (known().getProperty("organizerId") !== `mailto:${me}`) throw new Error("not this customer");
const item = Cc["@mozilla.org/calendar/itip-item;1"].createInstance(Ci.calIItipItem);
item.init(ics);
item.receivedMethod = method;
item.isSend = false;
item.sender = sender;
item.identity = me;
item.autoResponse = Ci.calIItipItem.AUTO;
item.targetCalendar = known();
const offered = await new Promise((resolve) => cal.itip.processItipItem(item,
  (itipItem, rc, action, found) => resolve({ rc, action, found, itipItem })));
const told = cal.itip.getOptionsText(item, offered.rc, offered.action, offered.found);
const seen = { method: offered.action?.method ?? null, label: told.label, buttons: told.showItems };
if (offered.action && answer !== null) {
  seen.status = await new Promise((resolve) => offered.action({
    QueryInterface: ChromeUtils.generateQI(["calIOperationListener"]),
    onOperationComplete: (calendar, status) => resolve(status),
    onGetResult: () => {} }, answer, { responseMode: Ci.calIItipItem.AUTO }));
}
cal.itip.cleanupItipItem(item);
return seen;
"""
LOOK = """
const item = await known().getItem(given[0]);
if (!item) return null;
const me = item.getAttendees()[0];
return { start: item.startDate.getInTimezone(cal.dtz.UTC).icalString,
  end: item.endDate.getInTimezone(cal.dtz.UTC).icalString,
  answer: me?.participationStatus ?? "", status: item.status ?? "" };
"""
SUBSCRIBE = """
const feed = cal.manager.createCalendar("ics", Services.io.newURI(given[0]));
feed.name = "Feed";
feed.readOnly = true;
cal.manager.registerCalendar(feed);
feed.setProperty("cache.enabled", false);
feed.refresh();
for (let tries = 0; tries < 100; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  const items = await feed.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  if (items.length >= given[1]) break;
}
const items = await feed.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
const told = items.map((one) => ({ uid: one.id,
  start: one.startDate.isDate ? one.startDate.icalString
    : one.startDate.getInTimezone(cal.dtz.UTC).icalString }));
feed.refresh();
await new Promise((resolve) => setTimeout(resolve, 1500));
cal.manager.unregisterCalendar(feed);
return told;
"""


def version() -> str:
    """Return Thunderbird's version, "" when it is absent."""
    if shutil.which("thunderbird") is None:
        return ""
    done = subprocess.run(["thunderbird", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip().rpartition(" ")[2]


class Thunderbird:
    """A running Thunderbird with a calendar called "Customer"."""

    def __init__(self, line: Marionette) -> None:
        self._line = line
        self._line.run(CALENDAR + MAKE_CALENDAR)

    def process(
        self, ics: str, method: str, sender: str, me: str, answer: str | None
    ) -> dict[str, Any]:
        """Return what is offered for a calendar part: method, words and buttons of the bar.

        With an answer (ACCEPTED, DECLINED, or "" for a CANCEL) the button is pressed: it is written
        into the calendar, and a reply goes out where one is due.
        """
        seen: dict[str, Any] = self._line.run(CALENDAR + PROCESS, ics, method, sender, me, answer)
        return seen

    def entry(self, uid: str) -> dict[str, str] | None:
        """Return how an event stands in the calendar, or None."""
        seen: dict[str, str] | None = self._line.run(CALENDAR + LOOK, uid)
        return seen

    def subscribed(self, address: str, number: int) -> list[dict[str, str]]:
        """Return the events of a feed after fetching it twice; waits for so many."""
        seen: list[dict[str, str]] = self._line.run(CALENDAR + SUBSCRIBE, address, number)
        return seen


@contextmanager
def thunderbird(smtp_port: int) -> Iterator[Thunderbird]:
    """Yield a Thunderbird that sends to a port of this machine; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="tv-peers-") as name:
        port = free_port()
        profile = Path(name) / "profile"
        profile.mkdir()
        (profile / "user.js").write_text(PREFERENCES.format(marionette=port, smtp=smtp_port))
        with (Path(name) / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    "thunderbird", "--headless", "--no-remote", "--marionette",
                    "--remote-allow-system-access", "--profile", str(profile),
                ],
                env={**os.environ, "HOME": name, "MOZ_HEADLESS": "1"},
                stdout=log,
                stderr=log,
            )  # fmt: skip
        try:
            line = _connected(port)
            try:
                yield Thunderbird(line)
            finally:
                line.close()
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _connected(port: int) -> Marionette:
    deadline = time.monotonic() + START_S
    while True:
        try:
            return Marionette(port)
        except OSError:
            if time.monotonic() > deadline:
                raise ScriptFailed("Thunderbird did not listen") from None
            time.sleep(0.5)
