/** What `pulumi up --json` tells, a line an event, as far as it is used here (Pulumi's apitype.EngineEvent). */
export interface UpEvent {
  resourcePreEvent?: { metadata: ResourceStep };
  resOutputsEvent?: { metadata: ResourceStep };
  resOpFailedEvent?: { metadata: ResourceStep };
  diagnosticEvent?: Diagnostic;
  summaryEvent?: { durationSeconds: number; resourceChanges?: Record<string, number> };
}

interface ResourceStep {
  /** `create`, `update`, `delete`, `same`, `create-replacement`, ... */
  op: string;
  urn: string;
}

/** A message of Pulumi or of the program. */
export interface Diagnostic {
  severity: "debug" | "info" | "info#err" | "warning" | "error";
  message: string;
  urn?: string;
}

/** Marks for colours, which Pulumi leaves in its messages. */
const COLOURS = /<\{%[^%]*%\}>/g;

/** A message as plain text. */
export function plainMessage({ message }: Pick<Diagnostic, "message">): string {
  return message.replace(COLOURS, "").trim();
}

/** Part of a fleet that people know by its name: a server, the engine, the orchestrator, ... */
interface Part {
  name: string;
  kind: "image" | "container";
}

/** The image or container that a step is about; undefined for what only helps them: volumes, networks, carriers of files. */
export function partOf(urn: string): Part | undefined {
  const [, , types = "", name = ""] = urn.split("::");
  if (types.endsWith("docker:index/remoteImage:RemoteImage"))
    return { name: name.replace(/-image$/, ""), kind: "image" };
  const carried = types.includes("dind-mcp:index:VolumeFiles$") || name.endsWith("-storage-folders");
  return types.endsWith("docker:index/container:Container") && !carried ? { name, kind: "container" } : undefined;
}
