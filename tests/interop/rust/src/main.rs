//! jsonrpsee over its HTTP client.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use jsonrpsee::core::client::{ClientT, Error};
use jsonrpsee::core::params::{ArrayParams, BatchRequestBuilder, ObjectParams};
use jsonrpsee::core::traits::ToRpcParams;
use jsonrpsee::http_client::{transport, HttpClient};
use jsonrpsee::types::ErrorObject;
use serde_json::value::RawValue;
use serde_json::{json, Value};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Parameters as they were told, by name or by position.
struct Params(Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        match self.0 {
            Value::Object(named) => {
                let mut params = ObjectParams::new();
                for (name, value) in named {
                    params.insert(&name, value)?;
                }
                params.to_rpc_params()
            }
            Value::Array(values) => {
                let mut params = ArrayParams::new();
                for value in values {
                    params.insert(value)?;
                }
                params.to_rpc_params()
            }
            _ => Ok(None),
        }
    }
}

fn of_error(error: &ErrorObject) -> Value {
    let data = error.data().map(|raw| serde_json::from_str::<Value>(raw.get()).unwrap_or_default());
    json!({"code": error.code(), "data": data})
}

fn of_fault(fault: &Error) -> Value {
    match fault {
        Error::Call(error) => of_error(error),
        Error::Transport(cause) => match cause.downcast_ref::<transport::Error>() {
            Some(transport::Error::Rejected { status_code }) => json!({"status": status_code}),
            _ => json!({"failed": cause.to_string()}),
        },
        other => json!({"failed": other.to_string()}),
    }
}

fn method(call: &Value) -> &str {
    call["method"].as_str().unwrap_or_default()
}

async fn batch(client: &HttpClient, calls: &[Value]) -> Value {
    let mut request = BatchRequestBuilder::new();
    for call in calls {
        if let Err(fault) = request.insert(method(call), Params(call["params"].clone())) {
            return json!({"failed": fault.to_string()});
        }
    }
    match client.batch_request::<Value>(request).await {
        Ok(answers) => {
            let results: Vec<Value> = answers
                .into_iter()
                .map(|answer| match answer {
                    Ok(result) => json!({"result": result}),
                    Err(error) => of_error(&error),
                })
                .collect();
            json!({"results": results})
        }
        Err(fault) => of_fault(&fault),
    }
}

async fn outcome(client: &HttpClient, check: &str, call: &Value) -> Value {
    if let Some(calls) = call.as_array() {
        return batch(client, calls).await;
    }
    let params = Params(call["params"].clone());
    if check == "notification" {
        return match client.notification(method(call), params).await {
            Ok(()) => json!({"none": true}),
            Err(fault) => of_fault(&fault),
        };
    }
    match client.request::<Value, _>(method(call), params).await {
        Ok(result) => json!({"result": result}),
        Err(fault) => of_fault(&fault),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let told: Value = serde_json::from_reader(std::io::stdin())?;
    let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
    for (check, call) in told["calls"].as_object().into_iter().flatten() {
        let mut headers = HeaderMap::new();
        if check != "missing key" {
            headers.insert("X-API-Key", HeaderValue::from_str(&text("key"))?);
        }
        let client = HttpClient::builder()
            .set_headers(headers)
            .request_timeout(TIMEOUT)
            .build(text("url"))?;
        println!("{}", json!({"check": check, "outcome": outcome(&client, check, call).await}));
    }
    Ok(())
}
