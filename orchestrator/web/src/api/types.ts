import type { z } from "zod";
import type { auditEntrySchema } from "../../../../api/schemas/audit";
import type {
  catalogOfferSchema,
  draftSchema,
  listedServerSchema,
  listedServersSchema,
  packageSourceSchema,
} from "../../../../api/schemas/drafts";
import type { egressSchema } from "../../../../api/schemas/egress";
import type { cleanupSchema, engineSchema } from "../../../../api/schemas/engine";
import type { logLineSchema } from "../../../../api/schemas/logs";
import type { serverEventSchema } from "../../../../api/schemas/server-events";
import type { serverDetailSchema, serverSchema } from "../../../../api/schemas/servers";
import type { sessionSchema } from "../../../../api/schemas/sessions";
import type { begunSignInSchema, signInAttemptSchema } from "../../../../api/schemas/sign-in";
import type { madeTokenSchema, tokenInfoSchema, tokenSchema } from "../../../../api/schemas/tokens";
import type { toolsSchema } from "../../../../api/schemas/tools";

export type Server = z.output<typeof serverSchema>;
export type ServerDetail = z.output<typeof serverDetailSchema>;
export type ServerEvent = z.output<typeof serverEventSchema>;
export type Tool = z.output<typeof toolsSchema>["items"][number];
export type Draft = z.output<typeof draftSchema>;
export type CatalogOffer = z.output<typeof catalogOfferSchema>;
export type PackageSource = z.output<typeof packageSourceSchema>;
export type ListedServer = z.output<typeof listedServerSchema>;
export type ListedServers = z.output<typeof listedServersSchema>;
export type BegunSignIn = z.output<typeof begunSignInSchema>;
export type Attempt = z.output<typeof signInAttemptSchema>;
export type Session = z.output<typeof sessionSchema>;
export type Engine = z.output<typeof engineSchema>;
export type Cleanup = z.output<typeof cleanupSchema>;
export type Egress = z.output<typeof egressSchema>;
export type LogLine = z.output<typeof logLineSchema>;
export type AuditEntry = z.output<typeof auditEntrySchema>;
export type Token = z.output<typeof tokenSchema>;
export type MadeToken = z.output<typeof madeTokenSchema>;
export type TokenInfo = z.output<typeof tokenInfoSchema>;

/** One page of a list. */
export interface Page<Item> {
  items: Item[];
  next?: string;
}
