// Export of dates and times.

const TEMPORAL = ["PlainDate", "PlainTime", "PlainDateTime", "ZonedDateTime", "Instant", "Duration"];

const isTemporal = (value, name) => Temporal !== undefined && value instanceof Temporal[name] && isOf(value, name);
// Whether it is one, and not only of its class.
const isOf = (value, name) => {
  try {
    return typeof Reflect.apply(Temporal[name].prototype.toString, value, []) === "string";
  } catch {
    return false;
  }
};
const isPlain = (value) => value.calendarId === "iso8601";
const isExact = (span) => span.years === 0 && span.months === 0 && span.weeks === 0;

const moment = (date) => {
  if (!Number.isFinite(date.getTime())) throw new Unfit("Date", "is an invalid one", "null");
  return { t: "datetime", v: date.toISOString().slice(0, -1), zone: "UTC", offset: 0 };
};

const temporalNode = (value, name) => {
  if (value.calendarId !== undefined && !isPlain(value)) throw new Unfit(`Temporal.${name}`, `is of the calendar ${value.calendarId}`, `{x}.withCalendar("iso8601")`);
  const as = `${TAG}Temporal.${name}`;
  switch (name) {
    case "PlainDate":
      return { t: "date", v: value.toString() };
    case "PlainTime":
      return { t: "time", v: value.toString() };
    case "PlainDateTime":
      return { t: "datetime", v: value.toString() };
    case "Instant":
      return { t: "datetime", v: value.toString().slice(0, -1), zone: "UTC", offset: 0, as };
    case "ZonedDateTime":
      return { t: "datetime", v: value.toPlainDateTime().toString(), zone: value.timeZoneId, offset: value.offsetNanoseconds / 1e9, as };
  }
  if (!isExact(value)) throw new Unfit("Temporal.Duration", "has years, months or weeks, whose length is not known", "String({x})");
  return { t: "duration", v: String(nanosecondsOf(value)), as: TAG + value.toString() };
};
