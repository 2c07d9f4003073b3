// Reading the document's schemas: what a value may be, in words.

import { inline, element } from "./service.js";

let schemas = {};
export const useSchemas = (given) => { schemas = given; };

export function resolved(schema) {
  const name = schema?.$ref?.split("/").pop();
  if (!name) return schema ?? {};
  const { $ref, ...own } = schema;
  return { ...schemas[name], ...own };
}

export function variants(schema) {
  const whole = resolved(schema);
  return (whole.anyOf ?? whole.oneOf ?? [whole]).map(resolved);
}

// The one kind of value, leaving null aside; null if there are several kinds.
export function soleKind(schema) {
  const kinds = variants(schema).filter((each) => each.type !== "null");
  return kinds.length === 1 ? { ...kinds[0], ...describing(resolved(schema)) } : null;
}

const describing = ({ description, default: fallback }) => ({ ...(description && { description }), ...(fallback !== undefined && fallback !== null && { default: fallback }) });

export function kindOf(schema) {
  const kinds = variants(schema).map((each) => {
    if (each.enum) return each.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (each.const !== undefined) return JSON.stringify(each.const);
    if (each.type === "array") return `list of ${each.items ? kindOf(each.items) : "anything"}`;
    if (each.type === "string" && each.format) return each.format;
    return each.title && each.type === "object" ? each.title : (each.type ?? "anything");
  });
  return [...new Set(kinds)].join(" or ");
}

const grouped = (number) => number.toLocaleString("en");

export function limitsOf(schema) {
  const limits = [];
  const { minimum, maximum, minItems, maxItems, maxLength } = schema;
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && bounded) limits.push(`${grouped(minimum)} to ${grouped(maximum)}`);
  else if (minimum !== undefined) limits.push(`from ${grouped(minimum)}`);
  if (maxLength !== undefined) limits.push(`up to ${grouped(maxLength)} characters`);
  if (maxItems !== undefined) limits.push(`${minItems ?? 0} to ${maxItems} items`);
  if (schema.default !== undefined && schema.default !== null) limits.push(`default ${JSON.stringify(schema.default)}`);
  return limits.join(", ");
}

// Rows of a table: each field of an object, and those within it.
export function fieldsOf(schema, prefix = "") {
  return Object.entries(resolved(schema).properties ?? {}).flatMap(([name, each]) => {
    const inner = soleKind(each) ?? resolved(each);
    const described = [element("code", {}, prefix + name), kindOf(each), inline(resolved(each).description ?? "")];
    const nested = inner.type === "array" && inner.items ? fieldsOf(inner.items, `${prefix}${name}[].`) : fieldsOf(inner, `${prefix}${name}.`);
    return [described, ...nested];
  });
}
