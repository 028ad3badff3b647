// Export: writes a value as a manifest, and its buffers into the file `data`.

const DTYPES = new Map([...TYPED].filter(([, type]) => type !== undefined).map(([dtype, type]) => [type, dtype]));

const nameOf = (value) => Object.getPrototypeOf(value)?.constructor?.name ?? "object";
const isInteger = (value, low, high) =>
  typeof value === "bigint" ? low <= value && value <= high
    : Number.isSafeInteger(value) && !Object.is(value, -0) && low <= value && value <= high;
const isTypedArray = (value) => ArrayBuffer.isView(value) && value.length !== undefined;
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


class Exporter {
  constructor(folder) {
    this.file = Deno.openSync(folder + "/data", { write: true, create: true, truncate: true, mode: 0o600 });
    this.size = 0;
    this.above = new Set();
  }

  // Write bytes; a multiple of 8 is where the next begin.
  write(bytes) {
    const begin = this.size;
    for (const part of [bytes, new Uint8Array(-bytes.length & 7)]) {
      for (let done = 0; done < part.length; ) done += this.file.writeSync(part.subarray(done));
      this.size += part.length;
    }
    return [begin, bytes.length];
  }

  writeBuffer(array) {
    return this.write(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }

  // The node of a value; `expected` is the one that the place it is in was filled from.
  encode(value, path, expected) {
    if (isObject(value)) return this.encodeObject(value, path);
    if (expected !== undefined && expected.t in SCALARS && same(value, SCALARS[expected.t](expected))) return this.scalar(expected);
    switch (typeof value) {
      case "undefined":
        return { t: "null", as: TAG + "undefined" };
      case "object":
        return { t: "null" };
      case "boolean":
        return { t: "bool", v: value };
      case "bigint":
        return Number.isSafeInteger(Number(value)) ? { t: "int", v: String(value), as: TAG + "bigint" } : { t: "int", v: String(value) };
      case "number":
        return isInteger(value, -Infinity, Infinity) ? { t: "int", v: String(value) } : { t: "float", v: hexOf(value) };
      case "string":
        if (!isText(value)) throw new Refusal(path, "a string with half a surrogate pair", "is no Unicode text; use toWellFormed()");
        return this.scalar({ t: "text", v: value });
    }
    throw new Refusal(path, typeof value);
  }

  scalar(node) {
    if (node.t !== "text" || node.v.length < 200) return node;
    const { v, ...rest } = node;
    return { ...rest, data: this.write(new TextEncoder().encode(v)) };
  }

  encodeObject(value, path) {
    if (this.above.has(value)) throw new Refusal(path, "an object that is in itself");
    if (this.above.size > DEEPEST) throw new Refusal(path, `more than ${DEEPEST} levels`);
    this.above.add(value);
    const origin = memory.get(value);
    const node = (origin && this.asBefore(value, path, origin)) ?? this.natural(value, path, origin);
    this.above.delete(value);
    return node;
  }

  // The kind of node that the object came in as, if it still fits that.
  asBefore(value, path, origin) {
    const { t, as } = origin;
    if (t in SCALARS) return same(value, SCALARS[t](origin)) ? origin : undefined;
    if (t === "array") return this.array(value, path, origin);
    if (t === "factor") return this.factor(value, origin);
    if (t === "table") return this.table(value, path, origin);
    if (t === "list" && origin.packed !== undefined && Array.isArray(value)) {
      const packed = value.length > 0 ? this.pack(value, origin.packed, origin.packed.valid !== undefined) : undefined;
      return packed && { t, as, packed };
    }
    return undefined;
  }

  natural(value, path, origin) {
    const as = (tag) => (origin === undefined ? tag && TAG + tag : origin.as);
    if (isTypedArray(value)) return this.typed(value, path, as);
    if (value instanceof ArrayBuffer) return { t: "bytes", as: TAG + "ArrayBuffer", data: this.write(new Uint8Array(value)) };
    if (Array.isArray(value)) return this.list(value, path, as(), origin);
    if (value instanceof Set) return this.list([...value], path, as("Set"), origin);
    if (value instanceof Map) return this.map(value, path, as("Map"), origin);
    if (value instanceof Date) return moment(value, path);
    const temporal = TEMPORAL.find((name) => isTemporal(value, name));
    if (temporal !== undefined) return temporalNode(value, temporal, path);
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new Refusal(path, nameOf(value));
    if (prototype !== null && !Object.hasOwn(prototype, "isPrototypeOf")) throw new Refusal(path, nameOf(value));
    return this.object(value, path, as(prototype === null ? "null-prototype" : undefined), origin);
  }

  typed(value, path, as) {
    const name = nameOf(value);
    const [begin, type] = [value.byteOffset, Object.getPrototypeOf(value).constructor];
    const bytes = new Uint8Array(value.buffer, begin, value.byteLength);
    if (type === Uint8Array) return { t: "bytes", as: as(), data: this.write(bytes) };
    if (value instanceof Uint8Array && name === "Buffer") return { t: "bytes", as: as("Buffer"), data: this.write(bytes) };
    const dtype = type === Uint8ClampedArray ? "u1" : DTYPES.get(type);
    if (dtype === undefined) throw new Refusal(path, name);
    return { t: "array", as: type === Uint8ClampedArray ? TAG + name : as(), dtype, shape: [value.length], data: this.write(bytes) };
  }

  list(value, path, as, origin) {
    if (Reflect.ownKeys(value).length !== value.length + 1) {
      throw new Refusal(path, "an array with holes, or with properties of its own", "cannot leave JavaScript; use [...x]");
    }
    const packed = value.length === 0 || origin?.v !== undefined ? undefined : this.packNaturally(value);
    // Some languages have a vector for this, which would be a typed array here.
    if (packed !== undefined) return { t: "list", as: as ?? TAG + "Array", packed };
    const kind = origin?.packed && { f8: "float", i8: "int" }[origin.packed.dtype];
    const items = value.map((item, position) =>
      kind === "float" && typeof item === "number" ? { t: "float", v: hexOf(item) } : this.encode(item, `${path}[${position}]`, origin?.v?.[position])
    );
    return { t: "list", as, v: items };
  }

  // Numbers are integers if all of them are.
  packNaturally(value) {
    const dtypes = { number: value.every((item) => isInteger(item, -Infinity, Infinity)) ? "i8" : "f8", string: "text", boolean: "b1" };
    const kind = typeof value[0];
    const dtype = dtypes[kind];
    return dtype && value.every((item) => typeof item === kind) ? this.pack(value, { dtype }) : undefined;
  }

  // An array node of values that all fit a dtype, or are null; undefined if they do not.
  pack(values, { dtype, unit, zone }, nullable = false) {
    const element = ELEMENTS[dtype];
    if (element === undefined) return undefined;
    const stored = new Array(values.length);
    const valid = new Uint8Array(values.length).fill(1);
    const type = STORED[dtype] ?? TYPED.get(dtype);
    const nothing = dtype === "text" ? "" : type === BigInt64Array || type === BigUint64Array ? 0n : 0;
    for (let position = 0; position < values.length; position++) {
      const found = values[position] === null && nullable ? nothing : element(values[position], { unit, zone });
      if (found === undefined) return undefined;
      if (values[position] === null) valid[position] = 0;
      stored[position] = found;
    }
    const data = dtype === "text" ? this.texts(stored) : this.writeBuffer(type.from(stored));
    const node = { t: "array", dtype, unit, zone, shape: [values.length], data };
    return valid.includes(0) ? { ...node, valid: this.write(valid) } : node;
  }

  texts(values) {
    const encoder = new TextEncoder();
    const parts = values.map((value) => encoder.encode(value));
    const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length + 1, -1 + (parts.length === 0))).fill(0xff);
    parts.reduce((begin, part) => (bytes.set(part, begin), begin + part.length + 1), 0);
    return this.write(bytes);
  }

  keys(keys, path) {
    const bad = keys.find((key) => !isText(key));
    if (bad !== undefined) throw new Refusal(path, typeof bad === "string" ? "a key that is no Unicode text" : `a key that is a ${typeof bad}`);
    return keys;
  }

  map(value, path, as, origin) {
    const keys = this.keys([...value.keys()], path);
    const origins = originsOf(origin);
    return { t: "dict", as, k: keys, v: keys.map((key) => this.encode(value.get(key), `${path}${step(key)}`, origins.get(key))) };
  }

  object(value, path, as, origin) {
    const keys = this.keys(Reflect.ownKeys(value), path);
    const origins = originsOf(origin);
    const items = keys.map((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (!("value" in property) || !property.enumerable) throw new Refusal(`${path}${step(key)}`, "a property that is computed or hidden");
      return this.encode(property.value, `${path}${step(key)}`, origins.get(key));
    });
    return { t: "dict", as, k: keys, v: items };
  }

  // What came in as an array: of the same shape, its elements still of the dtype.
  array(value, path, origin) {
    const { t, as, dtype, unit, zone, order } = origin;
    if (value instanceof Set) return this.array([...value], path, origin);
    if (origin.shape.length === 1) {
      const whole = isTypedArray(value) ? { t: "array", dtype, data: this.writeBuffer(value), shape: [value.length] } : this.pack(value, origin, true);
      return whole && { ...whole, as };
    }
    const leaves = [];
    const regular = (rows, [length, ...rest]) => {
      if ((!Array.isArray(rows) && !isTypedArray(rows)) || rows.length !== length) return false;
      if (rest.length > 0) return rows.every((row) => regular(row, rest));
      leaves.push(rows);
      return true;
    };
    if (!regular(value, origin.shape)) return undefined;
    const type = origin.valid === undefined ? TYPED.get(dtype) : undefined;
    const flat = inOrder(type === undefined ? leaves.flat() : joined(type, leaves), origin.shape, order === "F", true);
    const whole = type === undefined ? this.pack(flat, origin, true) : flat && { t, dtype, data: this.writeBuffer(flat) };
    return whole && { ...whole, as, shape: origin.shape, order };
  }

  factor(value, { as, levels, values, ordered }) {
    const codes = new Map(values.map((level, code) => [level, code]));
    const found = value.map((item) => (item === null ? -1 : codes.get(item)));
    if (found.includes(undefined)) return undefined;
    const again = this.pack(values, levels);
    return again && { t: "factor", as, shape: [value.length], levels: { ...again, as: levels.as }, ordered, data: this.writeBuffer(Int32Array.from(found)) };
  }

  // Columns of one length are still a data frame; where those of the index are gone, it has none.
  table(value, path, origin) {
    const columns = value instanceof Map ? value : new Map(Object.entries(value));
    const lengths = new Set([...columns.values()].map((column) => (Array.isArray(column) || isTypedArray(column) ? column.length : undefined)));
    if (lengths.size > 1 || lengths.has(undefined)) return undefined;
    const [rows] = lengths.size === 0 ? [origin.rows] : lengths;
    const nodes = new Map(this.keys([...columns.keys()], path).map((name) => [name, this.column(columns.get(name), `${path}${step(name)}`)]));
    const labels = origin.index?.names ?? [];
    const kept = labels.length > 0 && labels.every((name) => nodes.has(name));
    const index = kept ? { ...origin.index, names: origin.index.given ?? labels, columns: labels.map((name) => nodes.get(name)) } : null;
    const names = [...nodes.keys()].filter((name) => !kept || !labels.includes(name));
    return { t: "table", as: origin.as, rows, names, columns: names.map((name) => nodes.get(name)), index };
  }

  column(value, path) {
    const node = this.encode(value, path);
    if (node.packed !== undefined) return node.packed;
    return node.t === "bytes" ? { t: "array", dtype: "u1", shape: [value.length], data: node.data } : node;
  }
}

// The nodes that the parts of an object came in as, by key.
const originsOf = (origin) => new Map(origin?.t === "dict" ? origin.k.map((key, position) => [key, origin.v[position]]) : []);

const joined = (type, rows) => {
  const flat = new type(rows.reduce((size, row) => size + row.length, 0));
  rows.reduce((begin, row) => (flat.set(row, begin), begin + row.length), 0);
  return flat;
};

const exportValue = (name, folder, get) => answering(folder, () => {
  let value;
  try {
    value = get();
  } catch (error) {
    if (error instanceof ReferenceError) return { missing: true };
    throw error;
  }
  const exporter = new Exporter(folder);
  try {
    return { value: exporter.encode(value, "", scalars.get(name)) };
  } finally {
    exporter.file.close();
  }
});
