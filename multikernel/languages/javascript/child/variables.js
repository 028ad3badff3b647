// Lists the user's variables: what was added to the global object. `let`, `const` and `class` cannot be listed by code.

const given = new Set(Reflect.ownKeys(G));

const sizeOf = (value) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? value.byteLength : null);
const shapeOf = (value) => {
  const length = value?.length ?? value?.size;
  return typeof value !== "function" && typeof length === "number" ? String(length) : "";
};
const typeOf = (value) => (isObject(value) ? nameOf(value) : value === null ? "null" : typeof value);

const listVariables = (folder) => answering(folder, () => ({
  variables: Object.keys(G).filter((name) => !given.has(name)).map((name) => [name, typeOf(G[name]), shapeOf(G[name]), sizeOf(G[name])]),
}));

Object.defineProperty(G, "__multikernel__", { value: Object.freeze({ importValue, exportValue, listVariables }) });
