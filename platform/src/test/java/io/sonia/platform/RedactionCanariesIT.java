package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Ids;
import io.sonia.kernel.KnownSecrets;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of each kind of secret and personal datum is handed in wherever a caller can hand something in. What was said is in
 * the answers to whoever said it, in the workspace and in the memory; nowhere else is any of it found.
 */
@Timeout(180)
class RedactionCanariesIT {

    /** Each kind as it is handed in, and the part of it that must not come out. */
    private record Canary(String text, String core) {}

    @TempDir
    static Path folder;

    private static TestHome home;
    private static Process supervisor;
    private static Map<String, Canary> canaries;

    private static int turns;

    /** What callers were answered when they were refused. */
    private static final List<String> refusals = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        canaries = canaries();
        home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        supervisor = StackProcess.launch(home, folder.resolve("supervisor.log"), "eva-os", "--supervise");
        StackProcess.awaitReady(home);
        canaries.values().forEach(RedactionCanariesIT::handIn);
    }

    @AfterAll
    static void stop() throws Exception {
        StackProcess.stopped(supervisor);
    }

    private static Map<String, Canary> canaries() {
        Ids ids = new Ids(new SecureRandom());
        String random = "q" + ids.hex(12) + "Zx" + ids.hex(8);
        String person = Credential.issue(Credential.Kind.PERSON, ids).text();
        Map<String, Canary> all = new LinkedHashMap<>();
        all.put("bearer token", new Canary("Authorization: Bearer " + random, random));
        all.put("person key", new Canary(person, person.substring(person.length() - 30)));
        all.put("provider key", new Canary("sk-proj-k" + random, "k" + random));
        all.put("password", new Canary("password=p" + random, "p" + random));
        all.put("e-mail", new Canary("ann.canary@example.org", "ann.canary@"));
        all.put("phone", new Canary("+380 44 555 01 99", "555 01 99"));
        all.put("card", new Canary("4111 1111 1111 1111", "1111 1111 1111"));
        all.put("national id", new Canary("078-05-1120", "05-1120"));
        String body = "MIIEvQ" + random;
        all.put(
                "private key",
                new Canary("-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----", body));
        return all;
    }

    private static Api at(ServiceName service) {
        try {
            return Api.at(home.port(service), home.operatorToken());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A request that has to be refused. */
    private static void refused(Api.Response answer) {
        assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(400);
        refusals.add(answer.text());
    }

    private static void accepted(Api.Response answer) {
        assertThat(answer.status()).as(answer.text()).isLessThan(300);
    }

    private static void handIn(Canary canary) {
        String text = canary.text();
        Api gateway = at(ServiceName.API_GATEWAY);
        Api evaOs = at(ServiceName.EVA_OS);
        accepted(gateway.post("/v1/turn", turn("remember that " + text)));
        accepted(gateway.post("/v1/turn", turn("read the file " + text.replace('\n', ' '))));
        accepted(gateway.post("/v1/sessions", Map.of("metadata", Map.of("note", text))));
        String name = text.substring(0, Math.min(text.length(), 100)).replace('\n', ' ');
        accepted(evaOs.post("/tasks", Map.of("name", text, "metadata", Map.of("note", text))));
        accepted(evaOs.post("/v1/users", Map.of("display_name", name)));
        decisions(gateway, evaOs, text);
        for (ServiceName service : ServiceName.values()) {
            strangeRequests(service, text);
        }
        accepted(gateway.post("/v1/incidents", Map.of("reason", text, "severity", "S3")));
    }

    private static Map<String, Object> turn(String said) {
        return Map.of("input_text", said, "conversation_id", "canary-" + turns++);
    }

    private static void decisions(Api gateway, Api evaOs, String text) {
        Map<String, Object> write = Map.of("path", "notes.txt", "content", text);
        Api.Response pending = gateway.post("/v1/action", Map.of("tool_name", "file.write", "args", write));
        accepted(pending);
        accepted(gateway.post("/v1/actions/" + pending.data().get("action_id") + "/deny", Map.of("reason", text)));
        Map<String, Object> command = Map.of("argv", List.of("echo", text.replace('\n', ' ')));
        Api.Response run = gateway.post("/v1/action", Map.of("tool_name", "shell.run", "args", command));
        accepted(run);
        accepted(gateway.post("/v1/actions/" + run.data().get("action_id") + "/approve", Map.of("reason", text)));
        accepted(evaOs.post(
                "/v1/kill-switch",
                Map.of("scope", "session", "target", "ses_canary", "engaged", true, "reason", text)));
        refused(gateway.post(
                "/v1/action", Map.of("tool_name", "file.read", "args", Map.of("path", text.replace('\n', ' ')))));
        refused(gateway.post(
                "/v1/action",
                Map.of("tool_name", "shell.run", "args", Map.of("argv", List.of("ls", "--odd=" + text)))));
        refused(gateway.post(
                "/v1/action", Map.of("tool_name", "web.fetch", "args", Map.of("url", "https://" + text + "/"))));
        refused(gateway.post("/v1/action", Map.of("tool_name", text, "args", Map.of(text, text))));
    }

    /** Wherever a request can hold a word: address, query, headers, names and values of fields, broken JSON. */
    private static void strangeRequests(ServiceName service, String text) {
        Api api = at(service);
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        String line = text.replace('\n', ' ');
        refused(api.get("/v1/" + encoded));
        refused(api.get("/v1/config?" + encoded + "=" + encoded));
        refused(api.get("/v1/config?section=" + encoded));
        refused(api.with("X-Correlation-ID", line + "!").get("/status"));
        refused(api.with("X-Deadline-Ms", line).get("/status"));
        refused(api.with("X-On-Behalf-Of", line + "!").get("/status"));
        refused(api.with("Origin", "https://" + encoded).get("/status"));
        refused(Api.at(home.port(service), line).get("/status"));
        refused(api.with("X-Service-Token", line).get("/status"));
        refused(api.with("X-Idempotency-Key", line + "\u00e9").post("/v1/config/reload", Map.of(text, text)));
        refused(api.post("/v1/config/reload", Map.of(text, text)));
        refused(api.post("/v1/config/reload", Map.of("dry_run", text)));
        refused(api.send("POST", "/v1/config/reload", "{\"" + line));
    }

    /** Fails with the kinds that are in it and where. */
    private static void isFree(String place, String text) {
        List<String> found = canaries.entrySet().stream()
                .filter(each -> text.contains(each.getValue().core()))
                .map(each -> each.getKey() + " in " + place + ": "
                        + around(text, each.getValue().core()))
                .toList();
        assertThat(found).isEmpty();
    }

    private static String around(String text, String core) {
        int at = text.indexOf(core);
        return text.substring(Math.max(0, at - 300), Math.min(text.length(), at + core.length() + 50));
    }

    @Test
    void noRefusalRepeatsThem() {
        assertThat(refusals).hasSizeGreaterThan(canaries.size() * 50);
        refusals.forEach(each -> isFree("a refusal", each));
    }

    @Test
    void noLogHoldsThem() throws IOException {
        try (Stream<Path> files = Files.walk(home.home().root().resolve("logs"))) {
            List<Path> logs = files.filter(Files::isRegularFile).toList();
            assertThat(logs).hasSizeGreaterThanOrEqualTo(ServiceName.values().length);
            for (Path each : logs) {
                isFree(each.getFileName().toString(), Files.readString(each));
            }
        }
        isFree("the supervisor's output", Files.readString(folder.resolve("supervisor.log")));
    }

    @Test
    void noAuditEntryHoldsThem() {
        for (ServiceName service : ServiceName.values()) {
            String next = "/v1/audit/entries?limit=200";
            while (next != null) {
                Api.Response page = at(service).get(next);
                accepted(page);
                isFree("the audit of " + service, page.text());
                Object cursor = page.data().get("next_cursor");
                next = cursor == null ? null : "/v1/audit/entries?limit=200&cursor=" + cursor;
            }
            Api.Response export = at(service).get("/v1/audit/export");
            accepted(export);
            isFree("the export of " + service, export.text());
        }
    }

    @Test
    void noIncidentBundleHoldsThem() throws IOException {
        try (Stream<Path> files = Files.list(home.home().incidents())) {
            List<Path> bundles =
                    files.filter(each -> each.toString().endsWith(".zip")).toList();
            assertThat(bundles).hasSize(canaries.size());
            try (ZipFile zip = new ZipFile(bundles.getLast().toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    byte[] bytes = zip.getInputStream(entry).readAllBytes();
                    isFree(entry.getName(), new String(bytes, StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void nothingThatAServiceTellsOfItselfHoldsThem() {
        for (ServiceName service : ServiceName.values()) {
            for (String path : List.of("/healthz", "/readyz", "/status", "/metrics", "/v1/config", "/openapi.json")) {
                Api.Response answer = at(service).get(path);
                accepted(answer);
                isFree(service + path, answer.text());
            }
        }
        isFree("deps", at(ServiceName.API_GATEWAY).get("/v1/deps").text());
        isFree("health", at(ServiceName.EVA_OS).get("/health/all").text());
        isFree(
                "services",
                at(ServiceName.EVA_OS).get("/v1/supervision/services").text());
    }

    /** Neither them nor anything of the secrets folder. */
    @Test
    void noArgumentOfAProcessHoldsThem() throws IOException {
        KnownSecrets secrets = KnownSecrets.of(home.home(), Map.of());
        List<ProcessHandle> processes = Stream.concat(Stream.of(supervisor.toHandle()), supervisor.descendants())
                .toList();
        assertThat(processes).hasSizeGreaterThanOrEqualTo(ServiceName.values().length);
        for (ProcessHandle each : processes) {
            String words =
                    Files.readString(Path.of("/proc", Long.toString(each.pid()), "cmdline"), StandardCharsets.UTF_8);
            isFree("process " + each.pid(), words);
            assertThat(secrets.in(words)).isFalse();
        }
    }
}
