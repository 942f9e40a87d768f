/*
 * One event of a calendar file: when it takes place, and whether its owner is busy then (RFC 5545).
 *
 * The library parses and iterates rules; what stands around a rule is done here, on moments. The
 * library's own expansion drops at most one EXDATE for each occurrence and reads no RDATE's period.
 */

const DAY = 86_400_000;
const UNIT = { DAILY: DAY, WEEKLY: 7 * DAY, HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1000 };
const MOST_OCCURRENCES = 20_000; // of one event: once an hour for two years
const LONGEST_TITLE = 80;
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu; // also the signs that turn text around

/** Says that an event cannot be read; the others can. */
export class EventUnreadable extends Error {}

/** One VEVENT. Raises EventUnreadable when it has no start or its times are none. */
export class Event {
  /** `vevent` is jCal, `ICAL` the library, `zones` those of the file. */
  constructor(vevent, ICAL, zones) {
    this.ICAL = ICAL;
    this.zones = zones;
    this.properties = grouped(vevent[1], ([name]) => name);
    this.uid = this.value("uid") ?? "";
    [this.start] = this.times("dtstart");
    if (!this.start) throw new EventUnreadable();
    [this.recurrence] = this.times("recurrence-id");
    this.isForFuture = this.parameters("recurrence-id").range === "THISANDFUTURE";
    this.length = this.#length();
    this.title = String(this.value("summary") ?? "").replace(UNPRINTABLE, " ").trim().slice(0, LONGEST_TITLE);
    this.isAllDay = this.start.isDate || this.value("x-microsoft-cdo-alldayevent") === "TRUE";
  }

  /** Return a property's value, or undefined. */
  value(name) {
    return this.properties.get(name)?.[0][3];
  }

  /** Return a property's parameters. */
  parameters(name) {
    return this.properties.get(name)?.[0][1] ?? {};
  }

  /** Return the times of all properties with this name. */
  times(name) {
    const all = this.properties.get(name) ?? [];
    return all.flatMap(([, parameters, , ...values]) => values.map((value) => this.#time(value, parameters)));
  }

  /** Whether it leaves its owner free: transparent, cancelled, or declined. */
  isFree(owner) {
    return (
      this.value("transp")?.toUpperCase() === "TRANSPARENT" ||
      this.value("status")?.toUpperCase() === "CANCELLED" ||
      this.value("x-microsoft-cdo-busystatus")?.toUpperCase() === "FREE" ||
      this.#isDeclined(owner)
    );
  }

  /** Return the addresses of everybody who was asked, and of who asked. */
  people() {
    return ["attendee", "organizer"].flatMap((name) => (this.properties.get(name) ?? []).map(([, , , to]) => address(to)));
  }

  /**
   * Return a map from moment to { moment, wall, end, … }: the occurrences that can touch the range.
   * Those that another VEVENT overrides are among them.
   */
  occurrences(range) {
    const found = new Map();
    const add = (time, end = this.endFrom(time.wall, time.zone)) => found.set(time.moment, { ...time, end });
    add(this.start);
    if (this.recurrence) return found;
    for (const [, , , rule] of this.properties.get("rrule") ?? []) {
      for (const wall of this.#walls(rule, range)) add(this.#at(wall));
    }
    for (const [time, end] of this.#addedDates()) add(time, end);
    for (const time of this.times("exdate")) without(found, time);
    return found;
  }

  /** Return the moment at which an occurrence ends that starts at this wall time. */
  endFrom(wall, zone = this.start.zone) {
    return zone.moment(wall + this.length.nominal) + this.length.exact;
  }

  /** Return an occurrence as this VEVENT, which changes it and all later ones, has it. */
  changed({ moment }) {
    const { zone, wall } = this.start;
    const time = this.#at(zone.wall(moment) + wall - zone.wall(this.recurrence.moment));
    return { ...time, end: this.endFrom(time.wall) };
  }

  #at(wall) {
    const { zone, isDate } = this.start;
    return { wall, zone, isDate, moment: zone.moment(wall) };
  }

  #time(value, { tzid } = {}) {
    const [begin] = [value].flat(); // a period is a pair
    const isDate = begin.length === 10;
    const wall = Date.parse(isDate ? `${begin}T00:00:00Z` : `${begin.slice(0, 19)}Z`);
    if (Number.isNaN(wall)) throw new EventUnreadable();
    const zone = this.#zone(begin, tzid);
    return { wall, zone, isDate, moment: zone.moment(wall) };
  }

  #zone(value, tzid) {
    if (value.endsWith("Z")) return this.zones.utc;
    return tzid ? this.zones.find(tzid) : this.zones.home;
  }

  /* Days and weeks are by the calendar, hours elapse; DTEND gives an exact length (RFC 5545, 3.8.5.3). */
  #length() {
    const [end] = this.times("dtend");
    if (end?.isDate) return { nominal: Math.max(end.wall - this.start.wall, DAY), exact: 0 };
    if (end) return { nominal: 0, exact: Math.max(end.moment - this.start.moment, 0) };
    const duration = this.value("duration");
    return duration ? this.#lasting(duration) : { nominal: this.start.isDate ? DAY : 0, exact: 0 };
  }

  #lasting(text) {
    const { weeks, days, hours, minutes, seconds } = this.ICAL.Duration.fromString(text);
    return { nominal: (weeks * 7 + days) * DAY, exact: ((hours * 60 + minutes) * 60 + seconds) * 1000 };
  }

  /** Yield the wall times of a rule that can touch the range. */
  *#walls(rule, range) {
    const reach = this.length.nominal + this.length.exact + 2 * DAY; // two days: any two zones
    const [from, to] = [range.from - reach, Math.min(range.to + 2 * DAY, this.#lastWall(rule.until))];
    if (to < from || to < this.start.wall) return;
    const { until, ...endless } = rule;
    const recur = this.ICAL.Recur.fromData(endless);
    const iterator = recur.iterator(this.zones.time(this.#firstWall(recur, from)));
    for (let number = 0, next; (next = iterator.next()); number += 1) {
      if (number > MOST_OCCURRENCES) throw new EventUnreadable();
      const wall = Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute, next.second);
      if (wall > to) return;
      if (wall >= from) yield wall;
    }
  }

  /* A rule without COUNT may be joined later, a whole number of its steps after its start. */
  #firstWall({ freq, interval, count }, from) {
    const step = UNIT[freq] * Math.max(interval, 1);
    const start = this.start.wall;
    return step && !count && from > start ? start + Math.floor((from - start) / step) * step : start;
  }

  #lastWall(until) {
    if (!until) return Infinity;
    const last = this.#time(until);
    if (last.isDate) return last.wall + DAY - 1;
    return until.endsWith("Z") ? this.start.zone.wall(last.moment) : last.wall;
  }

  /** Yield [time, end] of every RDATE; end is undefined when it is as long as the others. */
  *#addedDates() {
    for (const [, parameters, type, ...values] of this.properties.get("rdate") ?? []) {
      for (const value of values) {
        const time = this.#time(value, parameters);
        yield [time, type === "period" ? this.#periodEnd(time, value[1], parameters) : undefined];
      }
    }
  }

  #periodEnd(time, end, parameters) {
    if (!end.startsWith("P")) return this.#time(end, parameters).moment;
    const { nominal, exact } = this.#lasting(end);
    return time.zone.moment(time.wall + nominal) + exact;
  }

  /* Who owns the calendar is not always known; when everybody who was asked said no, nobody comes. */
  #isDeclined(owner) {
    const organizer = address(this.value("organizer"));
    const asked = (this.properties.get("attendee") ?? []).filter(([, , , to]) => address(to) !== organizer);
    const said = ([, { partstat }]) => partstat?.toUpperCase() === "DECLINED";
    const own = asked.find(([, , , to]) => address(to) === owner);
    return own ? said(own) : asked.length > 0 && asked.every(said);
  }
}

/** Take an occurrence out of a map from moment to occurrence; a date takes out its whole day. */
export function without(occurrences, { moment, wall, isDate }) {
  if (!isDate) return occurrences.delete(moment);
  for (const [key, one] of occurrences) {
    if (one.wall >= wall && one.wall < wall + DAY) occurrences.delete(key);
  }
  return undefined;
}

/** Return a map from key to the items that have it. */
export function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

/** Return a calendar address as its bare mail address, in small letters. */
export function address(value) {
  return String(value ?? "").replace(/^mailto:/i, "").trim().toLowerCase();
}
