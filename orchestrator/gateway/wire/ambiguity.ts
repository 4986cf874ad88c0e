import { isObject, type Message } from "./json-rpc";
import { keysAt } from "./json-splice";

/** By these the gateway decides what a message is, and whom it allows. */
const ROUTING = ["jsonrpc", "id", "method", "params", "result", "error"];

/** As readers fold keys that do not mind their case; Go's standard library is one. */
const folded = (key: string): string => key.toUpperCase().toLowerCase();

/**
 * A key that some other reader of the text would take for one that decides: written twice, or in other case. A server
 * that reads it so would be called with a tool that the gateway did not check.
 * @param text the message
 */
export function ambiguousKey(message: Message, text: string): string | undefined {
  const seen = (path: string[], keys: string[]): string | undefined => {
    const found = keysAt(text, path).filter((key) => keys.includes(folded(key)));
    return found.find((key, index) => key !== folded(key) || found.indexOf(key) !== index);
  };
  const outer = seen([], ROUTING);
  if (outer !== undefined || message.method !== "tools/call" || !isObject(message.params)) return outer;
  return seen(["params"], ["name"]);
}
