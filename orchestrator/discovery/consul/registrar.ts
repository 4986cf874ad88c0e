import type { LiveMember } from "../../../config/fleet/member";
import { eachOf } from "../../../lib/each-of";
import { within } from "../../../lib/within";
import { type ConsulAgent, ConsulError } from "./agent";
import { Beats } from "./beats";
import { type Plan, plan } from "./plan";
import { type Registrant, type Service, serviceOf } from "./service";

/** Milliseconds between two comparisons of the fleet with what the agent has. */
const EVERY_MS = 5_000;
/** Milliseconds after a change of the fleet, in which more of them may come. */
const SETTLE_MS = 100;
/** Milliseconds that taking everything back may last when the orchestrator stops. */
const LEAVE_MS = 3_000;
/** Requests to the agent at the same time. */
const PARALLEL = 4;
/** Most problems in one reason. */
const TOLD = 3;

/** What registering needs of an agent. */
export type Agent = Pick<ConsulAgent, keyof ConsulAgent>;

export interface RegistrarOptions {
  registrant: Registrant;
  /** The datacenter that the agent must be in; undefined: any. */
  datacenter?: string;
  /** The agent, with the credentials of this moment. */
  agent(): Promise<Agent>;
  /** The fleet as it is; undefined while that is not known. */
  members(): readonly LiveMember[] | undefined;
  /** Called when registering begins to fail, fails for another reason, or works again (undefined). */
  onTurn(reason: string | undefined): void;
  /** @default 5 s */
  everyMs?: number;
}

/** How registering goes. */
export interface RegistrarState {
  state: "starting" | "registered" | "failing";
  /** Milliseconds since 1970: when that began. */
  since: number;
  /** Why it fails. */
  reason?: string;
  /** The services that the agent has of this fleet, as last seen. */
  services: readonly Service[];
  /** Since the orchestrator started. */
  counts: { registered: number; deregistered: number; failures: number };
}

/**
 * Keeps a Consul agent's services as the fleet is. Whatever happens to the agent, each comparison begins with what it
 * has: so one that was away, or came back empty, is right again after the next.
 */
export class Registrar {
  #state: RegistrarState["state"] = "starting";
  #since = Date.now();
  #reason: string | undefined;
  #services: readonly Service[] = [];
  readonly #counts = { registered: 0, deregistered: 0, failures: 0 };
  readonly #beats = new Beats();
  /** The next comparison, and when it is due (performance.now()). */
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #pass: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(private readonly options: RegistrarOptions) {}

  /** Begins. */
  start(): void {
    this.#schedule(0);
  }

  /** The fleet has changed. */
  changed(): void {
    if (this.#pass) this.#again = true;
    else this.#schedule(SETTLE_MS);
  }

  state(): RegistrarState {
    return {
      ...{ state: this.#state, since: this.#since, reason: this.#reason },
      ...{ services: this.#services, counts: { ...this.#counts } },
    };
  }

  /** Takes back all that is registered; gives up after some seconds. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await within(LEAVE_MS, this.#leave()).catch(() => {}); // the leases end by themselves
  }

  /** Compares after this time, or sooner where that is planned already: changes that never stop put nothing off. */
  #schedule(ms: number): void {
    const due = performance.now() + ms;
    if (this.#closed || (this.#timer && this.#due <= due)) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pass = this.#once().finally(() => {
        this.#pass = undefined;
        this.#schedule(this.#again ? SETTLE_MS : (this.options.everyMs ?? EVERY_MS));
        this.#again = false;
      });
    }, ms).unref();
  }

  /** Compares once. Never rejects. */
  async #once(): Promise<void> {
    try {
      const members = this.options.members();
      if (!members) return;
      const problems = await this.#reconcile(members.map((member) => serviceOf(member, this.options.registrant)));
      this.#turn(problems.length === 0 ? undefined : joined(problems));
    } catch (error) {
      this.#turn((error as Error).message);
    }
  }

  /** @returns what the agent refused @throws ConsulError when it cannot be asked at all */
  async #reconcile(wanted: Service[]): Promise<string[]> {
    const agent = await this.options.agent();
    await this.#checkDatacenter(agent);
    const { register, deregister, taken } = await this.#compare(agent, wanted);
    const problems = taken.map((id) => `the id ${id} is somebody else's in Consul: expected it to be free`);
    const refused = new Set(taken);
    const tryTo = async (id: string, work: () => Promise<void>): Promise<void> => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        if (!(error instanceof ConsulError) || error.status === undefined) throw error;
        refused.add(id);
        problems.push(error.message);
      }
    };
    await eachOf(deregister, PARALLEL, (id) =>
      tryTo(id, async () => {
        await agent.deregister(id);
        this.#counts.deregistered++;
      }),
    );
    await eachOf(register, PARALLEL, (service) =>
      tryTo(service.id, async () => {
        await agent.register(service);
        this.#counts.registered++;
        this.#beats.registered(service);
      }),
    );
    const there = wanted.filter(({ id }) => !refused.has(id));
    await eachOf(there, PARALLEL, (service) => tryTo(service.id, () => this.#beat(agent, service)));
    this.#services = wanted.filter(({ id }) => !refused.has(id));
    this.#beats.keep(wanted);
    return problems;
  }

  async #compare(agent: Agent, wanted: Service[]): Promise<Plan> {
    const [services, checks] = await Promise.all([agent.services(), agent.checks()]);
    return plan(wanted, { services, checks }, this.options.registrant);
  }

  async #checkDatacenter(agent: Agent): Promise<void> {
    const { datacenter } = this.options;
    if (datacenter === undefined || this.#state === "registered") return;
    const got = await agent.datacenter();
    if (got !== datacenter)
      throw new Error(
        `consul.datacenter: got an agent in ${JSON.stringify(got)}, expected ${JSON.stringify(datacenter)}`,
      );
  }

  async #beat(agent: Agent, service: Service): Promise<void> {
    for (const [check, state] of this.#beats.due(service)) {
      await agent.tell(check, state);
      this.#beats.told(check, state);
    }
  }

  async #leave(): Promise<void> {
    await this.#pass;
    const agent = await this.options.agent();
    const { deregister } = await this.#compare(agent, []);
    await eachOf(deregister, PARALLEL, (id) => agent.deregister(id));
    agent.close();
  }

  #turn(reason: string | undefined): void {
    if (reason !== undefined) this.#counts.failures++;
    const state = reason === undefined ? "registered" : "failing";
    const isNews = state !== this.#state || reason !== this.#reason;
    if (state !== this.#state) this.#since = Date.now();
    this.#state = state;
    this.#reason = reason;
    if (isNews && !this.#closed) this.options.onTurn(reason);
  }
}

/** Problems on one line; the same one once. */
function joined(problems: string[]): string {
  const all = [...new Set(problems)];
  const more = all.length > TOLD ? [`and ${all.length - TOLD} more like it`] : [];
  return [...all.slice(0, TOLD), ...more].join("; ");
}
