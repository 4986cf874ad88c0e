import { ConsulError, type FoundCheck, type FoundService } from "../../../../orchestrator/discovery/consul/agent";
import type { Agent } from "../../../../orchestrator/discovery/consul/registrar";
import { type CheckState, checksOf, type Service } from "../../../../orchestrator/discovery/consul/service";

/** A Consul agent that is a table in memory. */
export class MemoryAgent implements Agent {
  readonly found = new Map<string, FoundService>();
  readonly states = new Map<string, FoundCheck & { output?: string }>();
  /** What was asked of it that changes something, in order. */
  readonly asked: string[] = [];
  /** Set: it does not answer. */
  away = false;
  /** Ids that the token may not write. */
  readonly forbidden = new Set<string>();
  inDatacenter = "dc1";

  async services(): Promise<FoundService[]> {
    this.#answers();
    return [...this.found.values()];
  }

  async checks(): Promise<FoundCheck[]> {
    this.#answers();
    return [...this.states.values()];
  }

  async datacenter(): Promise<string> {
    this.#answers();
    return this.inDatacenter;
  }

  async register(service: Service): Promise<void> {
    this.#asked("register", service.id);
    const { id: ID, name, address: Address, port: Port, tags: Tags, meta: Meta } = service;
    this.found.set(ID, { ID, Service: name, Address, Port, Tags, Meta });
    for (const [CheckID, { status: Status }] of Object.entries(checksOf(service)))
      this.states.set(CheckID, { CheckID, ServiceID: ID, Status });
  }

  async deregister(id: string): Promise<void> {
    this.#asked("deregister", id);
    this.found.delete(id);
    for (const { CheckID, ServiceID } of this.states.values()) if (ServiceID === id) this.states.delete(CheckID);
  }

  async tell(check: string, { status, output }: CheckState): Promise<void> {
    this.#answers();
    const known = this.states.get(check);
    if (!known) throw new ConsulError(`Unknown check ID "${check}"`, 404);
    this.asked.push(`tell ${check} ${status}`);
    this.states.set(check, { ...known, Status: status, output });
  }

  close(): void {
    this.asked.push("close");
  }

  /** Forgets all, as an agent without a disk does that is started again. */
  restartEmpty(): void {
    this.found.clear();
    this.states.clear();
  }

  #asked(what: string, id: string): void {
    this.#answers();
    this.asked.push(`${what} ${id}`);
    if (this.forbidden.has(id)) throw new ConsulError(`Permission denied: ${id}`, 403);
  }

  #answers(): void {
    if (this.away) throw new ConsulError("no answer: connect ECONNREFUSED");
  }
}
