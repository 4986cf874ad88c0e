import { z } from "zod";
import { key } from "../key";
import { httpUrl, port, text } from "../parts";
import { PORTS } from "../ports";

const isUrl = (value: string): boolean => value === "" || httpUrl.safeParse(value).success;

/** What is watched, kept and measured. */
export const oversightKeys = {
  toolChanges: key(z.enum(["report", "block"], "report or block").default("report"), {
    meaning: "Whether a tool whose definition changed is reported, or hidden until somebody approves it.",
    example: "block",
    orchestrator: "toolChanges",
  }),
  auditArguments: key(z.enum(["redacted", "full", "none"], "redacted, full or none").default("redacted"), {
    meaning: "What the audit log keeps of a tool call's arguments: their names, their values, nothing.",
    example: "none",
    orchestrator: "audit.arguments",
  }),
  metricsPort: key(port.default(PORTS.metrics), {
    meaning: "Host port of the Prometheus metrics.",
    example: 19190,
  }),
  tracingEndpoint: key(text.refine(isUrl, "an http or https URL").default(""), {
    kind: "http(s) URL",
    meaning: "Collector of OpenTelemetry traces, OTLP over HTTP.",
    byDefault: "no traces",
    example: "http://collector.example.com:4318",
    orchestrator: "tracing.endpoint",
  }),
};
