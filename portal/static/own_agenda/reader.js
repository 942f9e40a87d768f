/*
 * A worker that reads a calendar file and answers when its owner is busy. It never sends anything:
 * its scripts come before the file does, and the file leaves this browser in no way.
 *
 * In:  { scripts } once, then { file, range, home, number }.
 * Out: { ready }, then { number, agenda } or { number, error }, the error being a kind of fault.
 */

const BLOCK = /^BEGIN:(VEVENT|VTIMEZONE)$[\s\S]*?^END:\1$/gim;
/* Some programs do not quote a zone's name that has a colon: TZID=(UTC+01:00) Bern:20270301T100000 */
const UNQUOTED = /^((?:DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID)[^:"\n]*;TZID=)([^";\n]*?):(?=\d{8})/gim;
const DAY = 86_400_000;
const ZIP = "PK\u0003\u0004";

/* A fault that the page has a sentence for. */
class Refusal extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

let parts;

self.onmessage = async ({ data }) => {
  try {
    if (data.scripts) {
      parts = await loaded(data.scripts);
      self.postMessage({ ready: true });
    } else {
      self.postMessage({ number: data.number, agenda: await agendaOf(data, parts) });
    }
  } catch (error) {
    self.postMessage({ number: data.number, error: error.kind ?? "failed" });
  }
};

async function loaded(scripts) {
  const [library, zones, event, names] = await Promise.all([
    import(scripts.library),
    import(scripts.zones),
    import(scripts.event),
    fetch(scripts.windowsZones).then((answer) => answer.json()),
  ]);
  const everywhere = names.supplemental.windowsZones.mapTimezones
    .map(({ mapZone }) => mapZone)
    .filter((one) => one._territory === "001");
  return { ICAL: library.default, ...zones, ...event, windows: new Map(everywhere.map((one) => [one._other, one._type])) };
}

/* Returns { busy: [{ from, to, title, isAllDay }], unread, unknownZones }; the two last are numbers. */
async function agendaOf({ file, range, home }, { ICAL, Zones, Event, windows, grouped, without }) {
  const text = await textOf(file);
  const blocks = blocksOf(text);
  const definitions = new Map(blocks.zones.map((block) => parsedZone(ICAL, block)).filter(Boolean));
  const zones = new Zones(ICAL, { definitions, windows, home });
  const readable = new Readable();
  const events = blocks.events
    .filter((block) => canTouch(block, range))
    .flatMap((block) => readable.parts(() => [new Event(ICAL.parse(block), ICAL, zones)]));
  const owner = ownerOf(text, events);
  const series = grouped(events, ({ uid }) => uid || Symbol("without a name")).values();
  const busy = [...series].flatMap((one) => readable.parts(() => [...busyIn(one, range, owner, without)]));
  busy.sort((one, other) => one.from - other.from);
  return { busy, unread: readable.not, unknownZones: zones.unknown.size };
}

/* One event that cannot be read must not hide all others: it is counted. */
class Readable {
  not = 0;

  parts(read) {
    try {
      return read();
    } catch {
      this.not += 1;
      return [];
    }
  }
}

async function textOf(file) {
  const bytes = await bytesOf(file);
  if (bytes.length === 0) throw new Refusal("empty");
  const text = decoded(bytes);
  if (text.startsWith(ZIP)) throw new Refusal("zip");
  if (!/^\ufeff?BEGIN:VCALENDAR\s*$/im.test(text)) throw new Refusal("noCalendar");
  return text.replace(/\r\n?/g, "\n").replace(/\n[ \t]/g, "");
}

async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Refusal("unreadable");
  }
}

/* RFC 5545 asks for UTF-8; some programs write UTF-16 with a mark, or Windows' own letters. */
function decoded(bytes) {
  const mark = bytes[0] * 256 + bytes[1];
  if (mark === 0xfffe || mark === 0xfeff) {
    return new TextDecoder(mark === 0xfffe ? "utf-16le" : "utf-16be").decode(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function blocksOf(text) {
  const blocks = { events: [], zones: [] };
  for (const [block, kind] of text.matchAll(BLOCK)) {
    if (kind.toUpperCase() === "VEVENT") blocks.events.push(block.replace(UNQUOTED, '$1"$2":'));
    else blocks.zones.push(block);
  }
  if (blocks.events.length === 0) throw new Refusal("noEvents");
  return blocks;
}

function parsedZone(ICAL, block) {
  try {
    const zone = ICAL.parse(block);
    return [zone[1].find(([name]) => name === "tzid")[3], zone];
  } catch {
    return undefined; // its events then count as those of an unknown zone
  }
}

/* Most of an agenda is past. What cannot recur and lies elsewhere is not even parsed. */
function canTouch(block, range) {
  if (/^(RRULE|RDATE|RECURRENCE-ID|DURATION)\b/im.test(block)) return true;
  const [start, end] = ["DTSTART", "DTEND"].map((name) => dayIn(block, name));
  if (start === undefined) return true;
  return start <= range.to + 2 * DAY && (end ?? start) >= range.from - 2 * DAY;
}

function dayIn(block, name) {
  const found = new RegExp(`^${name}\\b[^\\n]*:(\\d{4})(\\d\\d)(\\d\\d)(?:T\\d{6}Z?)?$`, "im").exec(block);
  return found ? Date.UTC(found[1], found[2] - 1, found[3]) : undefined;
}

/* A calendar is often called by its owner's address; else it is who takes part in everything. */
function ownerOf(text, events) {
  const named = /^X-WR-CALNAME:(?:mailto:)?(\S+@\S+)$/im.exec(text);
  if (named) return named[1].toLowerCase();
  const together = events.map((event) => new Set(event.people())).filter((people) => people.size > 0);
  if (together.length < 2) return undefined;
  const always = [...together[0]].filter((one) => together.every((people) => people.has(one)));
  return always.length === 1 ? always[0] : undefined;
}

/* Yields the busy periods of one event: its occurrences, as those that override some have them. */
function* busyIn(series, range, owner, without) {
  const overrides = series.filter((event) => event.recurrence);
  const lasting = overrides.filter((event) => event.isForFuture);
  lasting.sort((one, other) => other.recurrence.moment - one.recurrence.moment);
  for (const event of series) {
    const found = event.occurrences(range);
    if (!event.recurrence) overrides.forEach((one) => without(found, one.recurrence));
    for (const occurrence of found.values()) {
      const change = !event.recurrence && lasting.find((one) => one.recurrence.moment <= occurrence.moment);
      const { moment: from, end: to } = change ? change.changed(occurrence) : occurrence;
      const source = change || event;
      if (!source.isFree(owner) && from < range.to && to >= range.from) {
        yield { from, to, title: source.title, isAllDay: source.isAllDay };
      }
    }
  }
}
