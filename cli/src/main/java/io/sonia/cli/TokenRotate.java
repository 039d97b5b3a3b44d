package io.sonia.cli;

import io.sonia.contracts.evaos.KeyRotate;
import io.sonia.contracts.evaos.KeyRotated;
import io.sonia.contracts.evaos.ServiceRotate;
import io.sonia.contracts.evaos.ServiceRotated;
import io.sonia.contracts.evaos.WhoAmI;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replaces the key of a person, or the tokens of services. */
@Command(
        name = "rotate",
        description = "Replace a person's key, or with --service the token of a service",
        footer = {
            "",
            "The former key is good for the overlap and then refused, used or not. Your own new key goes to",
            "the file that this command reads; service tokens go to files that the services read by themselves."
        })
final class TokenRotate implements Callable<Integer> {

    private static final int OVERLAP = 3_600;

    private final Workplace place;

    @Parameters(arity = "0..1", paramLabel = "<user>", description = "id or name of a person")
    private @Nullable String user;

    @Option(names = "--service", paramLabel = "<service>", description = "a service, or all of them")
    private @Nullable String service;

    @Option(
            names = "--overlap",
            paramLabel = "<seconds>",
            description = "how long the former one stays good, 0 to 86400 (default: 3600, of a service 300)")
    private @Nullable Integer overlap;

    @Option(names = "--out", paramLabel = "<file>", description = "write the key to a new file of yours alone")
    private @Nullable Path out;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    TokenRotate(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException {
        if ((user == null) == (service == null)) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "whose key is it?",
                    "expected a person or --service, and not both",
                    "see ./sonia token rotate --help");
        }
        IssuedKey issued = IssuedKey.to(place, out);
        OperatorClient client = OperatorClient.of(place);
        if (service != null) {
            tokens(client, service);
        } else if (user != null) {
            key(client, UserByName.id(client, user), issued);
        }
        return ExitCode.OK.code();
    }

    private void tokens(OperatorClient client, String name) {
        ServiceRotated rotated = client.on(Operation.AUTH_ROTATE_SERVICE)
                .body(new ServiceRotate(name, overlap))
                .send(ServiceRotated.class);
        if (json) {
            place.screen().line(Json.text(rotated));
            return;
        }
        Table table = new Table("SERVICE", "FORMER TOKEN UNTIL");
        rotated.rotated().forEach(each -> table.add(each.service(), shown(each.previousValidUntil())));
        table.show(place.screen());
    }

    private void key(OperatorClient client, String id, IssuedKey issued) throws IOException {
        boolean own =
                client.on(Operation.AUTH_WHOAMI).send(WhoAmI.class).actorId().equals(id);
        KeyRotated rotated = client.on(Operation.USER_ROTATE)
                .path("user_id", id)
                .body(new KeyRotate(overlap == null ? OVERLAP : overlap))
                .send(KeyRotated.class);
        Path file = place.home().operatorToken();
        if (own && rotated.apiKey() != null) {
            IssuedKey.write(file, rotated.apiKey());
        }
        if (json) {
            place.screen().line(Json.text(rotated));
        } else if (own && issued.file() == null) {
            place.screen().line("your new key is in " + file);
        } else {
            issued.show(rotated.apiKey());
        }
        if (!json) {
            place.screen().remark("the former key is good until " + shown(rotated.previousValidUntil()));
        }
    }

    private static String shown(@Nullable Instant end) {
        return end == null ? "now" : end.toString();
    }
}
