// Import: makes a variable of a checked manifest, whose buffers are in the file `data`.

class Importer {
  constructor(folder) {
    this.folder = folder;
    this.decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  }

  // The bytes of a ref, in a buffer of their own.
  read([offset, length]) {
    const bytes = new Uint8Array(length);
    this.file ??= Deno.openSync(this.folder + "/data");
    this.file.seekSync(offset, 0);
    for (let done = 0; done < length; ) {
      const count = this.file.readSync(bytes.subarray(done));
      if (count === null) throw new Error("the data file ends early");
      done += count;
    }
    return bytes;
  }

  // Make a value, and remember where it came from. `path` is for refusals.
  build(node, path) {
    const value = this.make(node, path);
    if (isObject(value)) memory.set(value, node);
    return value;
  }

  make(node, path) {
    switch (node.t) {
      case "bytes":
        return this.bytes(node);
      case "list":
        return this.list(node, path);
      case "dict":
        return this.dict(node, path);
      case "array":
        return this.array(node, path);
      case "factor":
        return this.factor(node, path);
      case "table":
        return this.table(node, path);
      case "text":
        if (node.data !== undefined) {
          node.v = this.decoder.decode(this.read(node.data));
          delete node.data;
        }
    }
    return this.counted(path, () => SCALARS[node.t](node));
  }

  bytes(node) {
    const bytes = this.read(node.data);
    if (node.as === TAG + "ArrayBuffer") return bytes.buffer;
    return node.as === TAG + "Buffer" ? G.Buffer.from(bytes.buffer) : bytes;
  }

  list(node, path) {
    const items = node.packed === undefined
      ? node.v.map((item, position) => this.build(item, `${path}[${position}]`))
      : this.numbers(node.packed, path);
    return node.as === TAG + "Set" ? asSet(items) : items;
  }

  // The elements of an array as single values, integers as numbers where they are safe.
  numbers(array, path) {
    return this.elements(array, path).map((item) => (typeof item === "bigint" ? numberOrBig(item) : item));
  }

  // An object, or a Map where an object would have the keys in another order: those that look like an index come first.
  dict(node, path) {
    const items = node.v.map((item, position) => this.build(item, `${path}${step(node.k[position])}`));
    if (node.labels !== undefined) return new Map(keysOf(node).map((key, position) => [key, items[position]]));
    return this.keyed(node.k, items, node.as);
  }

  keyed(keys, items, tag) {
    const found = tag === TAG + "null-prototype" ? Object.create(null) : {};
    keys.forEach((key, position) =>
      Object.defineProperty(found, key, { value: items[position], writable: true, enumerable: true, configurable: true })
    );
    const ordered = Object.keys(found).every((key, position) => key === keys[position]);
    return ordered && tag !== TAG + "Map" ? found : new Map(keys.map((key, position) => [key, items[position]]));
  }

  // A typed array where there is one of the type, else an array of elements; rows within each other for more dimensions.
  array(node, path) {
    if (node.as === TAG + "Set") return asSet(this.numbers(node, path));
    if (node.as === TAG + "Array" && node.shape.length === 1) return this.numbers(node, path);
    const type = TYPED.get(node.dtype);
    const own = BY_NAME.get(node.as?.slice(TAG.length));
    const flat = (own && this.typed(node, path, own)) ??
      (type === undefined || node.valid !== undefined ? this.elements(node, path) : new type(this.read(node.data).buffer));
    return nested(inOrder(flat, node.shape, node.order === "F"), node.shape);
  }

  // An array as one of the type that it once was here; undefined if it does not fit.
  typed(node, path, { dtype, type }) {
    if (node.dtype === dtype && node.valid === undefined) return new type(this.read(node.data).buffer);
    const items = this.elements(node, path).map((item) => (item === null && dtype === "f8" ? 0 : ELEMENTS[dtype](item)));
    if (items.includes(undefined)) return undefined;
    const made = type.from(items);
    const valid = node.valid === undefined ? [] : this.read(node.valid);
    const bits = new BigUint64Array(dtype === "f8" ? made.buffer : 0);
    valid.forEach((isThere, position) => {
      if (!isThere) bits[position] = NA_BITS;
    });
    return made;
  }

  // The elements of an array as they lie in the file, null where there is none.
  elements(node, path) {
    const type = TYPED.get(node.dtype);
    const bytes = this.read(node.data);
    let items;
    if (type !== undefined) items = Array.from(new type(bytes.buffer));
    else if (node.dtype === "b1") items = Array.from(bytes, Boolean);
    else if (node.dtype === "text") items = this.texts(bytes, node.shape.reduce((one, other) => one * other, 1));
    else items = this.counted(path, () => this.inRange(node, bytes, path));
    if (node.valid === undefined) return items;
    const valid = this.read(node.valid);
    return items.map((item, position) => (valid[position] ? item : null));
  }

  // Texts are joined by a byte that UTF-8 does not have.
  texts(bytes, count) {
    const items = [];
    for (let begin = 0; items.length < count; ) {
      const end = bytes.indexOf(0xff, begin);
      items.push(this.decoder.decode(bytes.subarray(begin, end < 0 ? bytes.length : end)));
      begin = end < 0 ? bytes.length : end + 1;
    }
    return items;
  }

  // What is made of moments, or a refusal of one that JavaScript has not.
  counted(path, make) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Refusal(path, "a date, time or duration out of range", "is beyond what JavaScript can count to", "text");
    }
  }

  inRange(node, bytes, path) {
    if (node.dtype === "date") return Array.from(new Int32Array(bytes.buffer), dateOf);
    const raw = Array.from(new BigInt64Array(bytes.buffer), (count) => count * NANOSECONDS[node.unit ?? "ns"]);
    if (node.dtype === "time") return raw.map(timeOf);
    if (node.dtype === "duration") return raw.map(durationOf);
    if (node.zone === undefined) return raw.map(plainOf);
    return raw.map((nanoseconds, position) => {
      if (nanoseconds % 1000000n !== 0n) {
        throw new Refusal(path, "moments between milliseconds", "are not exact as a Date", "milliseconds");
      }
      return new Date(instantOf(nanoseconds).epochMilliseconds);
    });
  }

  factor(node, path) {
    const levels = this.elements(node.levels, path);
    node.values = levels;
    return Array.from(new Int32Array(this.read(node.data).buffer), (code) => {
      if (code >= levels.length) throw new Error("a code without a level");
      return code < 0 ? null : levels[code];
    });
  }

  // An object of columns. The index comes first.
  table(node, path) {
    const names = [...(node.index?.shown ?? []), ...node.names];
    const columns = [...(node.index?.columns ?? []), ...node.columns];
    return this.keyed(names, columns.map((column, position) => this.build(column, `${path}${step(names[position])}`)));
  }
}

// A Set of elements, or an array where some are there twice.
const asSet = (items) => {
  const set = new Set(items);
  return set.size === items.length ? set : items;
};

// The elements of an array in C order and back: those of Fortran order moved to their places.
const inOrder = (flat, shape, fortran, back = false) => {
  if (!fortran || shape.length < 2) return flat;
  const moved = flat.slice();
  const strides = [];
  shape.reduce((size, length) => (strides.push(size), size * length), 1);
  const place = new Array(shape.length).fill(0);
  for (let position = 0, other = 0; position < flat.length; position++) {
    if (back) moved[other] = flat[position];
    else moved[position] = flat[other];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      other += strides[axis];
      if (++place[axis] < shape[axis]) break;
      other -= strides[axis] * shape[axis];
      place[axis] = 0;
    }
  }
  return moved;
};

const nested = (flat, shape) => {
  if (shape.length < 2) return flat;
  const [length, ...rest] = shape;
  const size = rest.reduce((one, other) => one * other, 1);
  return Array.from({ length }, (_, row) => nested(flat.slice(row * size, (row + 1) * size), rest));
};

const built = (folder) => {
  const importer = new Importer(folder);
  const node = JSON.parse(Deno.readTextFileSync(folder + "/value.json"));
  try {
    return { node, value: importer.build(node, "") };
  } finally {
    importer.file?.close();
  }
};

// Assigns to a variable, or makes one; returns what undoes it.
const assigned = (name, value, put, get) => {
  let undo;
  try {
    const before = get();
    undo = () => put(before);
    put(value);
  } catch (error) {
    if (undo !== undefined || !(error instanceof ReferenceError)) throw new Failure(`${name} cannot be assigned to in JavaScript (a const?); another name can, as in ${name}_=${name}`);
    undo = define(name, value);
  }
  if (holds(get, value)) return undo;
  undo();
  throw new Failure(`${name} cannot be assigned to in JavaScript; another name can, as in ${name}_=${name}`);
};

const holds = (get, value) => {
  try {
    return Object.is(get(), value);
  } catch {
    return false;
  }
};

const define = (name, value) => {
  Object.defineProperty(G, name, { value, writable: true, enumerable: true, configurable: true });
  return () => delete G[name];
};

const remember = (name, node, value) => {
  if (isObject(value)) scalars.delete(name);
  else scalars.set(name, node);
};

// Makes variables of all values, or of none; each is a name, a folder, what assigns to the variable, and what it holds.
const importValues = (incoming, isTrial) => {
  let at = 0;
  answering(incoming[0][1], () => {
    const made = incoming.map(([, folder], position) => (at = position, built(folder)));
    const undo = [];
    try {
      for (const [position, [name, , put, get]] of incoming.entries()) {
        at = position;
        undo.unshift(assigned(name, made[position].value, put, get));
      }
    } catch (error) {
      undo.forEach((restore) => restore());
      throw error;
    }
    if (isTrial) undo.forEach((restore) => restore());
    else made.forEach(({ node, value }, position) => remember(incoming[position][0], node, value));
    return { done: true };
  }, () => ({ at }));
};
