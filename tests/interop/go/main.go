// ybbus/jsonrpc: it has no notifications.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/ybbus/jsonrpc/v3"
)

const timeout = 20 * time.Second

type call struct {
	Method string `json:"method"`
	Params any    `json:"params"`
}

type asked struct {
	URL   string                     `json:"url"`
	Key   string                     `json:"key"`
	Calls map[string]json.RawMessage `json:"calls"`
}

type outcome map[string]any

func read(answer *jsonrpc.RPCResponse, err error) outcome {
	var status *jsonrpc.HTTPError
	switch {
	case answer != nil && answer.Error != nil:
		return outcome{"code": answer.Error.Code, "data": answer.Error.Data}
	case errors.As(err, &status):
		return outcome{"status": status.Code}
	case err != nil:
		return outcome{"failed": err.Error()}
	}
	return outcome{"result": answer.Result}
}

func try(client jsonrpc.RPCClient, check string, raw json.RawMessage) any {
	ctx := context.Background()
	if check == "batch" {
		var calls []call
		if err := json.Unmarshal(raw, &calls); err != nil {
			return outcome{"failed": err.Error()}
		}
		requests := make(jsonrpc.RPCRequests, 0, len(calls))
		for _, each := range calls {
			requests = append(requests, jsonrpc.NewRequest(each.Method, each.Params))
		}
		answers, err := client.CallBatch(ctx, requests)
		if err != nil {
			return outcome{"failed": err.Error()}
		}
		results := make([]outcome, 0, len(answers))
		for _, each := range answers {
			results = append(results, read(each, nil))
		}
		return outcome{"results": results}
	}
	if check == "notification" {
		return nil
	}
	var one call
	if err := json.Unmarshal(raw, &one); err != nil {
		return outcome{"failed": err.Error()}
	}
	return read(client.Call(ctx, one.Method, one.Params))
}

func main() {
	var told asked
	if err := json.NewDecoder(os.Stdin).Decode(&told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := json.NewEncoder(os.Stdout)
	for check, raw := range told.Calls {
		headers := map[string]string{"X-API-Key": told.Key}
		if check == "missing key" {
			headers = nil
		}
		client := jsonrpc.NewClientWithOpts(told.URL, &jsonrpc.RPCClientOpts{
			HTTPClient:    &http.Client{Timeout: timeout},
			CustomHeaders: headers,
		})
		if err := lines.Encode(map[string]any{"check": check, "outcome": try(client, check, raw)}); err != nil {
			os.Exit(1)
		}
	}
}
