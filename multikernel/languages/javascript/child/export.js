// Export: writes a value as a manifest, and its buffers into the file `data`.

class Exporter {
  constructor(folder) {
    this.file = Deno.openSync(folder + "/data", { write: true, create: true, truncate: true, mode: 0o600 });
    this.size = 0;
    this.above = new Set();
    this.steps = [];
    this.refusals = [];
  }

  // The node of a part, reached by a step; where there is none it is noted, and null stands for it.
  part(how, key, value, expected) {
    this.steps.push([how, key]);
    const node = this.noting(value, expected);
    this.steps.pop();
    return node;
  }

  noting(value, expected) {
    const depth = this.steps.length;
    try {
      return this.encode(value, expected);
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      this.refusals.push({ steps: this.steps.slice(0, depth), unfit: error });
      this.steps.length = depth;
      return { t: "null" };
    }
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
  encode(value, expected) {
    if (isObject(value)) return this.encodeObject(value);
    if (expected !== undefined && expected.t in SCALARS && same(value, SCALARS[expected.t](expected))) return this.scalar(expected);
    switch (typeof value) {
      case "undefined":
        return { t: "null", as: TAG + "undefined" };
      case "object":
        return { t: "null" };
      case "boolean":
        return { t: "bool", v: value };
      case "bigint":
        return { t: "int", v: String(value), as: TAG + "bigint" };
      case "number":
        return isInteger(value, -Infinity, Infinity) ? { t: "int", v: String(value) } : { t: "float", v: hexOf(value) };
      case "string":
        if (!isText(value)) throw new Unfit("string", "has half a surrogate pair, and is no Unicode text", "{x}.toWellFormed()");
        return this.scalar({ t: "text", v: value });
    }
    throw new Unfit(typeof value, typeof value === "function" ? "is code, and stays in JavaScript" : "", "String({x})");
  }

  scalar(node) {
    if (node.t !== "text" || node.v.length < 200) return node;
    const { v, ...rest } = node;
    return { ...rest, data: this.write(new TextEncoder().encode(v)) };
  }

  encodeObject(value) {
    if (this.above.has(value)) throw new Unfit(nameOf(value), "contains itself");
    if (this.above.size > DEEPEST) throw new Unfit(nameOf(value), `is more than ${DEEPEST} levels deep`);
    refuseOdd(value);
    this.above.add(value);
    try {
      const origin = memory.get(value);
      return (origin && this.asBefore(value, origin)) ?? this.natural(value, origin);
    } finally {
      this.above.delete(value);
    }
  }

  // The kind of node that the object came in as, if it still fits that.
  asBefore(value, origin) {
    const { t, as } = origin;
    if (t in SCALARS) return same(value, SCALARS[t](origin)) ? origin : undefined;
    if (t === "array") return this.array(value, origin);
    if (t === "factor") return this.factor(value, origin);
    if (t === "table") return this.table(value, origin);
    if (t === "list" && origin.packed !== undefined && Array.isArray(value)) {
      const packed = value.length > 0 ? this.pack(value, origin.packed, origin.packed.valid !== undefined) : undefined;
      return packed && { t, as, packed };
    }
    return undefined;
  }

  natural(value, origin) {
    const as = (tag) => (origin === undefined ? tag && TAG + tag : origin.as);
    if (isTypedArray(value)) return this.typed(value, as);
    if (isArrayBuffer(value)) return { t: "bytes", as: TAG + "ArrayBuffer", data: this.write(new Uint8Array(value)) };
    const prototype = Object.getPrototypeOf(value);
    if (Array.isArray(value)) return this.list(value, as(), origin, "item");
    if (isSet(value)) return this.list([...exactly(value, Set)], as("Set"), origin, "element");
    if (isMap(value)) return this.map(exactly(value, Map), as("Map"), origin);
    if (isDate(value)) return moment(exactly(value, Date));
    const temporal = TEMPORAL.find((name) => isTemporal(value, name));
    if (temporal !== undefined) return temporalNode(value, temporal);
    const isPlainObject = !isExotic(value) &&
      (prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf")));
    if (!isPlainObject) throw new Unfit(nameOf(value), "is of a class that only JavaScript has", insteadOf(value));
    return this.object(value, as(prototype === null ? "null-prototype" : undefined), origin);
  }

  typed(value, as) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Uint8Array.prototype) return { t: "bytes", as: as(), data: this.write(bytes) };
    if (prototype === G.Buffer?.prototype) return { t: "bytes", as: as("Buffer"), data: this.write(bytes) };
    const found = BY_PROTOTYPE.get(prototype);
    if (found === undefined) throw new Unfit(nameOf(value), "is a typed array that others do not have", "Array.from({x})");
    return { t: "array", as: as(found.name), dtype: found.dtype, shape: [value.length], data: this.write(bytes) };
  }

  list(value, as, origin, how) {
    if (Object.getPrototypeOf(value) !== Array.prototype) throw new Unfit(nameOf(value), "is an array of a class of its own", "[...{x}]");
    if (Reflect.ownKeys(value).length !== value.length + 1) throw new Unfit("Array", "has holes, or properties of its own", "[...{x}]");
    const packed = value.length === 0 || origin?.v !== undefined ? undefined : this.packNaturally(value);
    // Some languages have a vector for this, which would be a typed array here.
    if (packed !== undefined) return { t: "list", as: as ?? TAG + "Array", packed };
    const kind = origin?.packed && { f8: "float", i8: "int" }[origin.packed.dtype];
    const items = value.map((item, position) =>
      kind === "float" && typeof item === "number" ? { t: "float", v: hexOf(item) } : this.part(how, position, item, origin?.v?.[position])
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

  keys(keys, value) {
    const bad = keys.findIndex((key) => !isText(key));
    if (bad < 0) return keys;
    const why = typeof keys[bad] === "string" ? "has a key that is no Unicode text" : `has a key that is a ${typeof keys[bad]}`;
    throw new Unfit(nameOf(value), why, value instanceof Map ? TEXT_KEYS_OF_MAP : TEXT_KEYS);
  }

  map(value, as, origin) {
    const keys = [...value.keys()];
    const bad = keys.find((key) => labelOf(key) === undefined);
    const isText = keys.every((key) => typeof key === "string");
    if (isText || bad !== undefined) this.keys(bad === undefined ? keys : [bad], value);
    const origins = originsOf(origin);
    const items = keys.map((key) => this.part("get", key, value.get(key), origins.get(key)));
    const came = origin?.t === "dict" && origin.labels !== undefined ? origin : undefined;
    if (isText && came === undefined) return { t: "dict", as, k: keys, v: items };
    const known = new Map(came === undefined ? [] : keysOf(came).map((key, position) => [key, position]));
    const k = textsOf(keys, (key) => came?.k[known.get(key)]);
    const labels = keys.map((key) => came?.labels.v[known.get(key)] ?? labelOf(key));
    return { t: "dict", as, k, v: items, labels: { ...came?.labels, k, v: labels } };
  }

  object(value, as, origin) {
    const keys = this.keys(Reflect.ownKeys(value), value);
    const origins = originsOf(origin);
    const items = keys.map((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      if (!("value" in property) || !property.enumerable) throw new Unfit("Object", `has the property ${JSON.stringify(key)}, which is computed or hidden`, SAME_KEYS);
      return this.part("field", key, property.value, origins.get(key));
    });
    return { t: "dict", as, k: keys, v: items };
  }

  // What came in as an array: of the same shape, its elements still of the dtype. Of a typed array the type is told, which
  // not all languages have.
  array(value, origin) {
    const { t, as, unit, zone, order } = origin;
    if (isSet(value)) return this.array([...value], origin);
    if (origin.shape.length === 1) {
      if (!isTypedArray(value)) {
        const whole = this.pack(value, origin, true);
        return whole && { ...whole, as };
      }
      const { dtype, name } = BY_PROTOTYPE.get(Object.getPrototypeOf(value));
      return { t, as: as || TAG + name, dtype, shape: [value.length], data: this.writeBuffer(value) };
    }
    const leaves = [];
    const regular = (rows, [length, ...rest]) => {
      if ((!Array.isArray(rows) && !isTypedArray(rows)) || rows.length !== length) return false;
      if (rest.length > 0) return Array.isArray(rows) && rows.every((row) => regular(row, rest));
      leaves.push(rows);
      return true;
    };
    if (!regular(value, origin.shape)) return undefined;
    const { dtype, name, type } = BY_PROTOTYPE.get(leaves.length > 0 ? Object.getPrototypeOf(leaves[0]) : undefined) ?? {};
    const isTyped = type !== undefined && leaves.every((row) => Object.getPrototypeOf(row) === type.prototype);
    const flat = inOrder(isTyped ? joined(type, leaves) : leaves.flatMap((row) => Array.from(row)), origin.shape, order === "F", true);
    const whole = isTyped ? { t, dtype, data: this.writeBuffer(flat) } : this.pack(flat, origin, true);
    const isOther = isTyped && (dtype !== origin.dtype || !as || as.startsWith(TAG));
    return whole && { ...whole, as: isOther ? TAG + name : as, unit, zone, shape: origin.shape, order };
  }

  factor(value, { as, levels, values, ordered }) {
    const codes = new Map(values.map((level, code) => [level, code]));
    const found = value.map((item) => (item === null ? -1 : codes.get(item)));
    if (found.includes(undefined)) return undefined;
    const again = this.pack(values, levels);
    return again && { t: "factor", as, shape: [value.length], levels: { ...again, as: levels.as }, ordered, data: this.writeBuffer(Int32Array.from(found)) };
  }

  // Columns of one length are still a data frame; where those of the index are gone, it has none.
  table(value, origin) {
    const columns = value instanceof Map ? value : new Map(Object.entries(value));
    const lengths = new Set([...columns.values()].map((column) => (Array.isArray(column) || isTypedArray(column) ? column.length : undefined)));
    if (lengths.size > 1 || lengths.has(undefined)) return undefined;
    const [rows] = lengths.size === 0 ? [origin.rows] : lengths;
    const nodes = new Map(this.keys([...columns.keys()], value).map((name) => [name, this.column(columns.get(name), value instanceof Map ? "get" : "field", name)]));
    const labels = origin.index?.shown ?? [];
    const kept = labels.length > 0 && labels.every((name) => nodes.has(name));
    const index = kept ? { ...origin.index, columns: labels.map((name) => nodes.get(name)) } : null;
    const names = [...nodes.keys()].filter((name) => !kept || !labels.includes(name));
    return { t: "table", as: origin.as, rows, names, columns: names.map((name) => nodes.get(name)), index, labels: origin.labels };
  }

  column(value, how, name) {
    const node = this.part(how, name, value);
    if (node.packed !== undefined) return node.packed;
    return node.t === "bytes" ? { t: "array", dtype: "u1", shape: [value.length], data: node.data } : node;
  }
}

// The nodes that the parts of an object came in as, by key.
const originsOf = (origin) => new Map(origin?.t === "dict" ? keysOf(origin).map((key, position) => [key, origin.v[position]]) : []);

// A value of a type, not of a class that extends it.
const exactly = (value, type) => {
  if (Object.getPrototypeOf(value) === type.prototype) return value;
  const parts = { Date: "getTime", Map: "entries", Set: "values" }[type.name];
  const why = nameOf(value) === "Object" ? `is a ${type.name} of another class` : `extends ${type.name}, which only JavaScript can`;
  throw new Unfit(nameOf(value), why, `new ${type.name}(${type.name}.prototype.${parts}.call({x}))`);
};

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
    const node = exporter.noting(value, scalars.get(name));
    return exporter.refusals.length > 0 ? { refused: refusalRows(name, exporter.refusals) } : { value: node };
  } finally {
    exporter.file.close();
  }
});
