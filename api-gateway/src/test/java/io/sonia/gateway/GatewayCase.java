package io.sonia.gateway;

import io.sonia.contracts.gateway.Action;
import io.sonia.contracts.gateway.ActionAnswer;
import io.sonia.contracts.gateway.ActionRequest;
import io.sonia.contracts.gateway.CancelRequest;
import io.sonia.contracts.gateway.SessionClosed;
import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.contracts.openclaw.ExecuteRequest;
import io.sonia.kernel.http.Answer;
import io.sonia.kernel.http.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with the services behind it, fresh for each test. */
@Timeout(60)
abstract class GatewayCase {

    static final Map<String, Object> ARGS = Map.of("path", "docs");
    private static final int LOOKS = 20;
    private static final int LOOK_MS = 1_000;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    House house;
    Behind behind;

    @BeforeEach
    void open() throws IOException {
        house = new House(folder);
        behind = house.behind;
    }

    @AfterEach
    void close() {
        house.close();
        threads.shutdownNow();
    }

    /** Does this meanwhile. */
    final <T> Future<T> meanwhile(Callable<T> work) {
        return threads.submit(work);
    }

    /** Asks for a turn meanwhile. */
    final Future<Answer<Turn>> asking(String text) {
        return meanwhile(() -> house.gateway.send(TurnRequest.of(text, "default", 0), null));
    }

    /** Runs a tool directly. */
    final ActionAnswer act(String tool, String sessionId) {
        return house.gateway
                .ask(Operation.ACTION)
                .body(new ActionRequest(tool, ARGS, 10_000, sessionId, 0, false))
                .send(ActionAnswer.class);
    }

    final Action action(String actionId) {
        return house.gateway
                .ask(Operation.ACTION_GET)
                .path("action_id", actionId)
                .send(Action.class);
    }

    /** The action once nothing more happens to it by itself. */
    final Action settled(String actionId) {
        Action action = action(actionId);
        for (int look = 0; look < LOOKS && !action.state().settled(); look++) {
            action = house.gateway
                    .ask(Operation.ACTION_GET)
                    .path("action_id", actionId)
                    .query("wait_ms", LOOK_MS)
                    .send(Action.class);
        }
        return action;
    }

    final Action cancel(String actionId) {
        return house.gateway
                .ask(Operation.ACTION_CANCEL)
                .path("action_id", actionId)
                .body(new CancelRequest("enough"))
                .send(Action.class);
    }

    final SessionClosed closed(String sessionId) {
        return house.gateway
                .ask(Operation.SESSION_CLOSE)
                .path("session_id", sessionId)
                .send(SessionClosed.class);
    }

    /** The execution ids asked for, in order. */
    final List<String> executed() {
        return behind.inputs(Operation.EXECUTE, ExecuteRequest.class).stream()
                .map(ExecuteRequest::executionId)
                .toList();
    }
}
