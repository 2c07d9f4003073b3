// Finding methods by words in any order: in their names, texts, parameters and errors.

import { resolved, soleKind } from "./schemas.js";

// What can be found of a method, the most telling first: [weight, text, place on its page, why].
function places(method) {
  const errors = method.errors.map(({ code, message, data }) => [1, `${data.type} ${data.type.replaceAll("_", " ")} ${code} ${message}`, data.type, `error ${data.type}`]);
  return [
    [8, method.name.replaceAll(/[._]/g, " "), "", ""],
    [8, method.name, "", ""],
    [4, method.summary, "", ""],
    [2, method.description, "", ""],
    ...method.params.map((each) => [3, paramText(each.name, each.schema, each.description), each.name, `parameter ${each.name}`]),
    ...errors,
  ];
}

function paramText(name, schema, description) {
  const kind = soleKind(schema) ?? resolved(schema);
  const inner = kind.type === "array" && kind.items ? soleKind(kind.items) ?? {} : kind;
  const fields = Object.entries(inner.properties ?? {}).map(([each, field]) => `${each} ${resolved(field).description ?? ""}`);
  return [name, name.replaceAll("_", " "), description, ...fields].join(" ");
}

// Every word has to be somewhere; those whose name and summary hold the words come first.
export function found(methods, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = methods.map((method) => {
    const all = places(method).map(([weight, told, part, why]) => ({ weight, told: told.toLowerCase(), part, why }));
    const best = words.map((word) => all.filter((each) => each.told.includes(word)).sort((one, other) => other.weight - one.weight)[0]);
    if (best.some((each) => !each)) return null;
    const weakest = best.reduce((one, other) => (one.weight <= other.weight ? one : other));
    const score = best.reduce((sum, each) => sum + each.weight, 0);
    return { method, part: weakest.part, why: weakest.why, score };
  });
  return hits.filter(Boolean).sort((one, other) => other.score - one.score);
}
