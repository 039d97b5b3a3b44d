package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation is asked for by everybody; who is let in is written down here a second time, from the contract. */
class OperationMatrixIT {

    /**
     * The contract's role word of each operation. A service that tries to {@code approve} or {@code amend} passes the
     * door and is refused by EVA-OS itself, which alone can tell a requester deciding about itself from any other service.
     */
    private static final String ROLES = """
            health open, ready open, version open, root open, status obs, metrics open, openapi open, config.get obs,
            config.reload op, audit.entries obs, audit.verify obs, audit.trace obs, audit.head obs,
            audit.export obs, audit.proof obs,
            chat op, turn op, turn.get op/svc, turn.list obs, turn.cancel op, turn.replay op, session.create op, session.list obs,
            session.get obs, session.close op, confirmation.pending obs, confirmation.get obs, confirmation.approve op,
            confirmation.deny op, action op, action.plan op, action.list obs, action.get obs, action.approve op,
            action.deny op, action.cancel op, action.reconcile op, deps obs,
            gate op+api-gateway+openclaw, approve op/svc, approval.list obs, approval.get obs, approval.cancel op/svc,
            approval.amend op/svc, approval.grant op/svc, approval.consume openclaw, approval.outcome openclaw, task.list obs,
            task.create op/svc, task.get obs, task.update op/svc, task.delete op, health.all obs, sup.services obs,
            sup.budgets obs,
            sup.restart op, sup.stop op, sup.start op, policy.get obs, policy.evaluate obs, auth.whoami obs,
            policy.propose op, kill.get obs, kill.set op,
            incident.create op, incident.list obs, incident.get obs, incident.bundle op, incident.verify op,
            auth.verifiers svc, notary.sign svc, notary.heads obs, notary.keys obs, notary.rotate op,
            route obs, model.chat op+api-gateway, providers obs, models obs, models.of obs, profiles obs,
            memory.store op/svc, memory.recall op/svc, memory.search op/svc, memory.stats obs,
            execute op+api-gateway+eva-os, execute.check op/svc, tool.list obs, tool.get obs, exec.list obs,
            exec.get op/svc, exec.cancel op+api-gateway, exec.reconcile op+api-gateway,
            session_start op, session_get op/svc, session_list obs, session_stop op, text.stream op
            """;

    @TempDir
    Path folder;

    private static Map<String, String> roles() {
        Map<String, String> roles = new HashMap<>();
        for (String row : ROLES.replace("\n", " ").split(",", -1)) {
            String[] words = row.strip().split(" ", -1);
            roles.put(words[0], words[1]);
        }
        return roles;
    }

    @Test
    void everyOperationAdmitsExactlyTheRolesOfTheContract() throws IOException {
        Map<String, String> roles = roles();
        assertThat(roles.keySet())
                .isEqualTo(Set.copyOf(Arrays.stream(Operation.values())
                        .map(Operation::wireName)
                        .toList()));
        List<Route<?>> routes = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            if (!operation.method().equals("WS")) {
                routes.add(Route.of(operation, Empty.class, call -> Reply.ok(new Empty())));
            }
        }
        Map<String, Integer> unlimited = Map.of(
                "person_per_second", 100_000,
                "person_burst", 100_000,
                "service_per_second", 100_000,
                "service_burst", 100_000,
                "address_per_second", 100_000,
                "auth_failures_per_second", 100_000);
        try (TestServer server = new TestServer(folder, routes, List.of(), unlimited)) {
            for (Route<?> route : routes) {
                check(server, route.operation(), roles.get(route.operation().wireName()));
            }
        }
    }

    private static void check(TestServer server, Operation operation, String role) throws IOException {
        boolean open = role.equals("open");
        boolean everybody = open || role.equals("obs");
        boolean person = everybody || role.equals("op") || role.startsWith("op+") || role.startsWith("op/");
        assertThat(status(server, operation, null, null))
                .as(operation + " by nobody")
                .isEqualTo(open ? 200 : 401);
        assertThat(status(server, operation, "Bearer nonsense", null))
                .as(operation + " with a wrong key")
                .isEqualTo(open ? 200 : 401);
        assertThat(status(server, operation, bearer(server.observer), null))
                .as(operation + " by an observer")
                .isEqualTo(everybody ? 200 : 403);
        assertThat(status(server, operation, bearer(server.operator), null))
                .as(operation + " by an operator")
                .isEqualTo(person ? 200 : 403);
        for (ServiceName service : ServiceName.values()) {
            boolean named = Arrays.asList(role.split("\\+", -1)).contains(service.wireName());
            boolean admitted = everybody || role.equals("svc") || role.equals("op/svc") || named;
            assertThat(status(
                            server,
                            operation,
                            null,
                            server.services.get(service).text()))
                    .as(operation + " by " + service)
                    .isEqualTo(admitted ? 200 : 403);
        }
        assertThat(status(
                        server,
                        operation,
                        bearer(server.operator),
                        server.services.get(ServiceName.PIPECAT).text()))
                .as(operation + " by an operator through a service")
                .isEqualTo(person ? 200 : 403);
    }

    private static int status(TestServer server, Operation operation, String authorization, String serviceToken)
            throws IOException {
        List<String> headers = new ArrayList<>();
        if (authorization != null) {
            headers.addAll(List.of("Authorization", authorization));
        }
        if (serviceToken != null) {
            headers.addAll(List.of("X-Service-Token", serviceToken));
        }
        String path = operation.path().replaceAll("\\{[a-z_]+}", "some_id");
        return server.send(operation.method(), path, null, headers.toArray(String[]::new))
                .statusCode();
    }

    private static String bearer(Credential credential) {
        return "Bearer " + credential.text();
    }
}
