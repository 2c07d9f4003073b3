package octavo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.googlecode.jsonrpc4j.JsonRpcClientException;
import com.googlecode.jsonrpc4j.JsonRpcHttpClient;
import java.net.URL;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** jsonrpc4j over its HTTP client: it has neither batches nor notifications. */
public final class Client {
    private static final int TIMEOUT_MS = 20_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Client() {}

    public static void main(String[] arguments) throws Exception {
        JsonNode told = JSON.readTree(System.in);
        Iterator<Map.Entry<String, JsonNode>> calls = told.get("calls").fields();
        while (calls.hasNext()) {
            Map.Entry<String, JsonNode> each = calls.next();
            ObjectNode line = JSON.createObjectNode().put("check", each.getKey());
            line.set("outcome", outcome(told, each.getKey(), each.getValue()));
            System.out.println(JSON.writeValueAsString(line));
        }
    }

    private static JsonNode outcome(JsonNode told, String check, JsonNode call) {
        if (check.equals("batch") || check.equals("notification")) {
            return null;
        }
        ObjectNode came = JSON.createObjectNode();
        try {
            Map<String, String> headers = new HashMap<>();
            if (!check.equals("missing key")) {
                headers.put("X-API-Key", told.get("key").asText());
            }
            JsonRpcHttpClient client = new JsonRpcHttpClient(new URL(told.get("url").asText()), headers);
            client.setContentType("application/json");
            client.setReadTimeoutMillis(TIMEOUT_MS);
            String method = call.get("method").asText();
            JsonNode params = call.get("params");
            return came.set("result", client.invoke(method, params, JsonNode.class));
        } catch (JsonRpcClientException fault) {
            return came.put("code", fault.getCode()).set("data", fault.getData());
        } catch (Throwable fault) {
            return came.put("failed", fault + ": " + fault.getCause());
        }
    }
}
