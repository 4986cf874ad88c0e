/**
 * How a container changes: by a new one, always. One that never became healthy would be taken for fine at the next `up`;
 * "*" makes it a replacement instead. The old one goes first, because names and addresses are fixed.
 */
export const REPLACED = { deleteBeforeReplace: true, replaceOnChanges: ["*"] };
