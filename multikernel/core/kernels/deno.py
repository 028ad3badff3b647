"""What Deno is told besides the user's cells.

All that a cell prints and displays goes through one queue of Deno's process (`ReplIopubSender` in cli/ops/jupyter.rs of
2.9), which is read as its kernel's thread gets to it; the reply and the idle do not go through it. Each message gets
the parent of what is executed when it is read, not of what has sent it. So only what comes out of that queue tells how
far it has been read: `FLUSH` puts a mark into it.

Code of Multi's own must work whatever the user has made of JavaScript's built-ins (`Object.keys = …`,
`Array.prototype.map = …`). So they are recorded before the first cell, and code of Multi's own runs with them: what the
user has changed is put back behind it. It is not seen meanwhile, since JavaScript does one thing at a time.
"""

GLOBAL = '(()=>{}).constructor("return this")()'
"""The global object, also where the user has a variable `globalThis`."""

_SOURCE = """
if (G.__multikernel__) return;
const { TypeError } = G;
const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor } = G.Reflect;
const { getPrototypeOf, ownKeys, setPrototypeOf } = G.Reflect;
const { is } = G.Object;

// What a property is, whatever Object.prototype has got. That takes long, and is for what is kept.
const bare = (property) => property && (setPrototypeOf(property, null), property);
const isSame = (one, other) => is(one.value, other.value) && one.get === other.get && one.set === other.set;

// Objects with their properties, as a linked list: those of an array would be reached by what may have been changed.
let recorded;
const record = (object, keys, isWhole) => {
  for (let entry = recorded; entry; entry = entry.next) if (entry.object === object) return;
  const properties = { __proto__: null };
  for (let at = 0; at < keys.length; at++) properties[keys[at]] = bare(getOwnPropertyDescriptor(object, keys[at]));
  recorded = { object, properties, keys, isWhole, next: recorded };
};
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const recordAll = (value) => isObject(value) && record(value, ownKeys(value), true);

const NAMES = [
  "Array", "ArrayBuffer", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean", "DataView", "Date", "Error",
  "Float16Array", "Float32Array", "Float64Array", "Function", "Int16Array", "Int32Array", "Int8Array", "Iterator",
  "JSON", "Map", "Math", "Number", "Object", "RangeError", "Reflect", "ReferenceError", "RegExp", "Set", "String",
  "Symbol", "Temporal", "TextDecoder", "TextEncoder", "TypeError", "Uint16Array", "Uint32Array", "Uint8Array",
  "Uint8ClampedArray", "WeakMap",
].filter((name) => name in G);
for (const name of NAMES) {
  recordAll(G[name]);
  if (name !== "Object") recordAll(G[name].prototype);
}
for (const name of G.Temporal ? ownKeys(G.Temporal) : []) recordAll(G.Temporal[name].prototype);
for (const made of [[], new G.Map(), new G.Set(), ""]) recordAll(getPrototypeOf(made[G.Symbol.iterator]()));
recordAll(getPrototypeOf("".matchAll(/x/g)));
recordAll(getPrototypeOf(G.Uint8Array));
recordAll(getPrototypeOf(G.Uint8Array).prototype);
recordAll(getPrototypeOf(getPrototypeOf([][G.Symbol.iterator]())));
record(G, [...NAMES, "Deno"], false);
record(G.Deno, ["inspect", "openSync", "readTextFileSync", "writeTextFileSync"], false);
// The first that is put back, since descriptors inherit from it.
const ROOT = G.Object.prototype;
recordAll(ROOT);

// Run work with the built-ins as they were.
const pristinely = (work) => (...args) => {
  let first, last;
  const put = (object, key, was, now) => {
    if (!(was ? defineProperty(object, key, was) : deleteProperty(object, key))) {
      if (!was) return;
      const name = typeof key === "string" ? key : "a symbol";
      throw new TypeError(`JavaScript's own property ${name} was replaced for good`);
    }
    const change = { object, key, now: bare(now), next: undefined };
    last = last ? (last.next = change) : (first = change);
  };
  try {
    for (let entry = recorded; entry; entry = entry.next) {
      const { object, properties, keys, isWhole } = entry;
      for (let at = 0; at < keys.length; at++) {
        const now = getOwnPropertyDescriptor(object, keys[at]);
        if (object === ROOT) bare(now);
        if (!now || !isSame(properties[keys[at]], now)) put(object, keys[at], properties[keys[at]], now);
      }
      if (!isWhole) continue;
      const present = ownKeys(object);
      for (let at = 0; present.length > keys.length && at < present.length; at++) {
        const key = present[at];
        if (!properties[key]) put(object, key, undefined, getOwnPropertyDescriptor(object, key));
      }
    }
    return apply(work, undefined, args);
  } finally {
    for (let change = first; change; change = change.next) {
      if (change.now) defineProperty(change.object, change.key, change.now);
      else deleteProperty(change.object, change.key);
    }
  }
};
// Recorded, since the user may replace it; what it calls cannot be replaced.
const log = G.console?.log;
const flush = (mark) => {
  log(mark);
};
defineProperty(G, "__multikernel__", { value: { __proto__: null, pristinely, flush } });
"""

SETUP = f'((G) => {{ "use strict"; {_SOURCE} }})({GLOBAL});'
"""Code to run silently after its start.

One name is added to the global object, `__multikernel__`, which is not enumerable.
"""

FLUSH = 'this.__multikernel__.flush("{mark}")'
"""Code that prints a mark, on a line of its own and in a message of its own; `console.group` may have indented it.

The user may have a variable of any name, but `this` is the global object, and that property is there for good.
"""
