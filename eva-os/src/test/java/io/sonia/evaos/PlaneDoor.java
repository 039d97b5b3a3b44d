package io.sonia.evaos;

import io.sonia.contracts.Cursors;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.BrowserKeys;
import io.sonia.kernel.http.Buckets;
import io.sonia.kernel.http.KeyClaims;
import io.sonia.kernel.http.RequestLog;
import io.sonia.kernel.http.ServiceServer;
import io.sonia.kernel.identity.Credential;
import io.sonia.kernel.identity.Role;
import io.sonia.kernel.identity.Verifier;
import io.sonia.kernel.identity.VerifierSet;
import io.sonia.kernel.identity.Verifiers;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.AuthConfig;
import io.sonia.kernel.settings.HttpConfig;
import io.sonia.kernel.settings.IdempotencyConfig;
import io.sonia.kernel.settings.RateLimitConfig;
import io.sonia.kernel.settings.ServicesConfig;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A control plane behind a real server, asked over plain sockets, so that any header can be sent. */
final class PlaneDoor implements AutoCloseable {

    private static final int MANY = 1_000_000;
    private static final int PATIENCE_MS = 20_000;
    private static final List<String> APPROVAL_STATES =
            List.of("pending", "approved", "denied", "expired", "cancelled", "consumed");

    /** What came back. */
    record Answer(int status, Map<String, String> headers, Map<String, Object> json) {

        Map<?, ?> error() {
            return (Map<?, ?>) json.get("error");
        }

        String code() {
            return error() == null ? "OK" : String.valueOf(error().get("code"));
        }

        Map<?, ?> details() {
            return (Map<?, ?>) error().get("details");
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> data() {
            return (Map<String, Object>) json.get("data");
        }

        Map<?, ?> part(String name) {
            return (Map<?, ?>) data().get(name);
        }
    }

    final ControlPlane plane;
    final Credential operator;
    final Credential other;
    final Credential observer;
    final Credential gateway;
    final Credential openclaw;
    private final Verifiers verifiers;
    private final ServiceServer server;

    PlaneDoor(ControlPlane plane, Path folder) throws IOException {
        this.plane = plane;
        this.operator = Credential.issue(Credential.Kind.PERSON, plane.ids);
        this.other = Credential.issue(Credential.Kind.PERSON, plane.ids);
        this.observer = Credential.issue(Credential.Kind.PERSON, plane.ids);
        this.gateway = Credential.issue(Credential.Kind.SERVICE, plane.ids);
        this.openclaw = Credential.issue(Credential.Kind.SERVICE, plane.ids);
        this.verifiers = new Verifiers(plane.keys.publicKey(), plane.base.clock(), Duration.ofDays(2));
        issue(1, Role.OPERATOR);
        Settings settings = settings(folder);
        AuthConfig auth = settings.section(AuthConfig.SECTION);
        Verifiers elsewhere = new Verifiers(plane.keys.publicKey(), plane.base.clock(), Duration.ofDays(2));
        PublishedKeys published = new PublishedKeys(plane.base, plane.home, plane.keys, elsewhere, new Wakeups());
        Identities identities = new Identities(plane.base, plane.home, auth, published);
        this.server = new ServiceServer(
                new ServiceServer.Parts(
                        ServiceName.EVA_OS,
                        settings,
                        plane.base.clock(),
                        plane.ids,
                        new Hlc(plane.base.clock()),
                        verifiers,
                        plane.journal,
                        plane.journal,
                        KeyClaims.ALONE,
                        Buckets.BOTTOMLESS,
                        quiet(),
                        BrowserKeys.NONE),
                new EvaOsRoutes(
                                plane.gate,
                                plane.approvals,
                                plane.amendments,
                                plane.grants,
                                plane.tasks,
                                plane.policy,
                                plane.updates,
                                plane.stops,
                                identities,
                                published,
                                new Persons(plane.base, Cursors.of(plane.home, plane.base.clock()), auth, published),
                                plane.notary,
                                plane.events,
                                plane.alerts)
                        .list(),
                List.of());
        server.start();
    }

    private Settings settings(Path folder) throws IOException {
        Path config = folder.resolve("door.json");
        Map<String, Integer> unlimited = new TreeMap<>();
        for (String limit : List.of("person", "service")) {
            unlimited.put(limit + "_per_second", MANY);
            unlimited.put(limit + "_burst", MANY);
        }
        Files.write(
                config, Json.bytes(Map.of("services", Map.of("eva-os", Map.of("port", 0)), "rate_limit", unlimited)));
        return Settings.load(
                config,
                Map.of(),
                List.of(
                        ServicesConfig.SECTION,
                        HttpConfig.SECTION,
                        AuthConfig.SECTION,
                        RateLimitConfig.SECTION,
                        IdempotencyConfig.SECTION),
                plane.base.clock());
    }

    /** From now on the operator may only look. */
    void demote() {
        issue(2, Role.OBSERVER);
    }

    private void issue(long generation, Role role) {
        verifiers.accept(VerifierSet.sign(
                generation,
                plane.base.clock().now(),
                List.of(
                        verifier(operator, "usr_1", role),
                        verifier(other, "usr_2", Role.OPERATOR),
                        verifier(observer, "usr_3", Role.OBSERVER),
                        verifier(gateway, "api-gateway", Role.SERVICE),
                        verifier(openclaw, "openclaw", Role.SERVICE)),
                plane.keys.keyId(),
                plane.keys.signingKey()));
    }

    private Verifier verifier(Credential credential, String actor, Role role) {
        Credential.Kind kind = role == Role.SERVICE ? Credential.Kind.SERVICE : Credential.Kind.PERSON;
        return new Verifier(
                credential.publicId(),
                credential.hash(),
                actor,
                role,
                kind,
                plane.base.clock().now().minusSeconds(1),
                plane.base.clock().now().plus(Duration.ofDays(2)));
    }

    /** The header that shows who asks. */
    static String as(Credential credential, Credential.Kind kind) {
        return kind == Credential.Kind.PERSON
                ? "Authorization: Bearer " + credential.text()
                : "X-Service-Token: " + credential.text();
    }

    Answer get(String path) throws IOException {
        return send("GET", path, null, List.of(as(operator, Credential.Kind.PERSON)));
    }

    /** What an operator asks for. */
    Answer ask(String method, String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(as(operator, Credential.Kind.PERSON));
        return send(method, path, body, all);
    }

    /** What a service asks for on the operator's behalf. */
    Answer through(Credential service, String method, String path, String body) throws IOException {
        return send(method, path, body, List.of(as(service, Credential.Kind.SERVICE), "X-On-Behalf-Of: usr_1"));
    }

    Answer send(String method, String path, String body, List<String> headers) throws IOException {
        byte[] content = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                + "\r\nConnection: close\r\nContent-Length: " + content.length + "\r\n");
        if (content.length > 0) {
            head.append("Content-Type: application/json\r\n");
        }
        headers.forEach(each -> head.append(each).append("\r\n"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(content);
            socket.getOutputStream().flush();
            return answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Answer answer(String text) {
        int end = text.indexOf("\r\n\r\n");
        List<String> lines = text.substring(0, end).lines().toList();
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String body = text.substring(end + 4);
        int brace = body.indexOf('{');
        Map<String, Object> json =
                brace < 0 ? Map.of() : Json.parseObject(body.substring(brace, body.lastIndexOf('}') + 1));
        return new Answer(Integer.parseInt(lines.getFirst().split(" ", 3)[1]), headers, json);
    }

    /** All approvals and tasks, page by page, as anybody can read them. */
    Map<String, List<Object>> dump() throws IOException {
        Map<String, List<Object>> dump = new LinkedHashMap<>();
        for (String state : APPROVAL_STATES) {
            dump.put("approvals " + state, pages("/approvals?state=" + state, "approvals"));
        }
        dump.put("tasks", pages("/tasks?limit=2", "tasks"));
        dump.put("tasks deleted", pages("/tasks?status=deleted", "tasks"));
        return dump;
    }

    private List<Object> pages(String path, String list) throws IOException {
        List<Object> rows = new ArrayList<>();
        String cursor = null;
        do {
            Answer page = get(cursor == null ? path : path + "&cursor=" + cursor);
            rows.addAll((List<?>) page.data().get(list));
            cursor = (String) page.data().get("next_cursor");
        } while (cursor != null);
        return rows;
    }

    private static RequestLog quiet() {
        return new RequestLog() {
            @Override
            public void begun() {}

            @Override
            public void finished(Finished request) {}
        };
    }

    @Override
    public void close() {
        server.close();
    }
}
