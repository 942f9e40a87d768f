/*
 * Time zones of a calendar file. A "wall" time is what a clock shows, in milliseconds as if it were
 * UTC; a moment is true milliseconds since 1970.
 */

const DAY = 86_400_000;
const OFFSET = /(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d\d))?/i;

const UTC = { moment: (wall) => wall, wall: (moment) => moment };

/** The zones that a file names; those that nobody knows are taken for the home's and counted. */
export class Zones {
  /**
   * `definitions` holds the jCal of the file's VTIMEZONEs by TZID, `windows` the IANA names by the
   * names of Windows and Outlook, `home` the IANA name of the zone that the windows are in.
   */
  constructor(ICAL, { definitions, windows, home }) {
    this.ICAL = ICAL;
    this.definitions = definitions;
    this.windows = windows;
    this.home = zoneNamed(home);
    this.utc = UTC;
    this.found = new Map();
    this.unknown = new Set();
  }

  /** Return a wall time as the calendar library's floating time. */
  time(wall) {
    return this.ICAL.Time.fromDateTimeString(new Date(wall).toISOString().slice(0, 19));
  }

  /** Return the zone that a file calls `tzid`. */
  find(tzid) {
    if (!this.found.has(tzid)) this.found.set(tzid, this.#search(tzid) ?? this.#strange(tzid));
    return this.found.get(tzid);
  }

  /*
   * A name that everybody knows wins over the file's own VTIMEZONE: some programs write only the
   * years around their own, or all changes as a list of dates.
   */
  #search(tzid) {
    return (
      this.#wellKnown(tzid) ?? this.#defined(tzid) ?? zoneNamed(tzid) ?? cityZone(tzid) ?? fixedZone(tzid)
    );
  }

  #wellKnown(tzid) {
    if (this.windows.has(tzid)) return zoneNamed(this.windows.get(tzid));
    if (/^(utc|gmt|z)$|microsoft\/utc$/i.test(tzid)) return UTC;
    const parts = tzid.split("/").filter(Boolean); // "/mozilla.org/20050126_1/Europe/Amsterdam"
    return tries([3, 2], (number) => {
      const name = parts.slice(-number).join("/");
      return name.includes("/") && parts.length >= number ? zoneNamed(name) : undefined;
    });
  }

  #defined(tzid) {
    const definition = this.definitions.get(tzid);
    if (!definition) return undefined;
    const { ICAL } = this;
    const zone = new ICAL.Timezone(new ICAL.Component(withSingleDates(definition)));
    const offset = (wall) => zone.utcOffset(this.time(wall)) * 1000;
    return { moment: (wall) => wall - offset(wall), wall: (moment) => moment + offset(moment) };
  }

  #strange(tzid) {
    this.unknown.add(tzid);
    return this.home;
  }
}

/* ical.js 2.2 reads the first date of an RDATE line in a VTIMEZONE only: give each a line of its own. */
function withSingleDates([name, properties, parts]) {
  const single = ([kind, parameters, type, ...values]) =>
    kind === "rdate" ? values.map((value) => [kind, parameters, type, value]) : [[kind, parameters, type, ...values]];
  return [name, properties, parts.map(([part, own, inner]) => [part, own.flatMap(single), inner])];
}

/** Return the zone with an IANA name, or undefined when the browser does not know it. */
function zoneNamed(name) {
  let format;
  try {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: name, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
      hour: "numeric", minute: "numeric", second: "numeric",
    });
  } catch {
    return undefined;
  }
  const wall = (moment) => {
    const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  };
  return { wall, moment: momentsOf((moment) => wall(moment) - moment) };
}

/*
 * Return a function from wall times to moments. Asking the browser for an offset is slow, so it is
 * remembered for each day around which it does not change.
 */
function momentsOf(offset) {
  const days = new Map();
  return (shown) => {
    const day = Math.floor(shown / DAY);
    if (!days.has(day)) {
      const [before, after] = [offset((day - 1) * DAY), offset((day + 2) * DAY)];
      days.set(day, before === after ? { steady: before } : { before, after });
    }
    const { steady, before, after } = days.get(day);
    return steady === undefined ? nearChange(shown, before, after, offset) : shown - steady;
  };
}

/* RFC 5545, 3.3.5: of an hour that comes twice the first; in a skipped hour the offset before it. */
function nearChange(shown, before, after, offset) {
  const [early, late] = [shown - before, shown - after];
  if (offset(early) === before) return early;
  return offset(late) === after ? late : early;
}

/* "(UTC+01:00) Amsterdam, Berlin, Bern": Exchange and Outlook name a zone after its cities. */
function cityZone(tzid) {
  const cities = tzid.replace(/^\(.*?\)/, "").split(",").map((city) => city.trim().replaceAll(" ", "_"));
  const names = Intl.supportedValuesOf("timeZone");
  return tries(cities, (city) => {
    const name = city && names.find((known) => known.endsWith(`/${city}`));
    return name && zoneNamed(name);
  });
}

function fixedZone(tzid) {
  const found = OFFSET.exec(tzid);
  if (!found) return undefined;
  const [, sign, hours, minutes] = found;
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
  return { moment: (wall) => wall - offset, wall: (moment) => moment + offset };
}

/** Return the first answer that is there. */
function tries(candidates, attempt) {
  for (const candidate of candidates) {
    const found = attempt(candidate);
    if (found) return found;
  }
  return undefined;
}
