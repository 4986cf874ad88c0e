/** The ports of containers inside, the orchestrator's and the embedded Consul's; the engine publishes the same numbers. */
export const PORTS = { api: 18080, page: 18081, metrics: 19090, docker: 12375, consul: 8500 } as const;
