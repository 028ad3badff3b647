// What the elements of arrays are in the data file, and which objects are no mere values.

const nameOf = (value) => Object.getPrototypeOf(value)?.constructor?.name ?? "object";
const isInteger = (value, low, high) =>
  typeof value === "bigint" ? low <= value && value <= high
    : Number.isSafeInteger(value) && !Object.is(value, -0) && low <= value && value <= high;
const fitsUnit = (nanoseconds, unit) => nanoseconds % NANOSECONDS[unit ?? "ns"] === 0n ? nanoseconds / NANOSECONDS[unit ?? "ns"] : undefined;

// dtype -> what an element is in the data file, or undefined if a value is none of that dtype
const ELEMENTS = {
  b1: (value) => (typeof value === "boolean" ? Number(value) : undefined),
  f2: (value) => (typeof value === "number" && same(Math.f16round(value), value) ? value : undefined),
  f4: (value) => (typeof value === "number" && same(Math.fround(value), value) ? value : undefined),
  f8: (value) => (typeof value === "number" ? value : undefined),
  text: (value) => (isText(value) ? value : undefined),
  date: (value) => (isTemporal(value, "PlainDate") && isPlain(value) ? daysOf(value) : undefined),
  time: (value) => (isTemporal(value, "PlainTime") ? sinceMidnight(value) : undefined),
  datetime: (value, { unit, zone }) => {
    if (zone !== undefined) return value instanceof Date && Number.isFinite(value.getTime()) ? fitsUnit(BigInt(value.getTime()) * 1000000n, unit) : undefined;
    return isTemporal(value, "PlainDateTime") && isPlain(value) ? fitsUnit(epochOf(value), unit) : undefined;
  },
  duration: (value, { unit }) => (isTemporal(value, "Duration") && isExact(value) ? fitsUnit(nanosecondsOf(value), unit) : undefined),
};
for (const size of [1, 2, 4, 8]) {
  const [signed, unsigned] = [2n ** BigInt(size * 8 - 1), 2n ** BigInt(size * 8)];
  const stored = size === 8 ? BigInt : Number;
  ELEMENTS["i" + size] = (value) => (isInteger(value, -signed, signed - 1n) ? stored(value) : undefined);
  ELEMENTS["u" + size] = (value) => (isInteger(value, 0n, unsigned - 1n) ? stored(value) : undefined);
}
const STORED = { b1: Uint8Array, date: Int32Array, time: BigInt64Array, datetime: BigInt64Array, duration: BigInt64Array };

// Refuse what is more than it looks like: what is computed, and properties of one's own of what has others.
const refuseOdd = (value) => {
  if (isProxy?.(value)) throw new Unfit("Proxy", "is computed", Array.isArray(value) ? "[...{x}]" : SAME_KEYS);
  const again = WITHOUT_OWN.find(([is]) => is(value))?.[1];
  if (again !== undefined && hasOwn(value)) throw new Unfit(nameOf(value), "has properties of its own", again);
};
const WITHOUT_OWN = [
  [(value) => isTypedArray(value) || isArrayBuffer(value), "{x}.slice()"], [isMap, "new Map({x})"], [isSet, "new Set({x})"],
  [(value) => value instanceof Date, "new Date({x})"], ...TEMPORAL.map((name) => [(value) => isTemporal(value, name), `Temporal.${name}.from({x})`]),
];
// The keys of a large typed array take long to list, and how it is shown does not.
const hasOwn = (value) => {
  if (!isTypedArray(value)) return Reflect.ownKeys(value).length > 0;
  if (value.length < 1000) return Reflect.ownKeys(value).length > value.length;
  const isShownByItself = ["Deno.customInspect", "nodejs.util.inspect.custom"].some((name) => Object.hasOwn(value, Symbol.for(name)));
  return isShownByItself || !/^\w+\(\d+\) \[ \.\.\. \d+ more items \]$/.test(Deno.inspect(value, { iterableLimit: 0, colors: false }));
};
