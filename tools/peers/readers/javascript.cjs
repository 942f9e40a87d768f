// Reads calendars with one npm package, or lets calendar-link make deep links. The protocol of
// python.py: `node javascript.cjs NAME FOLDER` with the folder that has the node_modules.
const { createRequire } = require("node:module");
const path = require("node:path");

const [name, folder] = process.argv.slice(2);
const load = createRequire(path.join(folder, "from-here.js"));

const written = (moment) => moment.toISOString().replace(".000Z", "Z");
const dayOr = (time) => (time.isDate ? time.toString() : written(time.toJSDate()));

function byIcalJs(ics) {
  const ICAL = load("ical.js").default ?? load("ical.js");
  const calendar = new ICAL.Component(ICAL.parse(ics));
  return calendar.getAllSubcomponents("vevent").map((one) => {
    const event = new ICAL.Event(one);
    const count = one.getAllProperties().length;
    return { uid: event.uid, start: dayOr(event.startDate), end: dayOr(event.endDate), count };
  });
}

function byNodeIcal(ics) {
  const day = (moment) => `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}-${String(moment.getDate()).padStart(2, "0")}`;
  const told = (moment) => (moment.dateOnly ? day(moment) : written(moment));
  return Object.values(load("node-ical").sync.parseICS(ics))
    .filter((one) => one.type === "VEVENT")
    .map((one) => ({ uid: one.uid, start: told(one.start), end: told(one.end), count: null }));
}

function byCalendarJs(ics) {
  const { getParserManager } = load("@nextcloud/calendar-js");
  const parser = getParserManager().getParserForFileType("text/calendar", { extractGlobalProperties: true });
  parser.parse(ics);
  if (parser.getErrorList().length) throw new Error(parser.getErrorList().join());
  return [...parser.getItemIterator()].flatMap((item) =>
    [...item.getVObjectIterator()].map((one) => {
      const told = (time) => (time.isDate ? time.jsDate.toISOString().slice(0, 10) : written(time.getInUTC().jsDate));
      const count = [...one.getPropertyIterator()].length;
      return { uid: one.uid, start: told(one.startDate), end: told(one.endDate), count };
    }),
  );
}

function byCalendarLink(event) {
  const links = load("calendar-link");
  return {
    google: links.google(event),
    outlook: links.outlook(event),
    office: links.office365(event),
    yahoo: links.yahoo(event),
  };
}

const readers = { "ical.js": byIcalJs, "node-ical": byNodeIcal, "calendar-js": byCalendarJs, "calendar-link": byCalendarLink };

function read(one) {
  try {
    const seen = readers[name](one);
    return Array.isArray(seen) ? { events: seen } : seen;
  } catch (error) {
    return { refused: String(error).slice(0, 200) };
  }
}

const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(given.map(read)));
