import type Docker from "dockerode";
import type { Settings } from "../../../config/settings";
import { dockerAt } from "../../../lib/docker-client";
import { parseJson } from "../../../lib/json";
import type { CatalogServer } from "../../../manifest/catalog";
import { usedServices } from "../../../manifest/catalog-services";
import { type ContainerSpec, containerName, containerSpec } from "../../../manifest/container/container-spec";
import { Label, Owner, Role } from "../../../manifest/container/labels";
import { isLearningName, learningName, learningProxyName } from "../../../manifest/container/learning";
import { SHARED, serviceContainer, serviceSpec, sharedSpec } from "../../../manifest/container/service-spec";
import { loadCatalog } from "../../../manifest/load-catalog";
import { parseManifest } from "../../../manifest/manifest";
import { isRemote } from "../../../manifest/remote";
import type { Manifest } from "../../../manifest/types";
import type { Outputs } from "../../../stack/outputs";
import { engineState } from "../../engine/host";
import { askInner, hasDoneItsWork, nameOf } from "../../engine/inner";
import { fullStackName, projectFolder, stackFilter, stackName } from "../../project";
import { exportState } from "../state";
import { type Difference, differences } from "./compare";
import { expectedFacts } from "./expected";
import { factsOf, inspected } from "./facts";
import { type RecordedContainer, recordedContainers, recordedFacts } from "./recorded";

/** What `stack validate` found. */
export interface Validation {
  /** Names of all containers that were compared. */
  compared: string[];
  differences: Difference[];
  /** Throwaway copies of servers that learn just now, and their proxies: nothing declares them, and they are to be there. */
  learning: string[];
}

/** All that containers in the engine are compared with. */
interface Declared {
  outputs: Outputs;
  servers: CatalogServer[];
  recorded: RecordedContainer[];
}

const absent = (container: string): Difference => ({ container, path: "container", expected: "one", got: "none" });

/** Compares every container of the stack, in the engine and the engine's own, with what is declared. Changes nothing. */
export async function validate(settings: Settings, outputs: Outputs): Promise<Validation> {
  const recorded = recordedContainers((await exportState())?.deployment ?? {});
  const servers = loadCatalog(
    settings.catalog,
    { servers: settings.servers, folders: settings.folders, settingsFile: `Pulumi.${stackName()}.yaml` },
    projectFolder(),
  );
  const engine = await engineDifferences(settings, recorded);
  const inside = await askInner(outputs, (docker) => compareInner(docker, { outputs, servers, recorded }));
  return {
    ...inside,
    compared: [settings.engineName, ...inside.compared],
    differences: [...engine, ...inside.differences],
  };
}

async function engineDifferences(
  { hostEngine, engineName }: Settings,
  recorded: RecordedContainer[],
): Promise<Difference[]> {
  const state = await engineState(dockerAt(hostEngine), engineName);
  const own = recorded.find(({ outer, name }) => outer && name === engineName);
  if (!state) return [absent(engineName)];
  if (!own) return [{ container: engineName, path: "container", expected: "none", got: "one" }];
  return [...sameId(own, state.Id), ...differences(engineName, recordedFacts(own), factsOf(inspected(state)), true)];
}

function sameId({ name, id }: RecordedContainer, got: string): Difference[] {
  return id === got ? [] : [{ container: name, path: "id", expected: id.slice(0, 12), got: got.slice(0, 12) }];
}

async function compareInner(docker: Docker, declared: Declared): Promise<Validation> {
  const { servers, recorded } = declared;
  const all = await docker.listContainers({ all: true, filters: stackFilter() });
  const present = new Map(all.map((container) => [nameOf(container), container.Id]));
  const inner = recorded.filter(({ outer }) => !outer);
  const local = servers.filter(({ manifest }) => !isRemote(manifest));
  const declaredNames = [
    ...local.flatMap(({ manifest: { name, services } }) => [
      containerName(name),
      ...services.map((service) => serviceContainer(name, service.name)),
    ]),
    ...usedServices(servers).map(({ service }) => serviceContainer(SHARED, service.name)),
  ];
  const wanted = [...new Set([...declaredNames, ...inner.map(({ name }) => name)])];
  const found: Difference[] = [];
  for (const name of wanted) {
    const id = present.get(name);
    const own = inner.find((one) => one.name === name);
    if (id === undefined) found.push(absent(name));
    else found.push(...(own ? sameId(own, id) : []), ...(await compareOne(docker, name, id, declared, own)));
  }
  const others = all.filter((container) => !wanted.includes(nameOf(container)));
  const learning = others.filter(isLearning).map(nameOf);
  const more = others.filter((one) => !hasDoneItsWork(one) && !isLearning(one));
  for (const one of more) found.push(...(await compareOne(docker, nameOf(one), one.Id, declared)));
  return { compared: [...wanted, ...more.map(nameOf)], differences: found, learning };
}

/** A copy of a server that learns, or its proxy: both go when its time is over. */
function isLearning(container: Docker.ContainerInfo): boolean {
  const { [Label.ManagedBy]: owner, [Label.Server]: server = "", [Label.CopyOf]: copyOf = "" } = container.Labels;
  const name = nameOf(container);
  if (owner !== Owner.Api || !isLearningName(server)) return false;
  return (
    (name === containerName(server) && learningName(copyOf) === server) ||
    (name === learningProxyName(server) && container.Labels[Label.Role] === Role.LearningEgress)
  );
}

/** One container with its manifest: of the catalog, or its own when the API deployed it; else with the state's record. */
async function compareOne(
  docker: Docker,
  name: string,
  id: string,
  { servers, outputs }: Declared,
  own?: RecordedContainer,
): Promise<Difference[]> {
  const container = await docker.getContainer(id).inspect();
  const actual = factsOf(inspected(container));
  const labels = container.Config.Labels;
  const companion = companionSpec(name, String(own?.inputs.image ?? container.Image), servers);
  if (companion) {
    const image = await docker.getImage(companion.image).inspect();
    const expected = expectedFacts(
      { ...companion, image: image.Id },
      { id: image.Id, config: image.Config },
      labels[Label.SecretsRevision],
    );
    return differences(name, expected, actual);
  }
  const ofCatalog = servers.find(({ manifest }) => containerName(manifest.name) === name)?.manifest;
  const manifest = ofCatalog ?? deployedManifest(labels);
  if (!manifest) {
    if (own) return differences(name, recordedFacts(own), actual, true);
    return [{ container: name, path: "container", expected: "none", got: "one that nothing declares" }];
  }
  const declaredImage = ofCatalog ? outputs.servers[ofCatalog.name]?.image : undefined;
  const image = await docker.getImage(declaredImage || container.Image).inspect();
  const spec = containerSpec(manifest, {
    image: image.Id,
    stack: fullStackName(),
    managedBy: ofCatalog ? Owner.Pulumi : Owner.Api,
  });
  const expected = expectedFacts(spec, { id: image.Id, config: image.Config }, labels[Label.SecretsRevision]);
  return differences(name, expected, actual);
}

/** The companion or shared service of the catalog that has this container. */
function companionSpec(container: string, image: string, servers: CatalogServer[]): ContainerSpec | undefined {
  for (const { manifest } of servers) {
    const service = manifest.services.find(({ name }) => serviceContainer(manifest.name, name) === container);
    if (service) return serviceSpec(manifest, service, { image, stack: fullStackName() });
  }
  const used = usedServices(servers).find(({ service: { name } }) => serviceContainer(SHARED, name) === container);
  return used && sharedSpec(used.service, used.users, { image, stack: fullStackName() });
}

/** The manifest of a server that was deployed through the API: its label is all there is of it. */
function deployedManifest(labels: Record<string, string>): Manifest | undefined {
  if (labels[Label.ManagedBy] !== Owner.Api) return undefined;
  return parseManifest(parseJson(labels[Label.Manifest] ?? ""), "label").manifest;
}
