// Lists the user's variables, without running code of the user's: no getter, no trap of a Proxy, no method.
// `let`, `const` and `class` cannot be listed by code.

const MOST_VARIABLES = 1000;
const MOST_PROTOTYPES = 50;

// Of the names that Deno itself gives to the global object, which come before the user's, some that come last.
const LAST_GIVEN = ["name", "close", "closed", "onerror", "onload", "onbeforeunload", "onunload", "clear"];

// node:util would add a name to the global object. Where neither is there, no object is looked at.
const isProxy = Deno[Deno.internal]?.core?.isProxy ?? (() => true);
const getterOf = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;
const lengthOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), "length");
const bytesOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), "byteLength");
const bufferBytesOf = getterOf(ArrayBuffer.prototype, "byteLength");
const SIZES = [getterOf(Map.prototype, "size"), getterOf(Set.prototype, "size")];

// What a getter that belongs to a type finds in a value, or undefined if the value is of another type.
const found = (getter, value) => {
  try {
    return Reflect.apply(getter, value, []);
  } catch {
    return undefined;
  }
};

const ownValue = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;
const className = (value) => {
  let type = Object.getPrototypeOf(value);
  for (let level = 0; level < MOST_PROTOTYPES && type !== null && !isProxy(type); level++, type = Object.getPrototypeOf(type)) {
    const made = ownValue(type, "constructor");
    if (typeof made === "function" && !isProxy(made)) {
      const name = ownValue(made, "name");
      return typeof name === "string" && name !== "" ? name : "object";
    }
  }
  return "object";
};

const described = (value) => {
  if (value === null) return ["null", "", null];
  if (typeof value === "string") return ["string", String(value.length), null];
  if (typeof value !== "object") return [typeof value, "", null];
  if (isProxy(value)) return ["Proxy", "", null];
  if (Array.isArray(value)) return [className(value), String(value.length), null];
  if (ArrayBuffer.isView(value)) return [className(value), String(found(lengthOf, value) ?? ""), found(bytesOf, value) ?? null];
  const size = SIZES.map((getter) => found(getter, value)).find((count) => count !== undefined);
  return [className(value), size === undefined ? "" : String(size), found(bufferBytesOf, value) ?? null];
};

const rowOf = (name) => {
  const property = Object.getOwnPropertyDescriptor(G, name);
  if (!("value" in property)) return [name, "accessor", "", null];
  try {
    return [name, ...described(property.value)];
  } catch {
    return [name, "unknown", "", null];
  }
};

const listVariables = (folder) => answering(folder, () => {
  const names = Object.keys(G);
  const own = names.slice(1 + Math.max(...LAST_GIVEN.map((name) => names.lastIndexOf(name))));
  return { variables: own.slice(0, MOST_VARIABLES).map(rowOf), more: Math.max(0, own.length - MOST_VARIABLES) };
});

Object.defineProperty(G, "__multikernel__", { value: Object.freeze({ importValues, exportValue, listVariables }) });
