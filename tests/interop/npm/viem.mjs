// viem's transport for Ethereum nodes, which any JSON-RPC 2.0 service has to please. It has no notifications.
import { http, RpcRequestError } from "viem";
import { run } from "./client.mjs";

const settled = (promise) =>
  promise.then(
    (result) => ({ result }),
    (fault) => {
      const error = fault.walk?.((each) => each instanceof RpcRequestError);
      if (!error) throw fault;
      return { code: error.code, data: error.data };
    },
  );

run((url, headers) => {
  const options = { fetchOptions: { headers }, retryCount: 0, timeout: 20_000 };
  const one = http(url, options)({});
  const many = http(url, { ...options, batch: { wait: 5 } })({});
  return {
    call: (method, params) => settled(one.request({ method, params })),
    batch: (calls) => Promise.all(calls.map((call) => settled(many.request(call)))),
  };
});
