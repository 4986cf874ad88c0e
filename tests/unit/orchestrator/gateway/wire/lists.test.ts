import assert from "node:assert/strict";
import {
  ALL_LISTS,
  CHANGES,
  concernsAll,
  granted,
  isList,
  isListChange,
  wished,
} from "../../../../../orchestrator/gateway/wire/lists";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

const ALL = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
};

describe("gateway: lists", () => {
  it("are known by their methods and by what says that they changed", () => {
    for (const method of ["tools/list", "prompts/list", "resources/list", "resources/templates/list"])
      assert.ok(isList(method), method);
    for (const method of ["roots/list", "constructor", ""]) assert.ok(!isList(method), method);
    assert.equal(CHANGES.length, 3, "templates change with resources");
    assert.ok(CHANGES.every(isListChange));
    assert.ok(isListChange("notifications/new/list_changed"));
    for (const method of [undefined, "list_changed", "notifications/message"]) assert.ok(!isListChange(method), method);
    assert.ok(concernsAll("notifications/resources/updated") && !concernsAll("notifications/progress"));
  });

  it("are watched as far as the server can tell of them", () => {
    const wishes = { ...ALL_LISTS, resourceSubscriptions: ["a:1"] };
    assert.deepEqual(granted(wishes, ALL), wishes);
    assert.deepEqual(granted({ ...wishes, resourceSubscriptions: [] }, ALL), ALL_LISTS);
    assert.deepEqual(granted(wishes, {}), {});
    assert.deepEqual(
      granted(wishes, { tools: { listChanged: "yes" }, prompts: null, resources: { subscribe: true } }),
      {
        resourceSubscriptions: ["a:1"],
      },
    );
    assert.deepEqual(granted({ toolsListChanged: 1, promptsListChanged: true, other: true }, ALL), {
      promptsListChanged: true,
    });
  });

  it("tell of changes to those who wished for them", () => {
    const wishes = granted({ toolsListChanged: true, resourceSubscriptions: ["a:1"] }, ALL);
    const told = (method: string, uri?: unknown): boolean => wished(wishes, frameOf({ method, params: { uri } }));
    assert.ok(told("notifications/tools/list_changed") && told("notifications/resources/updated", "a:1"));
    assert.ok(!told("notifications/prompts/list_changed") && !told("notifications/message", "a:1"));
    assert.ok(!told("notifications/resources/updated", "a:2") && !told("notifications/resources/updated"));
  });
});
