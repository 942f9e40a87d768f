/*
 * Shows on a page which windows clash with the reader's own agenda. The agenda is a file that the
 * reader chooses; a worker in this browser reads it, and nothing of it is sent.
 *
 * The page has one element [data-own-agenda] (booking/own_agenda.html) and windows, elements with
 * data-start and data-end (ISO 8601 with offset). They stay choosable: they are dimmed, and say why.
 */

const LARGEST = 10_000_000; // bytes
const PATIENCE = 20_000; // milliseconds
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_NAMED = 2; // events named in one window
const MOST_KEPT = 20_000; // busy periods: 2 MB
const BEFORE = 62 * DAY; // "show more" may bring earlier windows than those of this page
const AFTER = 300 * DAY;

/* What was read stays for the next pages under the same link, in this tab only, for an hour. */
const KEPT = { key: `own-agenda:${location.pathname.split("/").slice(0, 3).join("/")}`, for: HOUR };

/* A fault that the page has a sentence for; its kind is the sentence's name. */
class Refusal extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/* The worker that reads files; it is started when somebody is about to choose one. */
class Reader {
  constructor(scripts) {
    this.scripts = scripts;
    this.worker = null;
    this.number = 0;
  }

  /** Load all scripts; from then on nothing is asked of the server any more. */
  ready() {
    if (!this.worker) {
      this.worker = new Worker(this.scripts.reader, { type: "module" });
      this.loaded = this.#answer(({ ready, error }) => ready || error);
      this.worker.postMessage({ scripts: this.scripts });
      this.loaded.catch(() => this.stop());
    }
    return this.loaded;
  }

  /** Return when the owner of the file is busy within the range. Raises Refusal. */
  async read(file, range, home) {
    if (file.size > LARGEST) throw new Refusal("tooBig");
    await this.ready();
    const number = (this.number += 1);
    const answer = this.#answer((data) => data.number === number);
    this.worker.postMessage({ file, range, home, number });
    return (await answer).agenda;
  }

  stop() {
    this.worker?.terminate();
    this.worker = null;
  }

  #answer(isIt) {
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const refuse = (kind) => {
        clearTimeout(timer);
        reject(new Refusal(kind));
      };
      const timer = setTimeout(() => {
        this.stop();
        refuse("tooLong");
      }, PATIENCE);
      worker.addEventListener("error", () => refuse("failed"));
      worker.addEventListener("message", ({ data }) => {
        if (!isIt(data)) return;
        if (data.error) return refuse(data.error);
        clearTimeout(timer);
        resolve(data);
      });
    });
  }
}

/* The texts of the page with their places filled in. */
class Words {
  constructor(texts, zone) {
    this.texts = texts;
    const form = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    this.clock = new Intl.DateTimeFormat("nl", form);
    const language = document.documentElement.lang.replace(/^en$/, "en-GB"); // day before month, as on the page
    this.day = new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "short", day: "numeric", month: "short" });
  }

  say(name, values = {}) {
    return this.texts[name].replace(/%\((\w+)\)s/g, (place, key) => values[key] ?? place);
  }

  /** Return “Dentist” 10:00–11:00; days are named when they are not the window's own. */
  event({ from, to, title, isAllDay }, window) {
    const name = title ? `“\u2068${title}\u2069”` : this.say("untitled");
    if (isAllDay) return name;
    const own = this.day.format(window.from);
    const shown = (moment) => {
      const day = this.day.format(moment);
      return day === own ? this.clock.format(moment) : `${day} ${this.clock.format(moment)}`;
    };
    const glue = "\u2060"; // no line ends at the dash
    return to > from ? `${name} ${shown(from)}${glue}–${glue}${shown(to)}` : `${name} ${shown(from)}`;
  }

  events(all, window) {
    const named = all.slice(0, MOST_NAMED).map((event) => this.event(event, window)).join(", ");
    const others = all.length - MOST_NAMED;
    return others > 0 ? `${named} ${this.say("others", { number: others })}` : named;
  }
}

/* The control on the page, with the windows around it. */
class OwnAgenda {
  constructor(element) {
    const { texts, scripts, zone, serviceMinutes } = element.dataset;
    this.element = element;
    this.zone = zone;
    this.service = Number(serviceMinutes) * 60_000;
    this.words = new Words(JSON.parse(texts), zone);
    this.reader = new Reader(JSON.parse(scripts));
    this.windows = [...document.querySelectorAll("[data-start][data-end]")].map((one) => ({
      element: one, from: Date.parse(one.dataset.start), to: Date.parse(one.dataset.end),
    }));
  }

  start() {
    if (this.windows.length === 0) return;
    this.file = this.element.querySelector("input[type=file]");
    this.file.addEventListener("click", () => {
      this.file.value = ""; // so that the same file, saved anew, can be chosen again
      this.reader.ready().catch(() => {}); // told when a file is chosen
    });
    this.file.addEventListener("change", () => this.file.files[0] && this.compare(this.file.files[0]));
    this.forgetButton.addEventListener("click", () => this.forget());
    this.element.hidden = false;
    const kept = keptAgenda();
    if (kept) this.show(kept);
  }

  get forgetButton() {
    return this.element.querySelector("[data-forget]");
  }

  async compare(file) {
    const turn = (this.turn = Symbol("turn")); // a file chosen meanwhile wins
    this.clear();
    this.tell(this.words.say("reading"));
    const range = { from: this.windows[0].from - BEFORE, to: this.windows[0].from + AFTER };
    try {
      const agenda = { ...(await this.reader.read(file, range, this.zone)), file: file.name };
      if (turn !== this.turn) return;
      keep(agenda);
      this.show(agenda);
    } catch (error) {
      if (turn === this.turn) this.tell(this.words.say(error.kind ?? "failed"), "fault");
    }
  }

  show(agenda) {
    this.clear();
    const clashing = this.windows.filter((window) => this.mark(window, agenda.busy)).length;
    const total = this.windows.length;
    const said = [this.words.say(clashing ? "clashing" : "free", { clashing, total })];
    said.push(this.words.say("compared", { file: agenda.file }));
    if (agenda.unread) said.push(this.words.say("unread", { number: agenda.unread }));
    if (agenda.unknownZones) said.push(this.words.say("unknownZone"));
    this.tell(said.join(" "), "result");
    this.forgetButton.hidden = false;
  }

  /** Say on a window what is in the agenda then. Returns whether it clashes. */
  mark(window, busy) {
    const late = window.to + this.service;
    const near = busy.filter((one) => touches(one, window.from, late));
    const during = near.filter((one) => touches(one, window.from, window.to));
    const clashes = during.filter((one) => !one.isAllDay);
    const later = near.filter((one) => !one.isAllDay && one.from >= window.to);
    this.#note(window, "clash", clashes);
    this.#note(window, "allDay", during.filter((one) => one.isAllDay));
    this.#note(window, "soonAfter", clashes.length ? [] : later);
    window.element.classList.toggle("window-clashing", clashes.length > 0);
    return clashes.length > 0;
  }

  #note(window, kind, events) {
    if (events.length === 0) return;
    const note = document.createElement("span");
    note.className = `window-agenda window-agenda-${kind}`;
    note.textContent = this.words.say(kind, { events: this.words.events(events, window) });
    window.element.append(" ", note);
  }

  forget() {
    this.turn = null;
    dropKept();
    this.clear();
    this.file.value = "";
    this.tell(this.words.say("forgotten"));
    this.element.querySelector("summary").focus(); // the button goes away under the finger
  }

  clear() {
    for (const { element } of this.windows) {
      element.classList.remove("window-clashing");
      element.querySelectorAll(".window-agenda").forEach((note) => note.remove());
    }
    this.forgetButton.hidden = true;
  }

  tell(sentence, kind = "news") {
    const status = this.element.querySelector("[role=status]");
    status.textContent = sentence;
    status.dataset.kind = kind;
  }
}

/* What takes no time, such as a reminder, counts at its moment. */
function touches({ from, to }, start, end) {
  return from < end && (to > start || from >= start);
}

function keep(agenda) {
  if (agenda.busy.length > MOST_KEPT) return dropKept();
  try {
    sessionStorage.setItem(KEPT.key, JSON.stringify({ ...agenda, at: Date.now() }));
  } catch {
    dropKept(); // no room: on the next page the file is chosen again
  }
}

function keptAgenda() {
  try {
    const agenda = JSON.parse(sessionStorage.getItem(KEPT.key));
    return agenda && Date.now() - agenda.at < KEPT.for ? agenda : null;
  } catch {
    return null; // some browsers are told to keep nothing
  }
}

function dropKept() {
  try {
    sessionStorage.removeItem(KEPT.key);
  } catch {
    // nothing was kept
  }
}

/* Browsers from 2023 on have workers that are modules; Firefox 115 was the last to get both. */
const isAbleTo = "Worker" in window && "toSorted" in Array.prototype;
const element = document.querySelector("[data-own-agenda]");
if (element && isAbleTo) new OwnAgenda(element).start();
