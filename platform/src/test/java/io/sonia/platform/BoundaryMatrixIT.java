package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.evaos.EvaOsModule;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route of every service of a running stack is asked for by everybody; who is let in is written down here a second
 * time, from the contract. What is let in gets no further than its query, which no route knows: nothing is changed.
 */
class BoundaryMatrixIT {

    /** The contract's role word of each operation; a {@code decision} is an operator's, never a service's. */
    private static final String ROLES = """
            health open, ready open, version open, root open, status obs, metrics open, openapi open, config.get obs,
            config.reload op, breaker.list obs, breaker.metrics obs, breaker.reset op, audit.entries obs, audit.verify obs, audit.trace obs, audit.head obs,
            audit.export obs, audit.proof obs, audit.prune op, text.redact op,
            chat op, turn op, turn.get op/svc, turn.list obs, turn.cancel op, turn.replay op, session.create op, session.list obs,
            session.get obs, session.close op, confirmation.pending obs, confirmation.get obs, confirmation.approve op,
            confirmation.deny op, action op, action.plan op, action.list obs, action.get obs, action.approve op,
            action.deny op, action.cancel op, action.reconcile op, deps obs, slo.status obs, health.summary obs, openai.chat op, openai.models op, openai.embeddings op,
            gate op+api-gateway+openclaw, approve decision, approval.list obs, approval.get obs, approval.cancel op/svc,
            approval.amend decision, approval.grant op/svc, approval.consume openclaw, approval.outcome openclaw, task.list obs,
            task.create op/svc, task.get obs, task.update op/svc, task.delete op, health.all obs, sup.services obs,
            sup.budgets obs,
            sup.graph obs, sup.budget_reset op, sup.maintenance op, sup.probe op, sup.restart op, sup.stop op, sup.start op, policy.get obs, policy.evaluate obs, auth.whoami obs,
            policy.propose op, kill.get obs, kill.set op,
            incident.create op, incident.list obs, incident.get obs, incident.bundle op, incident.verify op,
            diagnostics obs, dlq.list obs, dlq.get obs, dlq.replay op, dlq.discard op, backup.restore_dlq op,
            backup.create op, backup.list obs, backup.get obs, backup.verify obs, backup.drill op, state.snapshot api-gateway,
            auth.verifiers svc, auth.rotate_service op, user.create op, user.list op, user.get op, user.update op,
            user.delete op, user.rotate op, user.revoke op, notary.sign svc, notary.heads obs, notary.keys obs, notary.rotate op,
            alert.list obs, alert.acknowledge op, alert.test op,
            event.publish svc, event.list obs, event.stream obs,
            route obs, route.select obs, route.profile obs, route.audit obs, model.chat op+api-gateway, model.cancel op+api-gateway, model.embed op+memory-engine, providers obs, models obs, models.of obs, profiles obs, usage obs, backends obs,
            backend.quarantine op, backend.release op,
            memory.update op/svc, memory.delete op/svc, memory.by_type op/svc, memory.typed_store op/svc, memory.typed_query op/svc,
            memory.version op/svc, memory.versions op/svc, memory.redact op, memory.redaction_audit obs,
            history.append api-gateway, history.session op/svc, history.user op/svc, history.sessions op/svc,
            memory.pragmas obs, memory.quality obs, user.erase op, snapshot.create op, snapshot.list obs, snapshot.restore op,
            memory.conflicts op/svc, memory.resolve op, doc.ingest op/svc, doc.list op/svc, doc.chunks op/svc, doc.delete op, index.status obs, index.rebuild op, prov.track op/svc, prov.get op/svc, prov.chain op/svc,
            memory.store op/svc, memory.recall op/svc, memory.search op/svc, memory.stats obs,
            execute op+api-gateway+eva-os, execute.check op/svc, tool.list obs, tool.get obs, exec.list obs,
            exec.get op/svc, exec.cancel op+api-gateway, exec.reconcile op+api-gateway,
            session_start op, session_get op/svc, session_list obs, session_stop op, text.stream op,
            api.health open, api.me obs, api.overview obs, api.audit key, ui.asset file, signin.link person, signin door,
            signout person, chat.create op, chat.list op/svc, chat.get op/svc, chat.update op, chat.messages op/svc, chat.send op,
            relay.get way, relay.post way, relay.put way, relay.patch way, relay.delete way
            """;

    /** What is open and still no page: a key that is not shown, a file that is not there, a code that is none. */
    private static final Map<String, Integer> SPECIAL = Map.of("key", 401, "file", 404, "door", 400);

    private static final String PROBE = "?boundary_probe=1";
    private static final String DECISION_BODY = """
            {"approval_id":"some_id","decision":"approved"}""";
    private static final String AMEND_BODY = """
            {"args":{},"reason":"boundary","fence_token":1}""";

    /** Who asks, as the matrix knows them. */
    private enum Who {
        NOBODY,
        OBSERVER,
        OPERATOR,
        SERVICE
    }

    /** One caller: what is shown, and what that is worth; a worthless credential is not the same as none. */
    private record Caller(String name, Who who, ServiceName service, List<String> headers) {}

    @TempDir
    static Path folder;

    private static final Map<String, Caller> CALLERS = new LinkedHashMap<>();
    private static final Map<ServiceName, Line> LINES = new EnumMap<>(ServiceName.class);
    private static TestHome home;
    private static Stack stack;

    @BeforeAll
    static void start() throws IOException {
        home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        String expired = expiredKey();
        stack = AllInOneIT.start(home);
        for (ServiceName service : ServiceName.values()) {
            LINES.put(service, new Line(home.port(service)));
        }
        callers(expired);
    }

    /** A key of a day's life that was made more than a day ago, in a former life of EVA-OS. */
    private static String expiredKey() throws IOException {
        SkewedClock yesterday = new SkewedClock(Clock.system(), Duration.ofHours(-25));
        try (Stack _ = AllInOneIT.start(home, yesterday, List.of(EvaOsModule.DEFINITION))) {
            return key(evaOs().post(
                            "/v1/users", Map.of("display_name", "expired", "role", "operator", "expires_days", 1)));
        }
    }

    private static void callers(String expired) throws IOException {
        String operator = home.operatorToken();
        String observer = key(user("observer", "observer"));
        String staleToken = home.serviceToken(ServiceName.API_GATEWAY);
        evaOs().post("/v1/auth/service-tokens/rotate", Map.of("service", "api-gateway", "overlap_seconds", 0));
        person("an operator", Who.OPERATOR, operator);
        person("an observer", Who.OBSERVER, observer);
        person("somebody whose key has expired", Who.NOBODY, expired);
        person("somebody with a made-up key", Who.NOBODY, "sk-sonia-nonsense");
        person("somebody with a key cut short", Who.NOBODY, operator.substring(0, operator.length() - 1));
        Api.Response revoked = user("revoked", "operator");
        evaOs().post(path(revoked) + "/revoke-key", Map.of("reason", "matrix"));
        person("somebody whose key was revoked", Who.NOBODY, key(revoked));
        Api.Response rotated = user("rotated", "operator");
        String successor = key(evaOs().post(path(rotated) + "/rotate-key", Map.of("overlap_seconds", 0)));
        person("somebody whose key was rotated out", Who.NOBODY, key(rotated));
        person("an operator with the second key", Who.OPERATOR, successor);
        Api.Response suspended = user("suspended", "operator");
        evaOs().send("PUT", path(suspended), "{\"status\":\"suspended\"}");
        person("somebody who is suspended", Who.NOBODY, key(suspended));
        Api.Response deleted = user("deleted", "operator");
        evaOs().delete(path(deleted));
        person("somebody who was deleted", Who.NOBODY, key(deleted));
        Api.Response demoted = user("demoted", "operator");
        evaOs().send("PUT", path(demoted), "{\"role\":\"observer\"}");
        person("an operator who was demoted", Who.OBSERVER, key(demoted));
        add(new Caller("nobody", Who.NOBODY, null, List.of()));
        for (ServiceName service : ServiceName.values()) {
            String token = home.serviceToken(service);
            add(new Caller(service.wireName(), Who.SERVICE, service, List.of("X-Service-Token: " + token)));
        }
        String voice = home.serviceToken(ServiceName.PIPECAT);
        through("an operator through a service", Who.OPERATOR, operator, voice);
        through("an observer through a service", Who.OBSERVER, observer, voice);
        through("somebody suspended through a service", Who.NOBODY, key(suspended), voice);
        through("an operator with a token that was rotated out", Who.NOBODY, operator, staleToken);
        add(new Caller("a rotated-out token", Who.NOBODY, null, List.of("X-Service-Token: " + staleToken)));
        add(new Caller("a key as a token", Who.NOBODY, null, List.of("X-Service-Token: " + operator)));
        add(new Caller(
                "a service that names an operator",
                Who.SERVICE,
                ServiceName.PIPECAT,
                List.of("X-Service-Token: " + voice, "X-On-Behalf-Of: usr_operator")));
    }

    private static void person(String name, Who worth, String key) {
        add(new Caller(name, worth, null, List.of("Authorization: Bearer " + key)));
    }

    private static void through(String name, Who worth, String key, String token) {
        add(new Caller(name, worth, null, List.of("Authorization: Bearer " + key, "X-Service-Token: " + token)));
    }

    private static void add(Caller caller) {
        CALLERS.put(caller.name(), caller);
    }

    @AfterAll
    static void stop() throws IOException {
        for (Line line : LINES.values()) {
            line.close();
        }
        stack.close();
    }

    private static Map<String, String> roles() {
        Map<String, String> roles = new HashMap<>();
        for (String row : ROLES.replace("\n", " ").split(",", -1)) {
            String[] words = row.strip().split(" ", -1);
            roles.put(words[0], words[1]);
        }
        return roles;
    }

    @Test
    void everyOperationHasARoleWordAndNothingElseHasOne() {
        assertThat(roles().keySet())
                .isEqualTo(Set.copyOf(Arrays.stream(Operation.values())
                        .map(Operation::wireName)
                        .toList()));
    }

    @Test
    void everyRouteAdmitsExactlyTheRolesOfTheContract() throws IOException {
        Map<String, String> roles = roles();
        for (Operation operation : Operation.values()) {
            List<ServiceName> serving =
                    operation.service() == null ? List.of(ServiceName.values()) : List.of(operation.service());
            for (ServiceName service : serving) {
                for (Caller caller : CALLERS.values()) {
                    String role = roles.get(operation.wireName());
                    assertThat(answered(service, operation, role, caller))
                            .as("%s of %s asked for by %s", operation.wireName(), service, caller.name())
                            .isEqualTo(expected(role, caller));
                }
            }
        }
    }

    /** 200 for what is open, 400 for what is let in as far as its query, else the refusal. */
    private static int expected(String role, Caller caller) {
        if (role.equals("open")) {
            return 200;
        }
        Integer special = SPECIAL.get(role);
        if (special != null) {
            return special;
        }
        if (role.equals("way") && (caller.who() == Who.OBSERVER || caller.who() == Who.OPERATOR)) {
            return 404; // it leads to no service of that name
        }
        boolean admitted = switch (caller.who()) {
            case NOBODY -> false;
            case OBSERVER -> role.equals("obs") || role.equals("person");
            case OPERATOR -> !role.equals("svc") && !named(role);
            case SERVICE -> Set.of("obs", "svc", "op/svc").contains(role) || names(role, caller.service());
        };
        if (admitted) {
            return 400;
        }
        return caller.who() == Who.NOBODY ? 401 : 403;
    }

    /** True if the word is the name of a service alone. */
    private static boolean named(String role) {
        return ServiceName.byWireName(role).isPresent();
    }

    private static boolean names(String role, ServiceName service) {
        return Arrays.asList(role.split("\\+", -1)).contains(service.wireName());
    }

    private static int answered(ServiceName service, Operation operation, String role, Caller caller)
            throws IOException {
        String path = operation.path().replaceAll("\\{[a-z_]+}", "some_id");
        boolean socket = operation.method().equals("WS");
        if (Set.of("open", "key", "file").contains(role)) {
            return LINES.get(service).status("GET", path, caller.headers(), "");
        }
        if (role.equals("decision") && caller.who() == Who.SERVICE) {
            String body = operation.path().endsWith("/amend") ? AMEND_BODY : DECISION_BODY;
            return LINES.get(service).status(operation.method(), path, caller.headers(), body);
        }
        List<String> headers = caller.headers();
        if (socket) {
            headers = new java.util.ArrayList<>(headers);
            headers.add("Upgrade: websocket");
            headers.add("Connection: Upgrade");
        }
        return LINES.get(service).status(socket ? "GET" : operation.method(), path + PROBE, headers, "");
    }

    @Test
    void aServiceIsToldApartFromTheOneThatAsked() throws IOException {
        Api.Response waiting =
                home.gateway().post("/v1/turn", Map.of("input_text", "write x to own.txt", "conversation_id", "own"));
        String approval = String.valueOf(
                Api.objects(waiting.data().get("pending_approvals")).getFirst().get("approval_id"));
        for (ServiceName service : ServiceName.values()) {
            Api.Response answer = Api.anonymous(home.port(ServiceName.EVA_OS))
                    .with("X-Service-Token", home.serviceToken(service))
                    .post("/approve", Map.of("approval_id", approval, "decision", "approved"));
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code())
                    .as(service.wireName())
                    .isEqualTo(service == ServiceName.API_GATEWAY ? "SELF_APPROVAL_DENIED" : "FORBIDDEN");
        }
    }

    private static Api.Response user(String name, String role) throws IOException {
        Api.Response made = evaOs().post("/v1/users", Map.of("display_name", name, "role", role));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made;
    }

    private static String key(Api.Response answer) {
        return String.valueOf(answer.data().get("api_key"));
    }

    private static String path(Api.Response made) {
        return made.header("Location").orElseThrow();
    }

    private static Api evaOs() throws IOException {
        return Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
    }

    /** A connection that is kept, on which any header can be sent. */
    private static final class Line implements AutoCloseable {

        private static final int PATIENCE_MS = 20_000;

        private final int port;
        private Socket socket;
        private InputStream in;

        Line(int port) {
            this.port = port;
        }

        int status(String method, String path, List<String> headers, String body) throws IOException {
            if (socket == null) {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(PATIENCE_MS);
                in = new BufferedInputStream(socket.getInputStream());
            }
            StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
            headers.forEach(each -> head.append(each).append("\r\n"));
            if (!body.isEmpty() || !method.equals("GET")) {
                head.append("Content-Type: application/json\r\nContent-Length: ")
                        .append(body.length())
                        .append("\r\n");
            }
            socket.getOutputStream().write((head + "\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            int status = Integer.parseInt(line().split(" ", 3)[1]);
            int length = -1;
            boolean last = false;
            for (String line = line(); !line.isEmpty(); line = line()) {
                String lower = line.toLowerCase(java.util.Locale.ROOT);
                length = lower.startsWith("content-length:")
                        ? Integer.parseInt(lower.substring(15).strip())
                        : length;
                last |= lower.equals("connection: close");
            }
            byte[] answer = in.readNBytes(Math.max(0, length));
            if (status >= 400) {
                Map<String, Object> refusal = Json.parseObject(answer);
                assertThat(refusal).containsKey("error");
                assertThat(refusal.get("ok")).isEqualTo(openAi(path) ? null : false);
            }
            if (last || length < 0) {
                close();
            }
            return status;
        }

        private static boolean openAi(String path) {
            return Arrays.stream(Operation.values())
                    .anyMatch(each -> each.openAi() && path.equals(each.path() + PROBE));
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                assertThat(c).as("the connection is open").isNotNegative();
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            if (socket != null) {
                socket.close();
                socket = null;
            }
        }
    }
}
