/**
 * Replaces a container at every change. Otherwise the next `up` would take a container that never became healthy for a
 * good one; "*" replaces it. The old one goes first, because names and addresses are fixed.
 */
export const REPLACED = { deleteBeforeReplace: true, replaceOnChanges: ["*"] };
