import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.modern.client.transport.HttpClientMcpTransport;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import reactor.core.publisher.Mono;

/**
 * The official Java SDK. Its only argument is a task, it prints one line of JSON for each step: ../steps.ts. options.era:
 * legacy, or modern, for which this SDK has another client.
 */
final class Driver {
    /** Characters of the large result. */
    static final int LARGE = 5_000_000;
    static final Duration CANCEL_AFTER = Duration.ofMillis(500);
    /** For one step. */
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final McpJsonMapper JSON = McpJsonDefaults.getMapper();

    /** One of the SDK's clients, connected. */
    interface Connected {
        String version();

        Mono<List<String>> list();

        /** The first text of the tool's result. */
        Mono<String> call(String tool, Map<String, Object> arguments);

        void close();
    }

    static Connected legacy(URI url) {
        var transport = HttpClientStreamableHttpTransport.builder(url.resolve("/").toString()).endpoint(url.getPath()).build();
        var client = McpClient.async(transport).requestTimeout(PATIENCE).build();
        var version = client.initialize().block(PATIENCE).protocolVersion();
        return new Connected() {
            public String version() {
                return version;
            }

            public Mono<List<String>> list() {
                return client.listTools().map(result -> result.tools().stream().map(McpSchema.Tool::name).toList());
            }

            public Mono<String> call(String tool, Map<String, Object> arguments) {
                return client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build())
                        .map(result -> ((McpSchema.TextContent) result.content().get(0)).text());
            }

            public void close() {
                client.close();
            }
        };
    }

    static Connected modern(URI url) {
        var transport = HttpClientMcpTransport.builder(url).build();
        var client = io.modelcontextprotocol.modern.client.McpClient.async(transport).roundTimeout(PATIENCE).build();
        var versions = client.discover().block(PATIENCE).supportedVersions();
        return new Connected() {
            public String version() {
                return versions.stream().max(String::compareTo).orElse("");
            }

            public Mono<List<String>> list() {
                return client.listTools().list().map(result -> result.tools().stream().map(tool -> tool.name()).toList());
            }

            public Mono<String> call(String tool, Map<String, Object> arguments) {
                return client.tool(tool).arguments(arguments).call().map(
                        result -> ((io.modelcontextprotocol.modern.McpSchema.TextContent) result.content().get(0)).text());
            }

            public void close() {}
        };
    }

    interface Step {
        String take() throws Exception;
    }

    final URI url;
    final String prefix;
    final boolean modern;
    final Scanner stdin = new Scanner(System.in);
    Connected client;

    Driver(Map<?, ?> task) {
        url = URI.create((String) task.get("url"));
        prefix = (String) task.get("prefix");
        modern = "modern".equals(((Map<?, ?>) task.get("options")).get("era"));
    }

    Connected client() {
        if (client == null) throw new IllegalStateException("it is not connected");
        return client;
    }

    String call(String tool, Map<String, Object> arguments, Duration patience) {
        return client().call(prefix + tool, arguments).block(patience);
    }

    String connect() {
        client = modern ? modern(url) : legacy(url);
        return client.version();
    }

    String answers() {
        var pid = call("pid", Map.of(), PATIENCE);
        if (!pid.matches("\\d+")) throw new IllegalStateException("got " + pid + ", expected a process id");
        return "";
    }

    String list() {
        var names = client().list().block(PATIENCE);
        if (!names.contains(prefix + "pid")) throw new IllegalStateException("there is no " + prefix + "pid in " + names);
        return "";
    }

    /** A call whose subscription is given up. */
    String cancel() {
        var begun = System.nanoTime();
        try {
            call("hang", Map.of(), CANCEL_AFTER);
            throw new IllegalStateException("the call was answered");
        } catch (RuntimeException error) {
            if (System.nanoTime() - begun < CANCEL_AFTER.toNanos()) throw error;
        }
        return answers();
    }

    String large() {
        var text = call("big", Map.of("bytes", LARGE), PATIENCE);
        if (text.length() != LARGE) {
            throw new IllegalStateException("got " + text.length() + " characters, expected " + LARGE);
        }
        return "";
    }

    String lost() throws Exception {
        client();
        System.out.println(JSON.writeValueAsString(Map.of("end", "sessions")));
        stdin.nextLine();
        try {
            answers();
            return "by itself";
        } catch (RuntimeException error) {
            client.close();
            connect();
            answers();
            return "connects again after: " + cause(error);
        }
    }

    static String cause(Exception error) {
        return String.valueOf(error.getMessage()).split("\n")[0];
    }

    static void take(String name, Step step) throws Exception {
        Map<String, Object> said;
        try {
            said = Map.of("step", name, "ok", true, "note", step.take());
        } catch (Exception error) {
            said = Map.of("step", name, "ok", false, "note", cause(error));
        }
        System.out.println(JSON.writeValueAsString(said));
    }

    public static void main(String[] args) throws Exception {
        var driver = new Driver(JSON.readValue(args[0], Map.class));
        take("connect", driver::connect);
        take("list", driver::list);
        take("call", driver::answers);
        take("cancel", driver::cancel);
        take("large", driver::large);
        take("lost", driver::lost);
        System.exit(0); // its HTTP client's threads go on
    }
}
