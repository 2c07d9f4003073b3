// Call every method as its examples say, in the document's order, and hold the results against theirs.
import coverage from "@open-rpc/test-coverage";
import ExamplesRule from "@open-rpc/test-coverage/build/rules/examples-rule.js";
import SchemaRule from "@open-rpc/test-coverage/build/rules/json-schema-faker-rule.js";
import { parseOpenRPCDocument } from "@open-rpc/schema-utils-js";
import { run } from "./document.mjs";

// Its own rule gives the values of an example to the first parameters of the method, whatever their names.
class ByName extends ExamplesRule.default {
  getCalls(document, method) {
    return (method.examples ?? []).flatMap((example) =>
      super.getCalls(document, { ...method, params: example.params, examples: [example] }),
    );
  }
}

const VARIES = {
  // Those of 2099 come from the parameters.
  instant: /^20[0-8]\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  key: /^octavo_\d+_[\w-]{43}$/,
};

// A result as text, without what differs from run to run: the present, new keys, the gateway's ids.
const comparable = (result) =>
  JSON.stringify(result, (_, value) =>
    typeof value === "string"
      ? (Object.keys(VARIES).find((kind) => VARIES[kind].test(value)) ?? value)
      : value,
  );

// The formats of JSON Schema are unknown to the tool, which then takes any result for wrong.
const withoutFormats = (document) =>
  JSON.parse(JSON.stringify(document), function (name, value) {
    return name === "format" && typeof value === "string" && "type" in this ? undefined : value;
  });

run(async ({ url, key, document }) => {
  const copy = withoutFormats(document);
  for (const method of copy.methods) method.paramStructure = "by-name";
  let id = 0;
  const transport = async (_, method, params) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-API-Key": key },
      body: JSON.stringify({ jsonrpc: "2.0", id: (id += 1), method, params }),
    });
    return answer.json();
  };
  const calls = await coverage.default({
    openrpcDocument: await parseOpenRPCDocument(copy),
    transport,
    reporters: ["empty"],
    rules: [new ByName(), new SchemaRule.default()],
    skip: [],
    only: [],
  });
  const problems = [];
  let equal = 0;
  for (const call of calls) {
    const [wanted, came] = [call.expectedResult, call.result].map(comparable);
    if (!call.valid) problems.push(`${call.methodName}: ${call.reason ?? call.requestError}`);
    else if (wanted === came) equal += 1;
    // A method without an example has its result held against the schema.
    else if (wanted !== undefined) problems.push(`${call.methodName}: ${wanted} became ${came}`);
  }
  const called = new Set(calls.map(({ methodName }) => methodName));
  for (const { name } of copy.methods) if (!called.has(name)) problems.push(`${name} was not called`);
  return [`${called.size} methods, ${equal} of ${calls.length} results equal`, problems];
});
