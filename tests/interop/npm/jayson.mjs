import jayson from "jayson/promise/index.js";
import { run } from "./client.mjs";

const read = ({ error, result }) =>
  error ? { code: error.code, data: error.data } : { result };

run((url, headers) => {
  const { hostname, port, pathname } = new URL(url);
  const client = jayson.Client.http({ hostname, port, path: pathname, headers });
  return {
    async call(method, params) {
      try {
        return read(await client.request(method, params));
      } catch (fault) {
        if (typeof fault.code !== "number") throw fault;
        return { status: fault.code };
      }
    },
    async batch(calls) {
      const requests = calls.map(({ method, params }) => client.request(method, params, undefined, false));
      return (await client.request(requests)).map(read);
    },
    async notify(method, params) {
      if ((await client.request(method, params, null)) !== undefined) throw new Error("an answer came");
    },
  };
});
