package io.sonia.cli;

import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.contracts.memory.HistoryTurn;
import io.sonia.contracts.memory.SessionHistory;
import io.sonia.contracts.memory.UserSessions;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the conversation history. */
@Command(
        name = "turns",
        description = "List a person's sessions, or show what was said and answered in one of them",
        footer = {"", "Turns stay as long as memory_engine.history_days says. Secrets are not kept."})
final class MemoryTurns implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Parameters(arity = "0..1", paramLabel = "<session>", description = "id of a session; without it they are listed")
    private @Nullable String session;

    @Option(names = "--user", paramLabel = "<name or id>", description = "whose sessions; without it your own")
    private @Nullable String user;

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    MemoryTurns(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        if (session != null) {
            turns(client, session);
        } else {
            sessions(
                    client,
                    user == null
                            ? client.on(Operation.AUTH_WHOAMI)
                                    .send(WhoAmI.class)
                                    .actorId()
                            : UserByName.id(client, user));
        }
        return ExitCode.OK.code();
    }

    private void sessions(OperatorClient client, String userId) {
        Table table = new Table("SESSION", "FIRST TURN", "LAST TURN", "TURNS");
        String cursor = null;
        do {
            UserSessions page = client.on(Operation.HISTORY_SESSIONS)
                    .path("user_id", userId)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(UserSessions.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            page.sessions()
                    .forEach(each -> table.add(each.sessionId(), each.firstAt(), each.lastAt(), each.turnCount()));
            cursor = page.nextCursor();
        } while (cursor != null);
        if (!json) {
            table.show(place.screen());
        }
    }

    private void turns(OperatorClient client, String sessionId) {
        String cursor = null;
        do {
            SessionHistory page = client.on(Operation.HISTORY_SESSION)
                    .path("session_id", sessionId)
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(SessionHistory.class);
            if (json) {
                place.screen().line(Json.text(page));
            } else {
                page.turns().forEach(this::show);
            }
            cursor = page.nextCursor();
        } while (cursor != null);
    }

    private void show(HistoryTurn turn) {
        place.screen().line(turn.sequenceNum() + "  " + turn.createdAt() + "  " + SafeText.line(turn.turnId()));
        place.screen().line("> " + SafeText.of(turn.userInput()));
        turn.toolCalls()
                .forEach(call -> place.screen().line(SafeText.line("  " + call.toolName() + " " + call.status())));
        String answer = turn.assistantResponse();
        place.screen().line(answer == null ? "  (no answer)" : SafeText.of(answer));
        place.screen().line("");
    }
}
