// Lists the user's variables, without running code of the user's: no getter, no trap of a Proxy, no method.
// `let`, `const` and `class` cannot be listed by code: V8's inspector could, but a session of it ends Deno 2.9 here.

const MOST_VARIABLES = 1000;
const MOST_PROTOTYPES = 20;

// Of the names that Deno itself gives to the global object, which come before the user's, some that come last.
const LAST_GIVEN = ["name", "close", "closed", "onerror", "onload", "onbeforeunload", "onunload", "clear"];

const mayBeProxy = isProxy ?? (() => true);
const getterOf = (object, name) => Object.getOwnPropertyDescriptor(object, name).get;
const lengthOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), "length");
const bytesOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), "byteLength");
const bufferBytesOf = getterOf(ArrayBuffer.prototype, "byteLength");
const sizeOfMap = getterOf(Map.prototype, "size");
const sizeOfSet = getterOf(Set.prototype, "size");
// A getter is not tried on a value of another type: for the error V8 goes through the whole chain of prototypes.

const ownValue = (object, name) => Object.getOwnPropertyDescriptor(object, name)?.value;
const className = (value) => {
  let type = Object.getPrototypeOf(value);
  for (let level = 0; level < MOST_PROTOTYPES && type !== null && !mayBeProxy(type); level++, type = Object.getPrototypeOf(type)) {
    const made = ownValue(type, "constructor");
    if (typeof made === "function" && !mayBeProxy(made)) {
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
  if (mayBeProxy(value)) return ["Proxy", "", null];
  if (Array.isArray(value)) return [className(value), String(value.length), null];
  const size = isTypedArray(value) ? lengthOf : isMap(value) ? sizeOfMap : isSet(value) ? sizeOfSet : undefined;
  const bytes = isTypedArray(value) ? bytesOf : isArrayBuffer(value) ? bufferBytesOf : undefined;
  return [className(value), size ? String(Reflect.apply(size, value, [])) : "", bytes ? Reflect.apply(bytes, value, []) : null];
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
  return { unlisted: "let, const and class are not listed", variables: own.slice(0, MOST_VARIABLES).map(rowOf), more: Math.max(0, own.length - MOST_VARIABLES) };
});

for (const [name, work] of Object.entries({ importValues, exportValue, listVariables, previewVariable }))
  Object.defineProperty(G.__multikernel__, name, { value: G.__multikernel__.pristinely(work) });
