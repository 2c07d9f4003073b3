import { Client, HTTPTransport, RequestManager } from "@open-rpc/client-js";
import { run } from "./client.mjs";

const TIMEOUT_MS = 20_000;
const settled = (promise) =>
  promise.then(
    (result) => ({ result }),
    (fault) => {
      if (typeof fault.code !== "number") throw fault;
      return { code: fault.code, data: fault.data };
    },
  );

run((url, headers) => {
  const client = new Client(new RequestManager([new HTTPTransport(url, { headers })]));
  return {
    call: (method, params) => settled(client.request({ method, params }, TIMEOUT_MS)),
    batch(calls) {
      client.startBatch();
      const answers = calls.map((call) => settled(client.request(call, TIMEOUT_MS)));
      client.stopBatch();
      return Promise.all(answers);
    },
    notify: (method, params) => client.notify({ method, params }),
  };
});
