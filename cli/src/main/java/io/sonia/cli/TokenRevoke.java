package io.sonia.cli;

import io.sonia.contracts.evaos.KeyRevoke;
import io.sonia.contracts.evaos.KeyRevoked;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes all keys of a person away at once. */
@Command(
        name = "revoke",
        description = "Take all keys of a person away, everywhere within a second",
        footer = {"", "The person stays; ./sonia token rotate makes a new key. Open connections of the keys are closed."
        })
final class TokenRevoke implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<user>", description = "id or name of a person")
    private String user = "";

    @Option(names = "--reason", paramLabel = "<why>", description = "goes on record, up to 500 characters")
    private String reason = "no reason given";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    TokenRevoke(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        KeyRevoked revoked = client.on(Operation.USER_REVOKE)
                .path("user_id", UserByName.id(client, user))
                .body(new KeyRevoke(reason))
                .send(KeyRevoked.class);
        place.screen()
                .line(
                        json
                                ? Json.text(revoked)
                                : "all keys of " + revoked.userId() + " are worth nothing since "
                                        + revoked.revokedAt());
        return ExitCode.OK.code();
    }
}
