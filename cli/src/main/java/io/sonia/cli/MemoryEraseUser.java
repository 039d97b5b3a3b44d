package io.sonia.cli;

import io.sonia.contracts.memory.UserErased;
import io.sonia.contracts.memory.UserHistory;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes everything of a person out of the memory. */
@Command(
        name = "erase-user",
        description = "Take everything of a person out of the memory, for good",
        footer = {
            "",
            "Memories with all versions, the conversation history and documents the person had read in. What the person said is",
            "still in the turns and recordings of the gateway: see ./sonia memory forget. The key stays valid: see",
            "./sonia token revoke."
        })
final class MemoryEraseUser implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<name or id>", description = "the person")
    private String user = "";

    @Option(names = "--yes", description = "erase it; without it nothing is changed")
    private boolean yes;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    MemoryEraseUser(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        String id = UserByName.id(client, user);
        if (!yes) {
            UserHistory history = client.on(Operation.HISTORY_USER)
                    .path("user_id", id)
                    .query("limit", 1)
                    .send(UserHistory.class);
            place.screen()
                    .line("nothing was changed; add --yes to erase " + SafeText.line(id) + " with " + history.total()
                            + " turns and every memory and document");
            return ExitCode.OK.code();
        }
        UserErased erased = client.onPatiently(Operation.USER_ERASE)
                .path("user_id", id)
                .query("confirm", id)
                .send(UserErased.class);
        place.screen()
                .line(
                        json
                                ? Json.text(erased)
                                : "erased: " + erased.memories() + " memories, " + erased.documents() + " documents, "
                                        + erased.turns() + " turns");
        return ExitCode.OK.code();
    }
}
