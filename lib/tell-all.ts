/**
 * Calls every listener. One that throws stops neither the others nor the caller.
 * @param failed gets what a listener threw
 */
export function tellAll<Said extends unknown[]>(
  listeners: Iterable<(...said: Said) => void>,
  said: Said,
  failed: (error: Error) => void,
): void {
  for (const listener of listeners) {
    try {
      listener(...said);
    } catch (error) {
      failed(error as Error);
    }
  }
}
