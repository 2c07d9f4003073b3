// Read the document, follow its references, and hold each example against the parameters of its method.
import { MethodCallValidator, parseOpenRPCDocument } from "@open-rpc/schema-utils-js";
import { run } from "./document.mjs";

run(async ({ document }) => {
  const parsed = await parseOpenRPCDocument(document);
  const validator = new MethodCallValidator(parsed);
  const problems = [];
  let examples = 0;
  for (const method of parsed.methods) {
    for (const example of method.examples ?? []) {
      examples += 1;
      // null means missing, which a schema does not say.
      const given = example.params.filter(({ value }) => value !== null);
      const params = Object.fromEntries(given.map(({ name, value }) => [name, value]));
      const faults = validator.validate(method.name, params);
      if (faults.length) problems.push(`${method.name}, ${example.name}: ${faults[0].message}`);
    }
  }
  if (!validator.validate("books.get", { id: "one" }).length) problems.push("a wrong parameter passes");
  return [`${parsed.methods.length} methods, ${examples} examples`, problems];
});
