import type { SpanExporter } from "@opentelemetry/sdk-trace";
import { AuditResult } from "../api/audit-result";
import type { OrchestratorConfig } from "../config/orchestrator-config";

/** What a span says about a call. It has no arguments and nobody's name. */
export interface TracedCall {
  /** Request id, as in the audit log. */
  request: string;
  /** MCP method. */
  method: string;
  /** Undefined where the request concerns all servers. */
  server?: string;
  tool?: string;
  /** First characters of the session's id. */
  session?: string;
  /** The span of the client that this call belongs to, from `traceparentOf`. */
  traceparent?: string;
}

/** Takes finished calls. Without `tracingEndpoint` it does nothing, and loads nothing of OpenTelemetry. */
export interface CallTracer {
  /** Never waits, never throws. @param ms from the call's arrival until now */
  finished(call: TracedCall, result: AuditResult, code: number | undefined, ms: number): void;
  /** Sends the remaining spans, which takes at most some seconds. */
  close(): Promise<void>;
}

/** W3C Trace Context; later versions may append fields. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const WARN_MS = 60_000;
/** Milliseconds to send one batch, also the last one. */
const EXPORT_MS = 5_000;

/**
 * Returns the client's span: `_meta.traceparent` of the message, otherwise the HTTP header, which may belong to a
 * connection that several calls share. Undefined when neither is well-formed.
 */
export function traceparentOf(meta: unknown, header: string | string[] | undefined): string | undefined {
  const inMessage =
    typeof meta === "object" && meta !== null ? (meta as Record<string, unknown>).traceparent : undefined;
  return [inMessage, header].find((text): text is string => typeof text === "string" && TRACEPARENT.test(text));
}

/**
 * Sends spans of MCP calls, by OpenTelemetry's semantic conventions for MCP, to `ENDPOINT/v1/traces`, in batches from a
 * bounded queue. A client that sends a sampled span decides that its call is sampled too; `sampleRatio` is for the
 * rest.
 * @param warn called when spans cannot be sent, at most once a minute
 */
export async function openTracer(
  { tracing, stack, version }: Pick<OrchestratorConfig, "tracing" | "stack" | "version">,
  warn: (message: string) => void,
): Promise<CallTracer | undefined> {
  if (!tracing) return undefined;
  const api = await import("@opentelemetry/api");
  const sdk = await import("@opentelemetry/sdk-trace");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");

  const url = `${tracing.endpoint.replace(/\/$/, "")}/v1/traces`;
  const exporter = warning(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }), warn);
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      "service.name": "dind-mcp",
      "service.version": version,
      "dind_mcp.stack": stack,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(tracing.sampleRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_MS })],
    spanLimits: { attributeValueLengthLimit: 256 },
  });
  const tracer = provider.getTracer("dind-mcp", version);

  const parentOf = (traceparent: string | undefined) => {
    const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? "") ?? [];
    if (!traceId || !spanId || !flags) return api.ROOT_CONTEXT;
    const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
    return api.trace.setSpanContext(api.ROOT_CONTEXT, parent);
  };
  return {
    finished: (call, result, code, ms) => {
      const end = Date.now();
      const name = (call.tool === undefined ? call.method : `${call.method} ${call.tool}`).slice(0, 128);
      const options = { kind: api.SpanKind.SERVER, startTime: end - ms, attributes: attributesOf(call, result, code) };
      const span = tracer.startSpan(name, options, parentOf(call.traceparent));
      if (result !== AuditResult.Ok) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end(end);
    },
    close: () => provider.shutdown().catch(() => {}), // the exporter has warned
  };
}

function attributesOf(call: TracedCall, result: AuditResult, code: number | undefined) {
  const tool =
    call.tool === undefined ? {} : { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": call.tool };
  const failed =
    result === AuditResult.Ok ? {} : { "error.type": result === AuditResult.ToolError ? "tool_error" : result };
  return {
    "mcp.method.name": call.method,
    "mcp.session.id": call.session,
    "rpc.response.status_code": code === undefined ? undefined : String(code),
    "dind_mcp.server": call.server,
    "dind_mcp.request.id": call.request,
    ...tool,
    ...failed,
  };
}

function warning(exporter: SpanExporter, warn: (message: string) => void): SpanExporter {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error && performance.now() - warnedAt > WARN_MS) {
          warnedAt = performance.now();
          warn(`traces cannot be sent: ${result.error.message}`);
        }
        done(result);
      }),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
