package io.sonia.cli;

import io.sonia.contracts.gateway.DeadLetter;
import io.sonia.contracts.gateway.DeadLetterAnswer;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one dead letter. */
@Command(name = "show", description = "Show one dead letter: the call, why it failed and what became of replays")
final class DeadLettersShow implements Callable<Integer> {

    private static final int LONGEST_ARGS = 2_000;

    private final Workplace place;

    @Parameters(paramLabel = "<id>", description = "the letter, as ./sonia dead-letters list shows it")
    private String letterId = "";

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    DeadLettersShow(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() {
        DeadLetter letter = OperatorClient.of(place)
                .on(Operation.DEAD_LETTER_GET)
                .path("letter_id", letterId)
                .send(DeadLetterAnswer.class)
                .deadLetter();
        if (json) {
            place.screen().line(Json.text(letter));
            return ExitCode.OK.code();
        }
        line("letter", letter.letterId() + ", " + Words.of(letter.state()));
        line("failed", Timestamps.format(letter.createdAt()));
        line("tool", letter.intent());
        line("arguments", ApprovalCard.brief(letter.params(), LONGEST_ARGS));
        line("cause", letter.errorCode() + ": " + letter.errorMessage() + " (" + Words.of(letter.failureClass()) + ")");
        line("request", letter.correlationId());
        line("action", letter.actionId());
        if (letter.replayActionId() != null) {
            line("replays", letter.replayGeneration() + ", the newest as " + letter.replayActionId());
        }
        return ExitCode.OK.code();
    }

    private void line(String name, String value) {
        place.screen().line("%-10s %s".formatted(name, SafeText.line(value)));
    }
}
