// The beginning of a variable as texts, without running code of the user's, as in variables.js. What `let`, `const` and
// `class` have made is no property of the global object, and could only be read by running its name.

const cut = (text, longest) => {
  const shown = [...text.slice(0, 2 * longest + 2)];
  return (shown.length > longest ? shown.slice(0, longest - 1).join("") + "…" : text).toWellFormed();
};

const moments = Temporal === undefined ? [] : ["Instant", "ZonedDateTime", "PlainDate", "PlainTime", "PlainDateTime", "Duration"].map((name) => [Temporal[name].prototype, Temporal[name].prototype.toString]);
const DATE = Date.prototype;
const { toISOString, getTime } = DATE;

// The text of a value that is one thing, or undefined.
const textOf = (value) => {
  if (value === null || typeof value !== "object") {
    return typeof value === "function" ? `function ${String(ownValue(value, "name") ?? "")}` : typeof value === "bigint" ? `${value}n` : String(value);
  }
  if (mayBeProxy(value)) return undefined;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === DATE) return Number.isNaN(Reflect.apply(getTime, value, [])) ? "Invalid Date" : Reflect.apply(toISOString, value, []);
  const moment = moments.find(([known]) => known === prototype);
  return moment && Reflect.apply(moment[1], value, []);
};
const cellOf = (value) => {
  const text = textOf(value);
  if (text !== undefined) return text;
  const [kind, size] = described(value);
  return size === "" ? kind : `${kind} (${size})`;
};
// A property without its getter being run.
const propertyOf = (object, key) => {
  const property = Object.getOwnPropertyDescriptor(object, key);
  return property === undefined ? "" : "value" in property ? cellOf(property.value) : "accessor";
};

const tableOf = (columns, labels, rows, total, longest) => {
  const texts = (each) => each.map((text) => cut(text, longest));
  return { columns: texts(columns), types: columns.map(() => ""), labels: texts(labels), rows: rows.map(texts), total };
};
const isRecord = (value) => isObject(value) && !mayBeProxy(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));

// An array whose first elements are all plain objects is a table of their properties.
const arrayTable = (value, rows, columns, longest) => {
  const shown = Array.from({ length: Math.min(value.length, rows) }, (_, at) => at);
  const elements = shown.map((at) => ownValue(value, at));
  const labels = shown.map(String);
  if (elements.length === 0 || !elements.every(isRecord)) return tableOf([""], labels, shown.map((at) => [propertyOf(value, at)]), [value.length, 1], longest);
  const keys = [...new Set(elements.flatMap((each) => Object.keys(each)))];
  const first = keys.slice(0, columns);
  return tableOf(first, labels, elements.map((each) => first.map((key) => propertyOf(each, key))), [value.length, keys.length], longest);
};
const MAP_ENTRIES = Map.prototype.entries;
const SET_VALUES = Set.prototype.values;
const NEXT_OF_MAP = Object.getPrototypeOf(new Map().entries()).next;
const NEXT_OF_SET = Object.getPrototypeOf(new Set().values()).next;
const firstOf = (iterator, next, count) => {
  const found = [];
  for (let step; found.length < count && !(step = Reflect.apply(next, iterator, [])).done; ) found.push(step.value);
  return found;
};

const previewOf = (value, rows, columns, longest, longestText) => {
  const text = textOf(value);
  if (text !== undefined) return { text: cut(text, longestText) };
  if (mayBeProxy(value)) throw new Failure("it is a Proxy, and to show it would run code");
  if (Array.isArray(value)) return arrayTable(value, rows, columns, longest);
  if (isTypedArray(value)) {
    const count = Reflect.apply(lengthOf, value, []);
    const shown = Array.from({ length: Math.min(count, rows) }, (_, at) => at);
    return tableOf([""], shown.map(String), shown.map((at) => [cellOf(value[at])]), [count, 1], longest);
  }
  if (isMap(value)) {
    const entries = firstOf(Reflect.apply(MAP_ENTRIES, value, []), NEXT_OF_MAP, rows);
    return tableOf([""], entries.map(([key]) => cellOf(key)), entries.map(([, each]) => [cellOf(each)]), [Reflect.apply(sizeOfMap, value, []), 1], longest);
  }
  if (isSet(value)) {
    const values = firstOf(Reflect.apply(SET_VALUES, value, []), NEXT_OF_SET, rows);
    return tableOf([""], values.map((_, at) => String(at)), values.map((each) => [cellOf(each)]), [Reflect.apply(sizeOfSet, value, []), 1], longest);
  }
  const keys = Object.keys(value);
  const first = keys.slice(0, rows);
  return tableOf([""], first, first.map((key) => [propertyOf(value, key)]), [keys.length, 1], longest);
};

const previewVariable = (name, folder, rows, columns, longest, longestText) => answering(folder, () => {
  const property = Object.getOwnPropertyDescriptor(G, name);
  if (property === undefined) throw new Failure("only what `var` or `globalThis` has made can be looked at without running it");
  if (!("value" in property)) throw new Failure("it is an accessor, and to show it would run code");
  return { preview: previewOf(property.value, rows, columns, longest, longestText) };
});
