/** The ports inside the orchestrator's container; the engine publishes the same numbers. */
export const PORTS = { api: 18080, page: 18081, metrics: 19090, docker: 12375 } as const;
