package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bad idempotency keys, fences and decisions, one after the other against one control plane over HTTP: each has the code
 * of the contract, changes nothing that anybody can read, and is on record.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private static final String YES = "{'approval_id':'{pending}','decision':'approved'}";
    private static final String AMEND = "{'args':{'path':'x','content':'y'},'reason':'r','fence_token':{fence}}";
    private static final String CANCEL = "{'reason':'r','fence_token':{fence}}";

    @TempDir
    static Path folder;

    private final Map<String, String> names = new LinkedHashMap<>();
    private ControlPlane plane;
    private PlaneDoor door;

    /** One request: who, method and path, headers, body; then code and what the details say. */
    record Row(String who, String request, List<String> headers, String body, String code, String detail) {
        @Override
        public String toString() {
            return who + " " + request + " " + headers.stream().map(Row::cut).toList() + " "
                    + (body == null ? "" : cut(body)) + " -> " + code;
        }

        private static String cut(String header) {
            return header.length() < 60 ? header : header.substring(0, 60);
        }
    }

    private static Row row(String request, String body, String code, String detail, String... headers) {
        return new Row("operator", request, List.of(headers), body, code, detail);
    }

    private static Row by(String who, String request, String body, String code) {
        return new Row(who, request, List.of(), body, code, "");
    }

    private static Stream<Row> keys() {
        String approve = "POST /approve";
        String header = "X-Idempotency-Key: ";
        return Stream.of(
                row(approve, YES, "INVALID_ARGUMENT", "", header),
                row(approve, YES, "INVALID_ARGUMENT", "", "Idempotency-Key: \"\""),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "k".repeat(256)),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "two words"),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "caf\u00e9"),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "a\tb"),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "one", "Idempotency-Key: two"),
                row(approve, YES, "INVALID_ARGUMENT", "", header + "one", header + "two"),
                row(approve, YES, "INVALID_ARGUMENT", "", "Idempotency-Key: one", "Idempotency-Key: two"),
                row(approve, YES, "IDEMPOTENCY_MISMATCH", "differs=body", header + "used"),
                row(
                        approve,
                        "{'approval_id':'{approved}','decision':'denied'}",
                        "IDEMPOTENCY_MISMATCH",
                        "differs=body",
                        header + "used"),
                row(
                        "POST /v1/approvals/{pending}/cancel",
                        CANCEL,
                        "IDEMPOTENCY_MISMATCH",
                        "differs=path",
                        header + "withdrawn"));
    }

    private static Stream<Row> fences() {
        String approve = "POST /approve";
        List<Row> rows = new ArrayList<>();
        for (String fence : List.of("0", "{stale}", "{other_fence}", "9007199254740991")) {
            rows.add(row(approve, with(YES, fence), "STALE_FENCE", "current_fence={fence}"));
            rows.add(row(approve, YES, "STALE_FENCE", "current_fence={fence}", "X-Fence-Token: " + fence));
            rows.add(row(
                    "POST /v1/approvals/{pending}/cancel",
                    CANCEL.replace("{fence}", fence),
                    "STALE_FENCE",
                    "current_fence={fence}"));
            rows.add(row(
                    "POST /v1/approvals/{pending}/amend",
                    AMEND.replace("{fence}", fence),
                    "STALE_FENCE",
                    "current_fence={fence}"));
            rows.add(row("PATCH /tasks/{task}", "{'status':'running','fence_token':" + fence + "}", "STALE_FENCE", ""));
        }
        for (String fence : List.of("-1", "1.5", "'1'", "9007199254740993", "true")) {
            rows.add(row(approve, with(YES, fence), "INVALID_ARGUMENT", ""));
        }
        for (String fence : List.of("-1", "one", "0x1", "99999999999999999999", "")) {
            rows.add(row(approve, YES, "INVALID_ARGUMENT", "", "X-Fence-Token: " + fence));
        }
        rows.add(row(approve, with(YES, "{fence}"), "INVALID_ARGUMENT", "", "X-Fence-Token: {stale}"));
        rows.add(row("POST /v1/approvals/{pending}/cancel", "{'reason':'r'}", "INVALID_ARGUMENT", ""));
        rows.add(row("POST /v1/approvals/{pending}/amend", "{'reason':'r','args':{}}", "INVALID_ARGUMENT", ""));
        return rows.stream();
    }

    private static String with(String body, String fence) {
        return body.replace("}", "").replace("{pending", "{pending}") + ",'fence_token':" + fence + "}";
    }

    private static Stream<Row> decisions() {
        String approve = "POST /approve";
        List<Row> rows = new ArrayList<>();
        Map<String, String> codes = Map.of(
                "approved", "ALREADY_DECIDED",
                "denied", "ALREADY_DECIDED",
                "consumed", "ALREADY_DECIDED",
                "expired", "APPROVAL_EXPIRED",
                "cancelled", "INVALID_STATE");
        codes.forEach((state, code) -> {
            for (String decision : List.of("approved", "denied")) {
                rows.add(row(approve, "{'approval_id':'{" + state + "}','decision':'" + decision + "'}", code, ""));
            }
            rows.add(row("POST /v1/approvals/{" + state + "}/amend", AMEND, code, ""));
        });
        for (String state : List.of("denied", "consumed", "expired", "cancelled")) {
            rows.add(row("POST /v1/approvals/{" + state + "}/cancel", CANCEL, "INVALID_STATE", "state=" + state));
        }
        rows.add(row(approve, "{'approval_id':'apr_unknown','decision':'approved'}", "NOT_FOUND", ""));
        rows.add(row(approve, "{'approval_id':'a b','decision':'approved'}", "INVALID_ARGUMENT", ""));
        rows.add(row(approve, "{'approval_id':'{pending}'}", "INVALID_ARGUMENT", ""));
        rows.add(row(approve, "{'approval_id':'{pending}','decision':'maybe'}", "INVALID_ARGUMENT", ""));
        rows.add(row(approve, YES.replace("'}", "','reason':'" + "r".repeat(501) + "'}"), "INVALID_ARGUMENT", ""));
        rows.add(row(approve, YES.replace("'}", "','more':1}"), "INVALID_ARGUMENT", ""));
        rows.add(row(approve, "{'approval_id':", "INVALID_ARGUMENT", ""));
        rows.add(row("POST /v1/approvals/apr_unknown/amend", AMEND, "NOT_FOUND", ""));
        rows.add(by("nobody", approve, YES, "UNAUTHORIZED"));
        rows.add(by("observer", approve, YES, "FORBIDDEN"));
        rows.add(by("gateway", approve, YES, "SELF_APPROVAL_DENIED"));
        rows.add(by("openclaw", "POST /v1/approvals/{pending}/amend", AMEND, "FORBIDDEN"));
        return rows.stream();
    }

    private static Stream<Row> tasks() {
        return Stream.of(
                row("POST /tasks", "{'task_id':'{task}'}", "CONFLICT", ""),
                row("POST /tasks", "{'task_id':'tsk_gone'}", "CONFLICT", ""),
                row("POST /tasks", "{'task_id':'other_1'}", "INVALID_ARGUMENT", ""),
                row("POST /tasks", "{'kind':'party'}", "INVALID_ARGUMENT", ""),
                row("POST /tasks", "{'metadata':{'a':'" + "x".repeat(16_384) + "'}}", "INVALID_ARGUMENT", ""),
                row(
                        "PATCH /tasks/{task}",
                        "{'result':{'a':'" + "x".repeat(16_384) + "'},'fence_token':1}",
                        "INVALID_ARGUMENT",
                        ""),
                row("PATCH /tasks/{task}", "{'progress':101,'fence_token':1}", "INVALID_ARGUMENT", ""),
                row("PATCH /tasks/{task}", "{'status':'running'}", "INVALID_ARGUMENT", ""),
                row("PATCH /tasks/{task}", "{'status':'running'}", "CONFLICT", "etag=\"1\"", "If-Match: \"2\""),
                row(
                        "PATCH /tasks/{task}",
                        "{'status':'succeeded'}",
                        "INVALID_STATE",
                        "state=created",
                        "If-Match: \"1\""),
                row("PATCH /tasks/{task}", "{'status':'deleted'}", "INVALID_ARGUMENT", "", "If-Match: \"1\""),
                row("PATCH /tasks/tsk_gone", "{'status':'running'}", "NOT_FOUND", "", "If-Match: \"1\""),
                row("DELETE /tasks/tsk_gone", null, "NOT_FOUND", ""),
                row("DELETE /tasks/tsk_never", null, "NOT_FOUND", ""));
    }

    static List<Row> rows() {
        return Stream.of(keys(), fences(), decisions(), tasks())
                .flatMap(each -> each)
                .toList();
    }

    @BeforeAll
    void open() throws IOException {
        plane = new ControlPlane(folder);
        door = new PlaneDoor(plane, folder);
        names.put("expired", ask("expired.txt"));
        plane.clock.advance(Duration.ofMinutes(2));
        plane.sweep.tick();
        names.put("pending", ask("pending.txt"));
        names.put("other", ask("other.txt"));
        names.put("approved", ask("approved.txt"));
        decide("approved", "approved", "used");
        names.put("denied", ask("denied.txt"));
        decide("denied", "denied", "no");
        names.put("cancelled", ask("cancelled.txt"));
        door.ask(
                "POST",
                "/v1/approvals/" + names.get("cancelled") + "/cancel",
                CANCEL.replace('\'', '"').replace("{fence}", fence("cancelled")),
                "X-Idempotency-Key: withdrawn");
        names.put("consumed", ask("consumed.txt"));
        decide("consumed", "approved", "yes");
        consume();
        names.put("task", "tsk_1");
        door.ask("POST", "/tasks", "{\"task_id\":\"tsk_1\"}");
        door.ask("POST", "/tasks", "{\"task_id\":\"tsk_gone\"}");
        door.ask("DELETE", "/tasks/tsk_gone", null);
        names.put("fence", fence("pending"));
        names.put("stale", String.valueOf(Long.parseLong(fence("pending")) - 1));
        names.put("other_fence", fence("other"));
    }

    @AfterAll
    void close() {
        door.close();
        plane.close();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isRefusedChangesNothingAndIsOnRecord(Row row) throws IOException {
        Map<String, List<Object>> before = door.dump();
        int recorded = plane.recorded().size();

        PlaneDoor.Answer answer = send(row);

        assertThat(answer.code()).as(answer.json().toString()).isEqualTo(row.code());
        assertThat(answer.status()).isEqualTo(ErrorCode.valueOf(row.code()).httpStatus());
        if (!row.detail().isEmpty()) {
            String[] detail = filled(row.detail()).split("=", 2);
            assertThat(answer.details().get(detail[0])).hasToString(detail[1]);
        }
        assertThat(plane.recorded()).hasSize(recorded + 1);
        assertThat(plane.lastOutcome()).isEqualTo(row.code());
        assertThat(door.dump()).isEqualTo(before);
    }

    @Test
    void whatIsWithinTheRulesGoesThrough() throws IOException {
        String id = ask("fine.txt");
        String key = "k".repeat(255);
        String body = "{\"approval_id\":\"" + id + "\",\"decision\":\"denied\"}";
        PlaneDoor.Answer first =
                door.ask("POST", "/approve", body, "X-Idempotency-Key: " + key, "Idempotency-Key: \"" + key + "\"");
        PlaneDoor.Answer again = door.ask("POST", "/approve", body, "Idempotency-Key: " + key);
        assertThat(first.code()).isEqualTo("OK");
        assertThat(again.data()).isEqualTo(first.data());
        assertThat(first.headers()).doesNotContainKey("idempotency-replayed");
        assertThat(again.headers()).containsEntry("idempotency-replayed", "true");
        PlaneDoor.Answer another = door.send(
                "POST",
                "/approve",
                body,
                List.of(PlaneDoor.as(door.other, Credential.Kind.PERSON), "Idempotency-Key: " + key));
        assertThat(another.code()).isEqualTo("ALREADY_DECIDED");
    }

    private PlaneDoor.Answer send(Row row) throws IOException {
        String[] line = filled(row.request()).split(" ", 2);
        List<String> headers = new ArrayList<>();
        row.headers().forEach(each -> headers.add(filled(each)));
        switch (row.who()) {
            case "operator" -> headers.add(PlaneDoor.as(door.operator, Credential.Kind.PERSON));
            case "observer" -> headers.add(PlaneDoor.as(door.observer, Credential.Kind.PERSON));
            case "gateway" -> headers.add(PlaneDoor.as(door.gateway, Credential.Kind.SERVICE));
            case "openclaw" -> headers.add(PlaneDoor.as(door.openclaw, Credential.Kind.SERVICE));
            default -> {
                // Nobody shows nothing.
            }
        }
        return door.send(
                line[0], line[1], row.body() == null ? null : filled(row.body()).replace('\'', '"'), headers);
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> name : names.entrySet()) {
            filled = filled.replace("{" + name.getKey() + "}", name.getValue());
        }
        return filled;
    }

    /** A pending approval that the gateway asked for on the operator's behalf. */
    private String ask(String path) throws IOException {
        PlaneDoor.Answer answer = door.through(
                door.gateway,
                "POST",
                "/gate-tool-call",
                "{\"tool_name\":\"file.write\",\"args\":{\"path\":\"" + path + "\",\"content\":\"\"}}");
        return String.valueOf(answer.part("approval").get("approval_id"));
    }

    private void decide(String name, String decision, String key) throws IOException {
        PlaneDoor.Answer answer = door.ask(
                "POST",
                "/approve",
                "{\"approval_id\":\"" + names.get(name) + "\",\"decision\":\"" + decision + "\"}",
                "X-Idempotency-Key: " + key);
        assertThat(answer.code()).isEqualTo("OK");
    }

    private void consume() throws IOException {
        String path = "/v1/approvals/" + names.get("consumed");
        PlaneDoor.Answer grant = door.through(door.gateway, "POST", path + "/grant", null);
        PlaneDoor.Answer answer = door.through(
                door.openclaw,
                "POST",
                path + "/consume",
                "{\"grant_id\":\"" + grant.data().get("grant_id") + "\",\"execution_id\":\"exe_1\",\"digest\":\""
                        + door.get(path).data().get("digest") + "\",\"fence_token\":"
                        + grant.data().get("fence_token") + "}");
        assertThat(answer.code()).as(answer.json().toString()).isEqualTo("OK");
    }

    private String fence(String name) throws IOException {
        return String.valueOf(
                door.get("/v1/approvals/" + names.get(name)).data().get("fence_token"));
    }
}
