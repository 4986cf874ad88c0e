// Stands in the bundle for packages that the orchestrator never calls (components/inner/orchestrator-bundle.ts).
export {};
