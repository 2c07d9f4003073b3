// json-rpc-2.0 makes requests and reads answers; the transport is ours.
import { JSONRPCClient, JSONRPCErrorException } from "json-rpc-2.0";
import { run } from "./client.mjs";

const read = ({ error, result }) =>
  error ? { code: error.code, data: error.data } : { result };

run((url, headers) => {
  const client = new JSONRPCClient(async (request) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(request),
    });
    if (answer.status !== 204) client.receive(await answer.json());
  });
  return {
    async call(method, params) {
      try {
        return { result: await client.timeout(20_000).request(method, params) };
      } catch (fault) {
        if (!(fault instanceof JSONRPCErrorException)) throw fault;
        return { code: fault.code, data: fault.data };
      }
    },
    async batch(calls) {
      const requests = calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call }));
      return (await client.requestAdvanced(requests)).map(read);
    },
    notify: async (method, params) => client.notify(method, params),
  };
});
