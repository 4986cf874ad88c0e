import { z } from "zod";
import { time } from "./parts";

export const authorizationSchema = z
  .object({
    state: z
      .enum(["needed", "signed-in", "expired", "failed"])
      .describe(
        "needed: nobody has signed in. expired: the issuer gives no more tokens. failed: it cannot be asked now",
      ),
    reason: z.string().optional().describe("What is wrong, in words"),
    by: z.string().optional().describe("Name of the token that began the sign-in"),
    subject: z.string().optional().describe("Who signed in, where the issuer says it"),
    since: time.optional(),
    until: time.optional().describe("When the access token ends; it is renewed before"),
  })
  .meta({ id: "Authorization" });

/** A sign-in that was begun. */
export const begunSignInSchema = z
  .object({
    id: z.string().describe("Of this attempt, to ask how it went"),
    url: z.string().describe("Where to sign in, in a browser"),
    expiresAt: time.describe("Until then"),
  })
  .meta({ id: "BegunSignIn" });

/** How a sign-in went. */
export const signInAttemptSchema = z
  .object({
    outcome: z.enum(["waiting", "signed-in", "failed"]),
    reason: z.string().optional().describe("Why it failed, in words"),
    authorization: authorizationSchema,
  })
  .meta({ id: "SignInAttempt" });
