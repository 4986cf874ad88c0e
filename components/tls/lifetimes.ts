/** Life of the engine's certificates: a year, renewed by the first `up` in its last third. */
export const LEAF_LIFETIME_HOURS = 365 * 24;
export const LEAF_RENEWAL_HOURS = 122 * 24;
