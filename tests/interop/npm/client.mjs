// What every program here does: read the calls, make them through its client, print what came.
// The calls come as JSON on standard input: `url`, `key` and `calls`, each with a `method` and `params`.
// An outcome is {result}, {code, data} of an error, {status} where the client shows the HTTP status
// alone, {none: true} where nothing came and {failed} for anything else.
import { text } from "node:stream/consumers";

async function outcome(client, check, call) {
  if (check === "batch") {
    return client.batch && { results: await client.batch(call) };
  }
  if (check === "notification") {
    return client.notify && (await client.notify(call.method, call.params), { none: true });
  }
  return client.call(call.method, call.params);
}

// `connect(url, headers)` gives {call, batch, notify}; what the client can't do is left out.
export async function run(connect) {
  const asked = JSON.parse(await text(process.stdin));
  const lines = [];
  for (const [check, call] of Object.entries(asked.calls)) {
    const headers = check === "missing key" ? {} : { "X-API-Key": asked.key };
    let came;
    try {
      came = (await outcome(connect(asked.url, headers), check, call)) ?? null;
    } catch (fault) {
      came = { failed: `${fault?.name}: ${fault?.message}` };
    }
    lines.push(JSON.stringify({ check, outcome: came }));
  }
  // An exit cuts what is still on its way through a pipe.
  process.stdout.write(`${lines.join("\n")}\n`, () => process.exit(0));
}
