const removals: (() => Promise<void>)[] = [];

/** Has something removed when all tests are over. */
export function atEnd(removal: () => Promise<void>): void {
  removals.push(removal);
}

/**
 * Removes all of it, side by side, for most of it is waiting; one that fails keeps no other from going.
 * @throws Error with all that failed
 */
export async function removeAll(): Promise<void> {
  const gone = await Promise.allSettled(removals.splice(0).map((remove) => remove()));
  const failed = gone.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  if (failed.length > 0) throw new Error(failed.join("\n"));
}
