// A type for each component.
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
  const types = [...code.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name);
  const missing = names.filter((name) => !types.includes(name));
  return [`${types.length} types of ${names.length} components`, missing.map((name) => `no type ${name}`)];
});
