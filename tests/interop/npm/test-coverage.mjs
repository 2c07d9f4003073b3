// Call every method as its examples say, in the document's order, and hold the results against theirs.
import coverage from "@open-rpc/test-coverage";
import ExamplesRule from "@open-rpc/test-coverage/build/rules/examples-rule.js";
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

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

// What may differ: instants, and what is made anew for each.
function comparable(value, name) {
  if (Array.isArray(value)) return value.map((each) => comparable(each, name));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, comparable(each, key)]));
  }
  if (typeof value === "string" && INSTANT.test(value)) return "an instant";
  return value;
}

run(async ({ url, key, document }) => {
  const byName = {
    ...document,
    methods: document.methods.map((method) => ({ ...method, paramStructure: "by-name" })),
  };
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
    openrpcDocument: await parseOpenRPCDocument(byName),
    transport,
    reporters: ["empty"],
    rules: [new ByName()],
    skip: [],
    only: [],
  });
  const problems = [];
  const asked = new Set(calls.map((call) => call.methodName));
  for (const { name } of document.methods) if (!asked.has(name)) problems.push(`${name}: no example`);
  let equal = 0;
  for (const call of calls) {
    const [wanted, came] = [call.expectedResult, call.result].map((each) => JSON.stringify(comparable(each)));
    if (wanted === came) equal += 1;
    // An error of a rule, such as a book that is gone, is an answer; any other is a fault.
    else if (!call.valid && !(call.error?.code > 0)) {
      problems.push(`${call.methodName}: ${call.reason ?? call.requestError}`);
    }
  }
  return [`${asked.size} methods, ${equal} of ${calls.length} results equal`, problems];
});
