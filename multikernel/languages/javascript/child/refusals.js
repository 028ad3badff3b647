// What cannot leave, and what to run instead.

// A part that there is no counterpart for; in `instead`, an expression, {x} stands for it.
class Unfit extends Error {
  constructor(kind, why = "", instead = "") {
    super(kind);
    Object.assign(this, { kind, why, instead });
  }
}

const SAME_KEYS = "Object.fromEntries(Object.entries({x}))";
const TEXT_KEYS = "Object.fromEntries(Object.entries({x}).map(([key, each]) => [key.toWellFormed(), each]))";
const TEXT_KEYS_OF_MAP = "new Map(Array.from({x}, ([key, each]) => [String(key).toWellFormed(), each]))";

// What to put in place of an object, by its type.
const INSTEAD_OF = [
  [G.RegExp, "String({x})"], [G.URL, "String({x})"], [Error, "String({x})"], [G.Promise, "await {x}"],
  [Number, "{x}.valueOf()"], [String, "{x}.valueOf()"], [Boolean, "{x}.valueOf()"], [BigInt, "{x}.valueOf()"],
  [G.DataView, "new Uint8Array({x}.buffer.slice({x}.byteOffset, {x}.byteOffset + {x}.byteLength))"],
  [G.SharedArrayBuffer, "new Uint8Array({x}).slice()"],
];
const insteadOf = (value) => INSTEAD_OF.find(([type]) => type !== undefined && value instanceof type)?.[1] ?? SAME_KEYS;

// A key as code.
const literalOf = (key) => {
  if (typeof key === "bigint") return `${key}n`;
  return typeof key === "string" ? JSON.stringify(key) : Object.is(key, -0) ? "-0" : String(key);
};

// How a part is written after what it is in.
const written = ([how, key]) => {
  if (how === "get") return `.get(${literalOf(key)})`;
  if (how !== "field") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
};
const pathOf = (steps) => steps.map(written).join("");

// An expression for a part; an element of a Set is reached in a copy, which is no matter for what is in it.
const accessOf = (name, steps) =>
  steps.reduce((above, step) => (step[0] === "element" ? `[...${above}][${step[1]}]` : above + written(step)), name);

// Rows of path, type and why. Parts of one object that need the same are one row.
const refusalRows = (name, refusals) => {
  const groups = new Map();
  for (const each of refusals) {
    const { kind, why, instead } = each.unfit;
    const group = JSON.stringify([pathOf(each.steps.slice(0, -1)), each.steps.at(-1)?.[0] ?? "", kind, why, instead]);
    groups.has(group) ? groups.get(group).push(each) : groups.set(group, [each]);
  }
  return [...groups.values()].map((group) => {
    const { kind, why, instead } = group[0].unfit;
    const more = group.length > 1 ? `and ${group.length - 1} more like it: ` : "";
    const advice = instead === "" ? "" : `; run \`${statementFor(name, group, instead)}\` first`;
    return [pathOf(group[0].steps), kind, `${more}${why || "cannot be copied"}${advice}`];
  });
};

const statementFor = (name, group, instead) => {
  const steps = group[0].steps;
  const put = (part) => instead.replaceAll("{x}", () => part);
  if (steps.length === 0) return `${name} = ${put(name)}`;
  const above = accessOf(name, steps.slice(0, -1));
  const how = steps.at(-1)[0];
  const keys = `[${group.map((each) => literalOf(each.steps.at(-1)[1])).join(",")}]`;
  if (how === "element") return statementFor(name, [{ steps: steps.slice(0, -1) }], `new Set(Array.from({x}, (each, i) => ${keys}.includes(i) ? ${put("each")} : each))`);
  if (how === "get") return `for (const k of ${keys}) ${above}.set(k, ${put(`${above}.get(k)`)})`;
  if (group.length > 1) return `for (const k of ${keys}) ${above}[k] = ${put(`${above}[k]`)}`;
  return `${accessOf(name, steps)} = ${put(accessOf(name, steps))}`;
};
