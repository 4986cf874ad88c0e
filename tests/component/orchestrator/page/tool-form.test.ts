import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { parseExactly } from "../../../../lib/exact-json";
import { barriers } from "../../../support/page/browser";
import { openedPage } from "../../../support/page/opened-page";
import type { PageOverApi } from "../../../support/page/page-over-api";

/** One that no double holds. */
const HUGE = "9007199254740993";
const MARKUP = `<img src=x onerror="window.taken=1">`;

/** A tool's input schema with every kind of field. */
const EVERY = `{
  "type": "object",
  "required": ["text", "whole", "yes", "tags", "place", "fixed", "nullable"],
  "properties": {
    "text": { "type": "string", "title": ${JSON.stringify(MARKUP)}, "description": ${JSON.stringify(MARKUP)}, "minLength": 2 },
    "whole": { "type": "integer", "maximum": 9223372036854775807 },
    "exact": { "type": "integer", "default": ${HUGE} },
    "share": { "type": "number", "minimum": 0, "maximum": 1 },
    "yes": { "type": "boolean" },
    "maybe": { "type": "boolean" },
    "color": { "enum": ["red", "green", 3, null] },
    "ids": { "enum": [${HUGE}, 5] },
    "fixed": { "const": "always" },
    "limit": { "type": "integer", "default": 10 },
    "tags": { "type": "array", "items": { "type": "string" } },
    "points": { "type": "array", "items": { "$ref": "#/$defs/point" } },
    "place": { "$ref": "#/$defs/place", "description": "where it is" },
    "extra": { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" }, "b": { "type": "number" } } },
    "either": { "oneOf": [{ "type": "string" }, { "type": "integer" }, { "$ref": "#/$defs/point" }] },
    "optional": { "anyOf": [{ "type": "string" }, { "type": "null" }], "default": null },
    "nullable": { "type": ["string", "null"] },
    "mail": { "type": "string", "format": "email" },
    "day": { "type": "string", "format": "date" },
    "anything": {},
    "map": { "type": "object", "additionalProperties": { "type": "number" } },
    "tree": { "$ref": "#/$defs/tree" },
    "based": { "allOf": [{ "$ref": "#/$defs/point" }], "title": "Based" }
  },
  "$defs": {
    "point": { "type": "object", "required": ["x"], "properties": { "x": { "type": "number" }, "y": { "type": "number" } } },
    "place": { "type": "object", "required": ["city"], "properties": { "city": { "type": "string" }, "zip": { "type": "string" } } },
    "tree": { "type": "object", "properties": { "name": { "type": "string" }, "child": { "$ref": "#/$defs/tree" } } }
  }
}`;

describe("the page's form of a tool", function () {
  this.timeout(240_000);
  let over: PageOverApi;
  let page: Page;
  const opened = openedPage();
  let card: Locator;

  const addTool = (name: string, inputSchema: unknown) =>
    over.api.fleet.tools.push({
      ...{ name, digest: "0".repeat(64), approval: "approved", visible: true },
      definition: { name, inputSchema },
    });
  const open = async (name: string) => {
    await page.goto(`${over.url}/servers/echo?tab=tools`);
    card = page.locator("details", { has: page.locator(`summary bdi:text-is("${name}")`) });
    await card.locator("summary").click();
  };
  const call = () => card.getByRole("button", { name: "Call", exact: true }).click();
  const said = () => card.getByRole("region", { name: "Result" }).locator("pre").first();
  /** The arguments that arrived, their numbers as texts. */
  const sent = async () => parseExactly(String(await said().textContent()));
  const box = (name: string) => card.getByRole("textbox", { name, exact: true });

  before(() => {
    ({ over, page } = opened);
    addTool("every", parseExactly(EVERY));
    addTool("nothing", { type: "object", properties: {} });
  });
  afterEach(async () => {
    assert.equal(await page.evaluate("window.taken"), undefined);
  });

  it("sends what is needed and the defaults, and nothing of what was left empty", async () => {
    await open("every");
    await box("text*").fill("two\nlines");
    await box("whole*").fill("7");
    await box("city*").fill("Bern");
    await card.getByRole("combobox", { name: "Kind" }).last().selectOption("null");
    await call();
    assert.deepEqual(JSON.parse(JSON.stringify(await sent())), {
      ...{ text: "two\nlines", whole: 7, yes: false, fixed: "always", limit: 10, tags: [], place: { city: "Bern" } },
      ...{ nullable: null, exact: JSON.parse(HUGE) },
    });
    assert.ok((await said().textContent())?.includes(`"exact":${HUGE}`));
  });

  it("sends each kind of value as it was given, numbers to the last digit", async () => {
    await open("every");
    await box("text*").fill(MARKUP);
    await box("whole*").fill("9223372036854775807");
    await box("exact").fill("-123456789012345678901234567890");
    await box("share").fill("0.1000000000000000055");
    await card.getByLabel("yes*").selectOption("yes");
    await card.getByLabel("maybe").selectOption("no");
    await card.getByLabel("color").selectOption("null");
    await card.getByLabel("ids").selectOption(HUGE);
    await box("limit").fill("");
    const group = (name: string) => card.getByRole("group", { name });
    await group("tags").getByRole("button", { name: "Add an item" }).click();
    await group("tags").getByRole("textbox").fill("one");
    await group("points").getByRole("button", { name: "Add an item" }).click();
    await group("points").getByRole("textbox", { name: "x*" }).fill("1e2");
    await box("city*").fill("Bern");
    await group("extra").getByRole("button", { name: "Give it" }).click();
    await group("extra").getByRole("textbox", { name: "a*" }).fill("a");
    const kinds = card.getByRole("combobox", { name: "Kind" });
    await kinds.first().selectOption("integer");
    await card.locator(".kinds").first().getByRole("textbox").fill(HUGE);
    await kinds.last().selectOption("string");
    await card.locator(".kinds").last().getByRole("textbox").fill("text");
    await box("mail").fill("me@example.com");
    await box("day").fill("2026-11-30");
    await box("anything").fill(`[${HUGE}, {"a": null}]`);
    await box("map").fill('{"a": 1}');
    await group("tree").getByRole("button", { name: "Give it" }).click();
    await group("tree").getByRole("textbox", { name: "child" }).fill('{"name": "leaf"}');
    await call();
    const text = String(await said().textContent());
    assert.deepEqual(parseExactly(text), {
      ...{ text: MARKUP, whole: exactly("9223372036854775807"), exact: exactly("-123456789012345678901234567890") },
      ...{ share: exactly("0.1000000000000000055"), yes: true, maybe: false, color: null, ids: exactly(HUGE) },
      ...{ fixed: "always", tags: ["one"], points: [{ x: 100 }], place: { city: "Bern" }, extra: { a: "a" } },
      ...{ either: exactly(HUGE), nullable: "text", mail: "me@example.com", day: "2026-11-30" },
      ...{ anything: [exactly(HUGE), { a: null }], map: { a: 1 }, tree: { child: { name: "leaf" } } },
    });
  });

  it("says what is missing or wrong at its field, and sends nothing", async () => {
    await open("every");
    await box("text*").fill("1");
    await box("whole*").fill("seven");
    await box("share").fill("2");
    await box("mail").fill("nobody");
    await box("anything").fill("{");
    await call();
    const alert = card.getByRole("alert");
    for (const line of ["whole: this is no number", "place.city: a value is needed", "anything: this is no number"])
      await alert.getByText(line).waitFor();
    for (const line of [/^text: at least 2 characters/, /^share: at most 1$/, /^mail: .*format email/])
      await alert.getByText(line).waitFor();
    assert.equal(await card.getByRole("region", { name: "Result" }).count(), 0);
    assert.deepEqual(await barriers(page), []);
  });

  it("turns into JSON and back without a loss", async () => {
    await open("every");
    await box("whole*").fill(HUGE);
    await card.getByRole("button", { name: "Write the arguments as JSON" }).click();
    const field = box("Arguments, as JSON");
    assert.ok((await field.inputValue()).includes(`"whole": ${HUGE}`));
    await field.fill(`{"text": "kept", "exact": 12345678901234567891, "more": ${HUGE}}`);
    await card.getByRole("button", { name: "Fill in a form" }).click();
    assert.equal(await box("exact").inputValue(), "12345678901234567891");
    await card.getByRole("button", { name: "Write the arguments as JSON" }).click();
    await field.fill(`{"any": ${HUGE}}`);
    await call();
    assert.equal(await said().textContent(), `{"any":${HUGE}}`);
    await field.fill("[");
    await call();
    await card.getByRole("alert").getByText("This is not JSON").waitFor();
  });

  it("calls a tool without arguments", async () => {
    await open("nothing");
    await card.getByText("It takes no arguments.").waitFor();
    await call();
    assert.equal(await said().textContent(), "{}");
  });

  it("falls back to JSON, with the reason, for a schema that is no form", async () => {
    const reasons: Record<string, [unknown, string]> = {
      none: [undefined, "does not list its arguments"],
      odd: [{ type: "string" }, "does not list its arguments"],
      outside: [{ $ref: "https://example.com/schema.json" }, "does not list its arguments"],
      endless: [{ $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } }, "does not list its arguments"],
      huge: [objectOf(Array.from({ length: 5_000 }, (_, at) => `field-${at}`)), "more than 200 fields"],
      wide: [wide(), "more than 200 fields"],
      proto: [JSON.parse('{"properties": {"__proto__": {"type": "string"}}}'), "changes an object's prototype"],
    };
    for (const [name, [schema]] of Object.entries(reasons)) addTool(name, schema);
    for (const [name, [, reason]] of Object.entries(reasons)) {
      await open(name);
      await card.getByText(reason).waitFor();
      await box("Arguments, as JSON").fill(`{"a": ${HUGE}}`);
      await call();
      assert.equal(await said().textContent(), `{"a":${HUGE}}`, name);
    }
  });

  it("shows the parts of an odd schema that no form can show as JSON, in their places", async () => {
    const evil = "(a+)+$";
    const properties = {
      tuple: { type: "array", prefixItems: [{ type: "string" }] },
      loop: { $ref: "#" },
      lost: { $ref: "#/$defs/none" },
      no: false,
      types: { type: 7, enum: "all", properties: [], items: 1, required: {} },
      slow: { type: "string", pattern: evil, title: MARKUP.repeat(1_000), format: "regex", default: "a".repeat(40) },
      "a.b/c~d": { type: "string" },
    };
    addTool("odd parts", { type: "object", properties, required: ["a.b/c~d", 7, "missing"] });
    await open("odd parts");
    await box("tuple").fill('["a", 1]');
    await box("loop").fill('{"loop": {}}');
    await box("types").fill("1");
    await call();
    await card.getByRole("alert").getByText("a.b/c~d: a value is needed").waitFor();
    await box("a.b/c~d*").fill("named");
    await call();
    const slow = "a".repeat(40);
    assert.deepEqual(await sent(), { tuple: ["a", 1], loop: { loop: {} }, types: 1, slow, "a.b/c~d": "named" });
  });

  it("leaves the check to the server where names are no text", async () => {
    addTool("half", { type: "object", properties: { "half \ud800": { type: "string" }, count: { type: "integer" } } });
    await open("half");
    await box("count").fill("1.5");
    await call();
    assert.deepEqual(await sent(), { count: 1.5 });
  });

  it("shows a result as it is: text, image, error, structured content, and nothing that would run", async () => {
    const { results } = over.api.fleet;
    const image = (mimeType: string, data: string) => ({ type: "image", mimeType, data });
    const svg = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="window.taken=1"/>`).toString("base64");
    results.set("nothing", {
      content: [{ type: "text", text: MARKUP }, image("image/png", DOT), image("image/svg+xml", svg)],
      structuredContent: parseExactly(`{"id": ${HUGE}}`),
      isError: true,
    });
    await open("nothing");
    await call();
    const result = card.getByRole("region", { name: "Result" });
    await result.getByRole("heading", { name: "The tool reports an error" }).waitFor();
    await result.getByText(MARKUP).waitFor();
    await result.getByText(`"id": ${HUGE}`).waitFor();
    assert.equal(await result.locator("img").count(), 1);
    await page.waitForFunction("document.querySelector('img.result')?.naturalWidth === 1");
    await result.getByText("image/svg+xml").waitFor();
  });
});

/** A PNG of one point. */
const DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const exactly = (text: string): unknown => parseExactly(text);

function objectOf(names: string[]): Record<string, unknown> {
  return { type: "object", properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])) };
}

/** A small schema that has 10 to the 12th fields once its references are followed. */
function wide(): Record<string, unknown> {
  const names = Array.from({ length: 10 }, (_, at) => `part-${at}`);
  const level = (below: number) => ({
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/level-${below}` }])),
  });
  const levels = Array.from({ length: 12 }, (_, at) => [`level-${at}`, level(at + 1)]);
  return { ...level(0), $defs: { ...Object.fromEntries(levels), "level-12": { type: "string" } } };
}
