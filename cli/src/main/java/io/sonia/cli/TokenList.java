package io.sonia.cli;

import io.sonia.contracts.evaos.User;
import io.sonia.contracts.evaos.UserList;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.contracts.evaos.UserStatus;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists who may use this house. */
@Command(name = "list", description = "List the persons who may have keys, newest first")
final class TokenList implements Callable<Integer> {

    private static final int PAGE = 200;

    private final Workplace place;

    @Option(names = "--role", paramLabel = "<role>", description = "only operators, or only observers")
    private @Nullable UserRole role;

    @Option(names = "--status", paramLabel = "<status>", description = "active, suspended or deleted")
    private @Nullable UserStatus status;

    @Option(names = "--json", description = "print JSON, a line for each page")
    private boolean json;

    TokenList(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        Table table = new Table("USER", "NAME", "ROLE", "STATUS", "KEY UNTIL");
        String cursor = null;
        do {
            UserList page = client.on(Operation.USER_LIST)
                    .query("role", role == null ? null : Words.of(role))
                    .query("status", status == null ? null : Words.of(status))
                    .query("limit", PAGE)
                    .query("cursor", cursor)
                    .send(UserList.class);
            if (json) {
                place.screen().line(Json.text(page));
            }
            page.users().forEach(user -> add(table, user));
            cursor = page.nextCursor();
        } while (cursor != null);
        if (!json) {
            table.show(place.screen());
        }
        return ExitCode.OK.code();
    }

    private static void add(Table table, User user) {
        Instant end = user.expiresAt();
        table.add(
                user.userId(),
                user.displayName(),
                Words.of(user.role()),
                Words.of(user.status()),
                end == null ? "-" : end);
    }
}
