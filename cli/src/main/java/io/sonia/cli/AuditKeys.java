package io.sonia.cli;

import io.sonia.contracts.audit.NotaryKey;
import io.sonia.contracts.audit.NotaryKeyList;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The keys that an outsider checks checkpoints, exports and bundles with. */
@Command(
        name = "keys",
        description = "Show the notary's public keys, or replace the one in use",
        footer = {"", "What a replaced key has signed stays good. The file named below is what a verifier needs."})
final class AuditKeys implements Callable<Integer> {

    private final Workplace place;

    @Option(names = "--rotate", description = "put a new key into use; this goes on record")
    private boolean rotate;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    AuditKeys(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        NotaryKeyList keys = OperatorClient.of(place)
                .on(rotate ? Operation.NOTARY_ROTATE : Operation.NOTARY_KEYS)
                .send(NotaryKeyList.class);
        if (json) {
            place.screen().line(Json.text(keys));
            return ExitCode.OK.code();
        }
        Table table = new Table("KEY", "FOR", "SINCE", "UNTIL", "PUBLIC KEY");
        for (NotaryKey key : keys.keys()) {
            Instant until = key.notAfter();
            table.add(key.keyId(), key.purpose(), key.notBefore(), until == null ? "-" : until, key.publicKey());
        }
        table.show(place.screen());
        place.screen().line("for a verifier: " + place.home().notaryPublicKeys());
        return ExitCode.OK.code();
    }
}
