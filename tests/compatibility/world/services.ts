import type { Answer, Service } from "./service";

/** Every service answers with it where a caller shows it, and only to who has the key. */
export const SAID = "The kettle boils at noon";
/** The key of each service. */
export const KEY = "dummy-key-0123456789abcdef";
/** The password of the databases' user. */
export const PASSWORD = "pass-0123456789";
export const SUPABASE_KEY = `sbp_${"0123456789".repeat(4)}`;

const BEARER = { authorization: `Bearer ${KEY}` };
const HERE = "https://example.com/";
const DAY = "2026-11-30T12:00:00Z";
const PAGE = `<html><head><title>A page</title></head><body><h1>A page</h1><p>${SAID}.</p></body></html>`;

const json = (path: string, body: unknown): Answer => ({ path, body });

const owner = { login: "me", id: 1, node_id: "a", avatar_url: HERE, url: HERE, html_url: HERE, type: "User" };
const repository = {
  ...{ id: 1, node_id: "a", name: "kettle", full_name: "me/kettle", private: false, owner, html_url: HERE },
  ...{ description: SAID, fork: false, url: HERE, created_at: DAY, updated_at: DAY, pushed_at: DAY },
  ...{ git_url: HERE, ssh_url: HERE, clone_url: HERE, default_branch: "main" },
};
const project = {
  ...{ id: 1, name: "kettle", path_with_namespace: "me/kettle", visibility: "public", web_url: HERE },
  ...{ description: SAID, ssh_url_to_repo: HERE, http_url_to_repo: HERE, created_at: DAY },
  ...{ last_activity_at: DAY, default_branch: "main" },
};
const result = { title: "Kettle", url: HERE, description: SAID, content: SAID, text: SAID, markdown: SAID, id: HERE };

const found = `<div class="result"><h2 class="result__title"><a href="${HERE}">Kettle</a></h2><a class="result__snippet">${SAID}</a></div>`;
const atom = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><opensearch:totalResults>1</opensearch:totalResults>
<entry><id>http://arxiv.org/abs/2611.00001v1</id><title>${SAID}</title><summary>${SAID}</summary><published>${DAY}</published><updated>${DAY}</updated>
<author><name>Me</name></author><category term="cs.AI"/><link href="http://arxiv.org/pdf/2611.00001v1" title="pdf" type="application/pdf"/></entry></feed>`;

const completed = {
  type: "response.completed",
  response: { output: [{ type: "message", content: [{ type: "output_text", text: SAID }] }] },
};

/** Services with a key, and those that are open to everybody. Answers are as short as their callers take them. */
export const SERVICES: Service[] = [
  { host: "example.com", answers: [{ path: "/page", type: "text/html", body: PAGE }] },
  {
    host: "api.github.com",
    keys: BEARER,
    answers: [json("/search/repositories.*", { total_count: 1, incomplete_results: false, items: [repository] })],
  },
  {
    host: "gitlab.com",
    keys: BEARER,
    answers: [{ path: "/api/v4/projects.*", headers: { "x-total": "1" }, body: [project] }],
  },
  {
    host: "slack.com",
    keys: { authorization: `Bearer xoxb-${KEY}` },
    answers: [json("/api/conversations.list.*", { ok: true, channels: [{ id: "C1", name: SAID }] })],
  },
  {
    host: "api.notion.com",
    keys: BEARER,
    answers: [json("/v1/users/me", { object: "user", id: "a", type: "bot", name: SAID, bot: {} })],
  },
  {
    host: "api.search.brave.com",
    keys: { "x-subscription-token": KEY },
    answers: [json("/res/v1/web/search.*", { type: "search", web: { type: "search", results: [result] } })],
  },
  { host: "api.tavily.com", keys: BEARER, answers: [json("/search", { query: "kettle", results: [result] })] },
  {
    host: "api.firecrawl.dev",
    keys: BEARER,
    answers: [json("/v2/scrape", { success: true, data: { markdown: SAID, metadata: {} } })],
  },
  {
    host: "api.exa.ai",
    keys: { "x-api-key": KEY },
    answers: [json("/search", { requestId: "a", results: [{ ...result, highlights: [SAID] }] })],
  },
  {
    host: "api.figma.com",
    keys: { "x-figma-token": KEY },
    answers: [
      json("/v1/files/.*", {
        ...{ name: SAID, lastModified: DAY, components: {}, componentSets: {}, styles: {}, schemaVersion: 0 },
        document: {
          id: "0:0",
          name: "Document",
          type: "DOCUMENT",
          children: [{ id: "0:1", name: SAID, type: "CANVAS", children: [] }],
        },
      }),
    ],
  },
  {
    host: "api.supabase.com",
    keys: { authorization: `Bearer ${SUPABASE_KEY}` },
    answers: [
      json("/v1/projects", [
        {
          id: "a",
          ref: "a",
          organization_id: "b",
          name: SAID,
          region: "eu",
          created_at: DAY,
          status: "ACTIVE_HEALTHY",
        },
      ]),
    ],
  },
  { host: "supabase.com", answers: [json("/docs/api/graphql", { data: { schema: "type Query { kettle: String }" } })] },
  {
    host: "sentry.io",
    keys: BEARER,
    answers: [
      json("/api/0/(users/me/regions|organizations)/.*", [
        { id: "1", slug: "kettle", name: SAID, links: { organizationUrl: HERE, regionUrl: "https://sentry.io" } },
      ]),
    ],
  },
  {
    host: "me.atlassian.net",
    keys: { authorization: `Basic ${Buffer.from(`me@example.com:${KEY}`).toString("base64")}` },
    answers: [
      json("/rest/api/[23]/search.*", {
        ...{ startAt: 0, maxResults: 10, total: 1, isLast: true },
        issues: [{ id: "1", key: "A-1", self: HERE, fields: { summary: SAID, status: { name: "Open" } } }],
      }),
      json("/rest/api/[23]/field", []),
      json("/rest/api/[23]/myself", { accountId: "a", displayName: "Me" }),
    ],
  },
  {
    host: "api.perplexity.ai",
    keys: BEARER,
    answers: [{ path: "/v1/agent", type: "text/event-stream", body: `data: ${JSON.stringify(completed)}\n\n` }],
  },
  {
    host: "api.airtable.com",
    keys: BEARER,
    answers: [json("/v0/meta/bases.*", { bases: [{ id: "a", name: SAID, permissionLevel: "read" }] })],
  },
  {
    host: "maps.googleapis.com",
    keys: { "?key": KEY },
    answers: [
      json("/maps/api/geocode/json.*", {
        status: "OK",
        results: [{ geometry: { location: { lat: 1, lng: 2 } }, formatted_address: SAID, place_id: "a" }],
      }),
    ],
  },
  { host: "html.duckduckgo.com", answers: [{ path: "/html.*", type: "text/html", body: found }] },
  {
    host: "en.wikipedia.org",
    answers: [
      json("/w/api.php.*list=search.*", {
        query: {
          searchinfo: { totalhits: 1 },
          search: [{ ns: 0, pageid: 1, title: "Kettle", size: 1, wordcount: 4, snippet: SAID, timestamp: DAY }],
        },
      }),
      json("/w/api.php.*", { query: {} }),
    ],
  },
  { host: "export.arxiv.org", answers: [{ path: "/api/query.*", type: "application/atom+xml", body: atom }] },
  {
    host: "proxy.search.docs.aws.com",
    answers: [
      json("/search.*", {
        queryId: "a",
        suggestions: [
          {
            textExcerptSuggestion: {
              link: "https://docs.aws.amazon.com/kettle.html",
              title: "Kettle",
              summary: SAID,
              suggestionBody: SAID,
              context: [],
            },
          },
        ],
      }),
    ],
  },
  { host: "context7.com", answers: [json("/api/v2/libs/search.*", { results: [result] })] },
];

const NAMESPACE = "kettle-boils-at-noon";

/** Services of a private network. */
export const PRIVATE_SERVICES: Service[] = [
  {
    host: "kube.lan",
    keys: BEARER,
    answers: [
      json("/api", { kind: "APIVersions", versions: ["v1"] }),
      json("/apis", { kind: "APIGroupList", apiVersion: "v1", groups: [] }),
      json("/version", { major: "1", minor: "34", gitVersion: "v1.34.0" }),
      json("/api/v1", {
        ...{ kind: "APIResourceList", groupVersion: "v1" },
        resources: [
          {
            name: "namespaces",
            singularName: "namespace",
            namespaced: false,
            kind: "Namespace",
            verbs: ["get", "list"],
          },
          { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get", "list"] },
        ],
      }),
      // As the table that kubectl asks for, too.
      json("/api/v1/namespaces", {
        ...{ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata: { resourceVersion: "1" } },
        columnDefinitions: [{ name: "Name", type: "string", format: "name", description: "", priority: 0 }],
        rows: [
          {
            cells: [NAMESPACE],
            object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: NAMESPACE } },
          },
        ],
      }),
    ],
  },
  {
    host: "es.lan",
    keys: { authorization: `ApiKey ${KEY}` },
    answers: [
      {
        path: "/_cat/indices.*",
        headers: { "x-elastic-product": "Elasticsearch" },
        body: [{ index: "kettle-boils-at-noon", health: "green", status: "open", "docs.count": "1" }],
      },
    ],
  },
];
