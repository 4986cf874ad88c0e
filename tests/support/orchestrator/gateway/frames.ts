import { Frame } from "../../../../orchestrator/gateway/wire/frame";

/** A message that a test writes as an object. */
export const frameOf = <T extends Frame = Frame>(message: object): T => Frame.read(JSON.stringify(message)) as T;

/** A value in JSON text, as it is written. */
export const rawAt = (text: string, path: string[]): string | undefined => Frame.read(text).raw(...path);
