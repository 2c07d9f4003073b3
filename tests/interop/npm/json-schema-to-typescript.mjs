// A type for each component, and a name for each type: where the tool numbers one (a reference with a
// description of its own becomes a copy), it has to be the same type.
import { compile } from "json-schema-to-typescript";
import { run } from "./document.mjs";

run(async ({ document }) => {
  const { components } = document;
  const names = Object.keys(components.schemas);
  const all = {
    title: "Everything",
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }])),
    components,
  };
  const code = await compile(all, "Everything", { unreachableDefinitions: false, format: false });
  const plain = code.replace(/\/\*[\s\S]*?\*\//g, "");
  const types = Object.fromEntries(
    plain
      .split(/^export (?:interface|type) /m)
      .slice(1)
      .map((text) => [text.match(/^\w+/)[0], text.replace(/^\w+/, "").replace(/(\w)\d+\b/g, "$1").replace(/\s+/g, "")]),
  );
  const missing = names.filter((name) => !types[name]);
  const taken = Object.keys(types).filter((name) => {
    const first = name.replace(/\d+$/, "");
    return first !== name && !names.includes(name) && types[name] !== types[first];
  });
  return [
    `${Object.keys(types).length} types of ${names.length} components`,
    [...missing.map((name) => `no type ${name}`), ...taken.map((name) => `${name}: its name is taken`)],
  ];
});
