package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ways around a policy that are known from elsewhere, each tried over HTTP on a running house: each gets its exact code,
 * and where the effects would land nothing has landed.
 */
@Timeout(240)
class PolicyBypassIT {

    private static final String SECRET = "the-canary-of-the-private-folder";

    private static final String RULES = """
            "rules": [
              {"rule_id": "list-docs", "effect": "allow", "tools": ["shell.run"],
               "args": {"argv": {"elements": ["ls", "docs"]}}},
              {"rule_id": "read-docs", "effect": "allow", "tools": ["shell.run"],
               "args": {"argv": {"elements": ["cat", "docs/*"]}}},
              {"rule_id": "git-status", "effect": "allow", "tools": ["shell.run"],
               "args": {"argv": {"elements": ["git", "status"]}}},
              {"rule_id": "private-files", "effect": "deny", "tools": ["file.*"],
               "args": {"path": {"glob": "private/**"}}},
              {"rule_id": "private-words", "effect": "deny", "tools": ["shell.run"],
               "args": {"argv": {"elements": ["**", "*private*", "**"]}}},
              {"rule_id": "own-machine", "effect": "deny", "tools": ["web.fetch"],
               "args": {"host": {"labels": "127.0.0.1"}}},""";

    @TempDir
    static Path folder;

    private static final AtomicInteger HITS = new AtomicInteger();
    private static HttpServer neighbour;
    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        neighbour = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        neighbour.createContext("/", exchange -> {
            HITS.incrementAndGet();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        neighbour.start();
        home = TestHome.install(
                folder, Map.of("approvals", Map.of("max_pending", 1000), "rate_limit", TestHome.noRateLimit()));
        edit("risk_policy.json", "\"rules\": [", RULES);
        // A place that may be fetched and that a rule denies: what gets there is counted.
        edit("network_allowlist.json", "\"entries\": []", """
                "entries": [{"host": "allowed.example"},
                  {"host": "127.0.0.1", "port": PORT, "scheme": "http", "allow_private": true}]""".replace(
                        "PORT", Integer.toString(neighbour.getAddress().getPort())));
        Path workspace = home.home().workspace();
        Files.createDirectories(workspace.resolve("private"));
        Files.writeString(workspace.resolve("private/secret.txt"), SECRET);
        Files.writeString(workspace.resolve("notes.txt"), SECRET);
        Files.createSymbolicLink(workspace.resolve("link"), home.home().rootKey());
        Files.createSymbolicLink(
                workspace.resolve("linked"), home.home().rootKey().getParent());
        stack = AllInOneIT.start(home);
    }

    @AfterAll
    static void stop() {
        stack.close();
        neighbour.stop(0);
    }

    /** What the policy means to allow does run: the refusals below are not those of a house that refuses everything. */
    @Test
    void whatIsAllowedRuns() throws IOException {
        for (List<String> argv : List.of(List.of("ls", "docs"), List.of("cat", "docs/welcome.md"))) {
            assertThat(outcome(home.gateway()
                            .post("/v1/action", Map.of("tool_name", "shell.run", "args", Map.of("argv", argv)))))
                    .as("%s", argv)
                    .isEqualTo("EXECUTED");
        }
        assertThat(outcome(home.gateway()
                        .post(
                                "/v1/action",
                                Map.of("tool_name", "file.read", "args", Map.of("path", "docs/welcome.md")))))
                .isEqualTo("EXECUTED");
    }

    @Test
    void noKnownWayLeadsAroundThePolicy() throws IOException {
        List<Map<String, Object>> cases = cases("policy-bypasses.jsonl");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(100);
        List<String> others = new ArrayList<>();
        List<Path> before = files();
        for (Map<String, Object> each : cases) {
            String args = Json.text(each.get("args"))
                    .replace("{port}", Integer.toString(neighbour.getAddress().getPort()));
            Api.Response answer = home.gateway()
                    .post("/v1/action", Map.of("tool_name", each.get("tool"), "args", Json.parseObject(args)));
            String met = outcome(answer);
            if (!met.equals(each.get("expect"))) {
                others.add(each.get("name") + ": expected " + each.get("expect") + ", met " + met + " " + args);
            }
            assertThat(answer.text()).as("%s", each.get("name")).doesNotContain(SECRET);
        }

        assertThat(others).isEmpty();
        assertThat(HITS).hasValue(0);
        assertThat(files()).isEqualTo(before);
    }

    private static String outcome(Api.Response answer) {
        if (answer.status() == 202) {
            return "WAITS";
        }
        return answer.status() == 200 ? "EXECUTED" : answer.code();
    }

    /** Everything in the workspace, by name. */
    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(home.home().workspace())) {
            return all.sorted().toList();
        }
    }

    /** The cases of a file beside this class, one JSON object a line. */
    static List<Map<String, Object>> cases(String name) throws IOException {
        try (InputStream content = PolicyBypassIT.class.getResourceAsStream(name)) {
            assertThat(content).isNotNull();
            return new String(content.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Json::parseObject)
                    .toList();
        }
    }

    private static void edit(String file, String from, String to) throws IOException {
        Path path = home.home().policies().resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to));
    }
}
