// What export and import share: the counterparts of dtypes, scalars, and what is remembered of values that came in.
// Names of the global object are taken from it here, so that a `let Map = …` of the user's changes nothing. All of this runs
// with JavaScript's built-ins as they were before the first cell.

const {
  ArrayBuffer, Array, BigInt, BigInt64Array, BigUint64Array, Boolean, Date, Error, Float32Array, Float64Array, Int16Array,
  Int32Array, Int8Array, JSON, Map, Math, Number, Object, RangeError, Reflect, ReferenceError, Set, String, TextDecoder, TextEncoder,
  Uint16Array, Uint32Array, Uint8Array, Uint8ClampedArray, WeakMap,
} = G;
const { Deno, Temporal } = G;
if (Deno === undefined) throw new Error("values are copied to and from Deno only, not other kernels for JavaScript");

const TAG = "javascript:";
const DEEPEST = 100;

// dtype -> its typed array
const TYPED = new Map(Object.entries({
  i1: Int8Array, i2: Int16Array, i4: Int32Array, i8: BigInt64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array,
  f2: G.Float16Array, f4: Float32Array, f8: Float64Array,
}));
// Typed arrays by prototype, and by the name that their tag has.
const TYPED_ARRAYS = [...TYPED, ["u1", Uint8ClampedArray]].filter(([, type]) => type !== undefined).map(([dtype, type]) => ({ name: type.name, dtype, type }));
const BY_PROTOTYPE = new Map(TYPED_ARRAYS.map((each) => [each.type.prototype, each]));
const BY_NAME = new Map(TYPED_ARRAYS.map((each) => [each.name, each]));
// R's NA among doubles.
const NA_BITS = 0x7ff00000000007a2n;
const NANOSECONDS = { s: 1000000000n, ms: 1000000n, us: 1000n, ns: 1n };

// A value, or a part of it, that there is no counterpart for.
class Refusal extends Error {
  constructor(path, kind, why = "", need = "") {
    super(kind);
    this.answer = [path, kind, why, need];
  }
}

// What else the user is to know, in words of their own.
class Failure extends Error {}

// Where a value came from: object -> node; name of a variable -> node, where the variable held no object.
const memory = new WeakMap();
const scalars = new Map();

// One step in the path of a value, as errors write it.
const step = (key) => `['${key}']`;

// What runs no code of the user's. node:util, which has the like, would add a name to the global object.
const {
  isProxy, isMap = (value) => value instanceof Map, isSet = (value) => value instanceof Set, isArrayBuffer = (value) => value instanceof ArrayBuffer,
  isTypedArray = (value) => ArrayBuffer.isView(value) && !(value instanceof G.DataView), isDate = (value) => value instanceof Date,
} = Deno[Deno.internal]?.core ?? {};

const isObject = (value) => typeof value === "object" && value !== null;
const isText = (value) => typeof value === "string" && value.isWellFormed();

// Bits of a double as 16 digits hex, and back. NaN keeps its bits only in arrays: V8 may change them in a number.
const bits = new Float64Array(1);
const words = new BigUint64Array(bits.buffer);
const hexOf = (number) => {
  bits[0] = number;
  return Number.isNaN(number) ? "7ff8000000000000" : words[0].toString(16).padStart(16, "0");
};
const numberOf = (hex) => {
  words[0] = BigInt("0x" + hex);
  return bits[0];
};

const numberOrBig = (digits) => {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
};

const instantOf = (nanoseconds) => Temporal.Instant.fromEpochNanoseconds(nanoseconds);
const plainOf = (nanoseconds) => instantOf(nanoseconds).toZonedDateTimeISO("UTC").toPlainDateTime();
const timeOf = (nanoseconds) => plainOf(nanoseconds).toPlainTime();
const dateOf = (days) => plainOf(BigInt(days) * 86400000000000n).toPlainDate();
const durationOf = (total) =>
  Temporal.Duration.from({ seconds: Number(total / 1000000000n), nanoseconds: Number(total % 1000000000n) });

const epochOf = (plain) => plain.toZonedDateTime("UTC").epochNanoseconds;
const daysOf = (date) => Number(epochOf(date) / 86400000000000n);
const sinceMidnight = (time) =>
  BigInt(((time.hour * 60 + time.minute) * 60 + time.second) * 1000 + time.millisecond) * 1000000n +
  BigInt(time.microsecond * 1000 + time.nanosecond);
const nanosecondsOf = (span) =>
  ((((BigInt(span.days) * 24n + BigInt(span.hours)) * 60n + BigInt(span.minutes)) * 60n + BigInt(span.seconds)) * 1000n +
    BigInt(span.milliseconds)) * 1000000n + BigInt(span.microseconds) * 1000n + BigInt(span.nanoseconds);

// A year as Temporal reads it: with a sign it has six digits.
const yearly = (text) => text.replace(/^([+-]?)(\d+)/, (year, sign, digits) => sign === "" && digits.length === 4 ? year : (sign || "+") + digits.padStart(6, "0"));

// The value of a node without parts.
const SCALARS = {
  null: (node) => (node.as === TAG + "undefined" ? undefined : null),
  na: () => null,
  bool: (node) => node.v,
  int: (node) => (node.as === TAG + "bigint" ? BigInt(node.v) : numberOrBig(node.v)),
  float: (node) => {
    const number = numberOf(node.v);
    return node.as === TAG + "bigint" && Number.isInteger(number) ? BigInt(number) : number;
  },
  text: (node) => node.v,
  date: (node) => Temporal.PlainDate.from(yearly(node.v)),
  time: (node) => Temporal.PlainTime.from(node.v),
  datetime: (node) => {
    if (node.zone === undefined) return Temporal.PlainDateTime.from(yearly(node.v));
    const instant = instantOf(epochOf(Temporal.PlainDateTime.from(yearly(node.v))) - BigInt(node.offset) * 1000000000n);
    if (node.as === TAG + "Temporal.Instant") return instant;
    if (node.as === TAG + "Temporal.ZonedDateTime") return instant.toZonedDateTimeISO(node.zone);
    return new Date(Number(instant.epochNanoseconds / 1000000n));
  },
  duration: (node) => {
    const total = BigInt(node.v);
    const own = (node.as ?? "").startsWith(TAG + "P") ? Temporal.Duration.from(node.as.slice(TAG.length)) : undefined;
    return own !== undefined && nanosecondsOf(own) === total ? own : durationOf(total);
  },
};

// The keys of a Map by the labels of a dictionary, as far as they are of JavaScript's own; for others there are the texts.
const keysOf = ({ k, labels }) => {
  const keys = labels === undefined ? k : labels.v.map((label, position) => LABELS.has(label.t) ? SCALARS[label.t](label) : k[position]);
  return new Set(keys).size === keys.length ? keys : k;
};
const LABELS = new Set(["null", "bool", "int", "float", "text"]);

// The label of a key; undefined for what is none.
const labelOf = (key) => {
  if (key === null || key === undefined) return { t: "null", as: key === null ? undefined : TAG + "undefined" };
  if (typeof key === "boolean") return { t: "bool", v: key };
  if (typeof key === "bigint") return { t: "int", v: String(key), as: TAG + "bigint" };
  if (typeof key === "number") return isInteger(key, -Infinity, Infinity) ? { t: "int", v: String(key) } : { t: "float", v: hexOf(key) };
  return isText(key) ? { t: "text", v: key } : undefined;
};

// A text for each key, none of them twice: the one that it came with, or what it is as a text. New texts keep their own.
const textsOf = (keys, came) => {
  const made = new Set(keys.map(came));
  const texts = new Map();
  const name = (key) => {
    let text = String(key);
    for (let count = 1; made.has(text); count++) text = `${key}_${count}`;
    made.add(text);
    texts.set(key, text);
  };
  const found = keys.filter((key) => came(key) === undefined);
  found.filter((key) => typeof key === "string").forEach(name);
  found.filter((key) => typeof key !== "string").forEach(name);
  return keys.map((key) => came(key) ?? texts.get(key));
};

// Whether two scalars are the same: the same bits of a number, the same moment.
const same = (one, other) =>
  Object.is(one, other) ||
  (isObject(one) && isObject(other) && one.constructor === other.constructor &&
    (one instanceof Date ? Object.is(one.getTime(), other.getTime()) : String(one) === String(other)));

// Runs what writes its answer as the last thing that it does. `more` returns more fields of one that is no success.
const answering = (folder, work, more = () => ({})) => {
  let answer;
  try {
    answer = work();
  } catch (error) {
    answer = error instanceof Refusal ? { refused: [error.answer], ...more() } : { failed: error instanceof Failure ? error.message : String(error), ...more() };
  }
  const ascii = JSON.stringify(answer).replace(/[\u007f-\uffff]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));
  Deno.writeTextFileSync(folder + "/answer.json", ascii, { mode: 0o600 });
};
