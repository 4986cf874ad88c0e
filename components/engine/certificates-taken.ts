import * as pulumi from "@pulumi/pulumi";
import { type Credentials, untilAccepted } from "./accepts";

/** Waits, in an update, until the engine has taken its certificates. A preview changes nothing, and so waits for nothing. */
export async function certificatesTaken(endpoint: string, credentials: Credentials): Promise<void> {
  if (!pulumi.runtime.isDryRun()) await untilAccepted(endpoint, credentials);
}
