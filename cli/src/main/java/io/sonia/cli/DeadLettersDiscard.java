package io.sonia.cli;

import io.sonia.contracts.gateway.DeadLetterDiscarded;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Discards one dead letter. */
@Command(name = "discard", description = "Give up a failed action for good; the reason is kept on record")
final class DeadLettersDiscard implements Callable<Integer> {

    private final Workplace place;

    @Parameters(paramLabel = "<id>", description = "the letter, as ./sonia dead-letters list shows it")
    private String letterId = "";

    @Option(names = "--reason", paramLabel = "<text>", required = true, description = "kept on record")
    private String reason = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DeadLettersDiscard(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        OperatorClient client = OperatorClient.of(place);
        DeadLetterDiscarded discarded = client.on(Operation.DEAD_LETTER_DISCARD)
                .path("letter_id", letterId)
                .idempotencyKey(client.ids().next("cli_"))
                .query("reason", reason)
                .send(DeadLetterDiscarded.class);
        place.screen().line(json ? Json.text(discarded) : "discarded " + SafeText.line(discarded.letterId()));
        return ExitCode.OK.code();
    }
}
