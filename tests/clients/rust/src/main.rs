//! The official Rust SDK. Its only argument is a task, it prints one line of JSON for each step: ../steps.ts.
//! options.era: legacy, or auto, which asks for 2026-07-28 first.

use std::{io::stdin, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient,
    model::{CallToolRequestParams, ClientConfig, JsonObject, ProtocolVersion},
    service::RunningService,
    transport::StreamableHttpClientTransport,
};
use serde_json::{Value, json};
use tokio::time::timeout;

/// Characters of the large result.
const LARGE: usize = 5_000_000;
const CANCEL_AFTER: Duration = Duration::from_millis(500);
/// For one step.
const PATIENCE: Duration = Duration::from_secs(60);

struct Driver {
    url: String,
    prefix: String,
    modern: bool,
    client: Option<RunningService<RoleClient, ClientConfig>>,
}

impl Driver {
    fn client(&self) -> Result<&RunningService<RoleClient, ClientConfig>> {
        self.client.as_ref().context("it is not connected")
    }

    async fn connect(&mut self) -> Result<String> {
        let lifecycle = if self.modern {
            ClientLifecycleMode::Auto {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
                legacy_version: Some(ProtocolVersion::V_2025_11_25),
            }
        } else {
            ClientLifecycleMode::Initialize
        };
        let transport = StreamableHttpClientTransport::from_uri(self.url.clone());
        let client = ClientConfig::default().serve_with_lifecycle(transport, lifecycle).await?;
        let version = client.peer_info().map(|info| info.protocol_version.to_string());
        self.client = Some(client);
        Ok(version.unwrap_or_default())
    }

    /// The first text of the tool's result.
    async fn call_tool(&self, tool: &str, arguments: JsonObject) -> Result<String> {
        let params = CallToolRequestParams::new(format!("{}{tool}", self.prefix)).with_arguments(arguments);
        let result = self.client()?.call_tool(params).await?;
        let text = result.content.first().and_then(|part| part.as_text());
        Ok(text.context("the result has no text")?.text.clone())
    }

    async fn answers(&self) -> Result<String> {
        let pid = self.call_tool("pid", JsonObject::new()).await?;
        if pid.parse::<u32>().is_err() {
            bail!("got {pid}, expected a process id");
        }
        Ok(String::new())
    }

    async fn list(&self) -> Result<String> {
        let tools = self.client()?.list_all_tools().await?;
        let wanted = format!("{}pid", self.prefix);
        if !tools.iter().any(|tool| tool.name == wanted) {
            bail!("there is no {wanted} among {} tools", tools.len());
        }
        Ok(String::new())
    }

    /// A call whose future is dropped: the SDK then cancels it.
    async fn cancel(&self) -> Result<String> {
        if let Ok(ended) = timeout(CANCEL_AFTER, self.call_tool("hang", JsonObject::new())).await {
            bail!("the call ended before it was cancelled: {ended:?}");
        }
        self.answers().await
    }

    async fn large(&self) -> Result<String> {
        let arguments = JsonObject::from_iter([("bytes".to_string(), json!(LARGE))]);
        let text = self.call_tool("big", arguments).await?;
        if text.len() != LARGE {
            bail!("got {} characters, expected {LARGE}", text.len());
        }
        Ok(String::new())
    }

    async fn lost(&mut self) -> Result<String> {
        self.client()?;
        println!("{}", json!({ "end": "sessions" }));
        stdin().read_line(&mut String::new())?;
        let Err(failed) = self.answers().await else {
            return Ok("by itself".to_string());
        };
        self.close().await;
        self.connect().await?;
        self.answers().await?;
        Ok(format!("connects again after: {failed}"))
    }

    async fn close(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = client.cancel().await;
        }
    }

    async fn take(&mut self, step: &str) -> Result<String> {
        match step {
            "connect" => self.connect().await,
            "list" => self.list().await,
            "call" => self.answers().await,
            "cancel" => self.cancel().await,
            "large" => self.large().await,
            _ => self.lost().await,
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let task: Value = serde_json::from_str(&std::env::args().nth(1).context("expected one argument, a task")?)?;
    let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let mut driver = Driver {
        url: word(&task["url"]),
        prefix: word(&task["prefix"]),
        modern: task["options"]["era"] == "auto",
        client: None,
    };
    for step in ["connect", "list", "call", "cancel", "large", "lost"] {
        let took = timeout(PATIENCE, driver.take(step)).await;
        let (ok, note) = match took.unwrap_or_else(|_| Err(anyhow!("no answer for {PATIENCE:?}"))) {
            Ok(note) => (true, note),
            Err(error) => (false, format!("{error:#}").lines().next().unwrap_or_default().to_string()),
        };
        println!("{}", json!({ "step": step, "ok": ok, "note": note }));
    }
    driver.close().await;
    Ok(())
}
