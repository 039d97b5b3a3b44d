package io.sonia.cli;

import io.sonia.contracts.evaos.UserCreate;
import io.sonia.contracts.evaos.UserCreated;
import io.sonia.contracts.evaos.UserRole;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a person and the person's first key. */
@Command(
        name = "create",
        description = "Make a person and a key, which is shown once",
        footer = {
            "",
            "An observer may look, an operator may act and decide. The key is good everywhere within a second."
        })
final class TokenCreate implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--name", required = true, paramLabel = "<name>", description = "one that nobody else has")
    private String name = "";

    @Option(names = "--role", paramLabel = "<role>", description = "operator or observer (default: observer)")
    private UserRole role = UserRole.OBSERVER;

    @Option(names = "--days", paramLabel = "<n>", description = "life of the key, 1 to 365 (default: 90)")
    private @Nullable Integer days;

    @Option(names = "--out", paramLabel = "<file>", description = "write the key to a new file of yours alone")
    private @Nullable Path out;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    TokenCreate(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        IssuedKey issued = IssuedKey.to(place, out);
        UserCreated made = OperatorClient.of(place)
                .on(Operation.USER_CREATE)
                .body(new UserCreate(name, role, Map.of(), days))
                .send(UserCreated.class);
        if (json) {
            place.screen().line(Json.text(made));
            return ExitCode.OK.code();
        }
        issued.show(made.apiKey());
        place.screen()
                .remark(SafeText.line(name) + " is " + made.user().userId() + ", " + Words.of(role) + ", until "
                        + made.user().expiresAt());
        return ExitCode.OK.code();
    }
}
