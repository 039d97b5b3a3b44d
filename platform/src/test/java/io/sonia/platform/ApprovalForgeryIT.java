package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Approvals and grants that nobody gave, each shown over HTTP to a running house: each gets its exact code and reason,
 * nothing is written, nothing is decided, and the genuine grant among them still works once.
 */
@Timeout(240)
class ApprovalForgeryIT {

    private static final Map<String, Object> SHORT = Map.of("ttl_seconds", 5, "grant_ttl_seconds", 5);
    private static final Map<String, Object> LONG = Map.of("ttl_seconds", 3600, "grant_ttl_seconds", 600);

    @TempDir
    static Path folder;

    /** One approval with its call, and its grant if it was approved. */
    private record Known(String id, long fence, Map<String, Object> args, String token, String grantId) {}

    private static final Map<String, Known> KNOWN = new HashMap<>();
    private static TestHome home;
    private static Stack stack;
    private static String operatorId;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("approvals", SHORT, "rate_limit", TestHome.noRateLimit()));
        stack = AllInOneIT.start(home);
        operatorId = String.valueOf(evaOs().get("/v1/auth/whoami").data().get("actor_id"));
        approved("expired", null);
        Known expiring = pending("expired pending", null);
        evaOs().get("/v1/approvals/" + expiring.id() + "?wait_ms=30000");
        settle(LONG);

        approved("policy_changed", null);
        changePolicy();
        approved("genuine", null);
        approved("other", null);
        approved("consumed", null);
        assertThat(execute(KNOWN.get("consumed"), "exe_consumed").status()).isEqualTo(200);
        approved("cancelled", null);
        ok(evaOs().post(
                        "/v1/approvals/" + KNOWN.get("cancelled").id() + "/cancel",
                        Map.of("fence_token", state("cancelled").get("fence_token"), "reason", "no longer")));
        pending("denied", null);
        ok(evaOs().post("/approve", Map.of("approval_id", KNOWN.get("denied").id(), "decision", "denied")));
        pending("pending", null);
        Api.Response waits =
                home.gateway().post("/v1/action", Map.of("tool_name", "file.write", "args", args("gateway")));
        String id = String.valueOf(Api.object(waits.data().get("approval")).get("approval_id"));
        KNOWN.put("of the gateway", new Known(id, 0, args("gateway"), "", ""));
        ok(evaOs().post(
                        "/v1/kill-switch",
                        Map.of("scope", "session", "target", "ses_stopped", "engaged", false, "reason", "x")));
        approved("stopped", "ses_stopped");
        ok(evaOs().post(
                        "/v1/kill-switch",
                        Map.of("scope", "session", "target", "ses_stopped", "engaged", true, "reason", "x")));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void noForgeryPasses() throws IOException {
        List<Map<String, Object>> cases = PolicyBypassIT.cases("approval-forgeries.jsonl");
        assertThat(cases).hasSizeGreaterThanOrEqualTo(60);
        List<Path> before = files();
        List<String> others = new ArrayList<>();
        for (Map<String, Object> each : cases) {
            Api.Response answer = tried(each);
            String met = answer.status() >= 300 ? answer.code() : met(answer);
            Object reason = answer.status() >= 300 ? answer.details().get("reason") : null;
            boolean asExpected = met.equals(each.get("expect"))
                    && (each.get("reason") == null || each.get("reason").equals(reason));
            if (!asExpected) {
                others.add(each + " met " + met + " " + reason);
            }
        }

        assertThat(others).isEmpty();
        assertThat(files()).isEqualTo(before);
        assertThat(state("pending")).containsEntry("state", "pending");
        assertThat(state("of the gateway")).containsEntry("state", "pending");
        assertThat(execute(KNOWN.get("genuine"), "exe_genuine").status()).isEqualTo(200);
        assertThat(file("genuine")).hasContent("x");
        assertThat(execute(KNOWN.get("genuine"), "exe_again").code()).isEqualTo("INVALID_APPROVAL");
    }

    /** A gate that says no answers with its verdict. */
    private static String met(Api.Response answer) {
        return "denied".equals(answer.data().get("status")) ? "POLICY_DENIED" : "OK";
    }

    private static Api.Response tried(Map<String, Object> each) throws IOException {
        return switch (String.valueOf(each.get("door"))) {
            case "execute" -> executed(each);
            case "approve" -> decided(each);
            default ->
                api(each, ServiceName.EVA_OS)
                        .post(filled(String.valueOf(each.get("path"))), Api.object(each.get("body")));
        };
    }

    private static Api.Response executed(Map<String, Object> each) throws IOException {
        Known base = KNOWN.getOrDefault(String.valueOf(each.get("token")), KNOWN.get("genuine"));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("tool_name", each.getOrDefault("tool", "file.write"));
        body.put("args", each.get("args") == null ? base.args() : each.get("args"));
        if (each.get("execution_id") != null) {
            body.put("execution_id", each.get("execution_id"));
        }
        if (each.get("token") != null) {
            body.put("approval_token", token(each, base));
        }
        Api api = api(each, ServiceName.OPENCLAW);
        if (each.get("fence") instanceof Long step) {
            api = api.with("X-Fence-Token", Long.toString(base.fence() + step));
        }
        return api.post("/execute", body);
    }

    private static String token(Map<String, Object> each, Known base) throws IOException {
        ForgedTokens forged = new ForgedTokens(base.token());
        if (each.get("change") != null) {
            return forged.changed(Api.object(each.get("change")));
        }
        if (each.get("edit") != null) {
            return forged.edited(
                    String.valueOf(each.get("edit")), KNOWN.get("other").token());
        }
        String given = String.valueOf(each.get("token"));
        return KNOWN.containsKey(given) ? base.token() : filled(given);
    }

    private static Api.Response decided(Map<String, Object> each) throws IOException {
        String given = String.valueOf(each.getOrDefault("approval", "pending"));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("approval_id", KNOWN.containsKey(given) ? KNOWN.get(given).id() : given);
        body.put("decision", each.getOrDefault("decision", "approved"));
        if (each.get("fence") instanceof Long step) {
            body.put("fence_token", KNOWN.get("pending").fence() + step);
        }
        if (each.get("more") != null) {
            body.putAll(Api.object(each.get("more")));
        }
        return api(each, ServiceName.EVA_OS).post("/approve", body);
    }

    private static Api api(Map<String, Object> each, ServiceName asked) throws IOException {
        int port = home.port(asked);
        String as = String.valueOf(each.getOrDefault("as", "operator"));
        if (as.equals("operator")) {
            return Api.at(port, home.operatorToken());
        }
        if (as.equals("nobody")) {
            return Api.anonymous(port);
        }
        ServiceName service = ServiceName.valueOf(as.toUpperCase(Locale.ROOT).replace('-', '_'));
        Api api = Api.anonymous(port).with("X-Service-Token", home.serviceToken(service));
        Object behalf = each.get("on_behalf_of");
        return behalf == null ? api : api.with("X-On-Behalf-Of", filled(String.valueOf(behalf)));
    }

    private static String filled(String text) throws IOException {
        return text.replace("{approval}", KNOWN.get("genuine").id())
                .replace("{grant}", KNOWN.get("genuine").grantId())
                .replace("{operator}", home.operatorToken())
                .replace("{operator id}", operatorId)
                .replace("{pending}", KNOWN.get("pending").id())
                .replace("{genuine}", KNOWN.get("genuine").id());
    }

    // What is genuine.

    private static Known pending(String name, String session) throws IOException {
        Map<String, Object> context = session == null ? Map.of() : Map.of("session_id", session);
        Api.Response gate = ok(evaOs().post(
                        "/gate-tool-call", Map.of("tool_name", "file.write", "args", args(name), "context", context)));
        Map<String, Object> approval = Api.object(gate.data().get("approval"));
        Known known = new Known(
                String.valueOf(approval.get("approval_id")), (Long) approval.get("fence_token"), args(name), "", "");
        KNOWN.put(name, known);
        return known;
    }

    private static void approved(String name, String session) throws IOException {
        Known asked = pending(name, session);
        ok(evaOs().post("/approve", Map.of("approval_id", asked.id(), "decision", "approved")));
        Map<String, Object> grant = ok(evaOs().post("/v1/approvals/" + asked.id() + "/grant", Map.of()))
                .data();
        KNOWN.put(
                name,
                new Known(
                        asked.id(),
                        (Long) grant.get("fence_token"),
                        asked.args(),
                        String.valueOf(grant.get("approval_token")),
                        String.valueOf(grant.get("grant_id"))));
    }

    private static Api.Response execute(Known known, String executionId) throws IOException {
        return Api.at(home.port(ServiceName.OPENCLAW), home.operatorToken())
                .post(
                        "/execute",
                        Map.of(
                                "tool_name",
                                "file.write",
                                "args",
                                known.args(),
                                "approval_token",
                                known.token(),
                                "execution_id",
                                executionId));
    }

    /** Puts another policy in force, as an operator does it. */
    private static void changePolicy() throws IOException {
        String risk = Files.readString(home.home().policies().resolve("risk_policy.json"));
        Api.Response proposed = evaOs().post(
                        "/v1/policy/proposals",
                        Map.of(
                                "files",
                                Map.of("risk_policy.json", risk.replace("\"version\": 1", "\"version\": 2")),
                                "reason",
                                "a change"));
        assertThat(proposed.status()).as(proposed.text()).isEqualTo(202);
        Object id = Api.object(proposed.data().get("approval")).get("approval_id");
        Api.Response decided = home.gateway().post("/v1/confirmations/" + id + "/approve", Map.of());
        assertThat(decided.data()).as(decided.text()).containsEntry("status", "consumed");
        assertThat(evaOs().get("/v1/policy").data())
                .containsEntry("policy_version", proposed.data().get("policy_version"));
        assertThat(Files.readString(home.home().policies().resolve("risk_policy.json")))
                .contains("\"version\": 2");
    }

    private static void settle(Map<String, Object> approvals) throws IOException {
        Path file = home.home().configFile();
        Map<String, Object> config = new LinkedHashMap<>(Json.parseObject(Files.readString(file)));
        config.put("approvals", approvals);
        Files.write(file, Json.bytes(config));
        ok(evaOs().post("/v1/config/reload", Map.of()));
    }

    private static Map<String, Object> args(String name) {
        return Map.of("path", name + ".txt", "content", "x");
    }

    private static Map<String, Object> state(String name) throws IOException {
        return evaOs().get("/v1/approvals/" + KNOWN.get(name).id()).data();
    }

    private static Path file(String name) {
        return home.home().workspace().resolve(name + ".txt");
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(home.home().workspace())) {
            return all.sorted().toList();
        }
    }

    private static Api evaOs() throws IOException {
        return Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
    }

    private static Api.Response ok(Api.Response answer) {
        assertThat(answer.status()).as(answer.text()).isBetween(200, 202);
        return answer;
    }
}
