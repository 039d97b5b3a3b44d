package io.sonia.cli;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Talks to SONIA: at a terminal, with one sentence, or with the lines of a script. */
@Command(
        name = "chat",
        description = "Talk to SONIA; without a message, sentence by sentence",
        footer = {
            "",
            "At a terminal ctrl-c stops the running turn and ctrl-d ends the conversation. Where standard input is no "
                    + "terminal, each of its lines is a message and only answers go to standard output.",
            "Exit code 1 if a turn had no answer or waits for a decision."
        })
final class Chat implements Callable<Integer> {

    /** Who decides on calls that need approval. */
    enum Approve {
        ask,
        all,
        none
    }

    private final Workplace place;
    private final InputStream input;
    private final boolean interactive;

    @Option(
            names = "--conversation",
            paramLabel = "<name>",
            defaultValue = "default",
            description = "the conversation to go on with (default: ${DEFAULT-VALUE})")
    private String conversation = "default";

    @Option(
            names = "--approve",
            paramLabel = "ask|all|none",
            description = "who decides on calls that need approval: you are asked, all are approved, or all are left "
                    + "for later (default: ask at a terminal, else none)")
    private @Nullable Approve approve;

    @Option(names = "--json", description = "print the turn as JSON when it has ended or waits; needs a message")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "<message>", description = "what to say")
    private List<String> words = List.of();

    /**
     * A chat with whoever is at the other end of {@code input}.
     *
     * @param interactive whether that is a person at a terminal
     */
    Chat(Workplace place, InputStream input, boolean interactive) {
        this.place = place;
        this.input = input;
        this.interactive = interactive;
    }

    @Override
    public Integer call() throws IOException {
        if (approve == Approve.ask && !interactive) {
            throw Failure.of(ExitCode.USAGE, "nobody can be asked", "this is no terminal", "use --approve all or none");
        }
        if (json && (words.isEmpty() || (approve != null && approve != Approve.none))) {
            throw Failure.of(
                    ExitCode.USAGE,
                    "--json needs a message and decides nothing",
                    "it prints one turn as it stands",
                    "give a message, and decide with ./sonia approvals");
        }
        OperatorClient client = OperatorClient.of(place);
        if (json) {
            return asJson(client);
        }
        if (!interactive) {
            return fromInput(client, approve == Approve.all ? Decider.EVERYTHING : Decider.NOBODY);
        }
        try (Dialogue dialogue = Dialogue.open(place.home())) {
            return atTerminal(client, dialogue);
        }
    }

    private int asJson(OperatorClient client) {
        Turn turn = client.onPatiently(Operation.TURN)
                .idempotencyKey(client.ids().next("cli_"))
                .body(TurnRequest.of(message(), conversation, 0))
                .send(Turn.class);
        place.screen().line(Json.text(turn));
        return (turn.state().terminal() ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }

    private int fromInput(OperatorClient client, Decider decider) throws IOException {
        if (!words.isEmpty()) {
            return code(new Talk(place, client, decider).say(message(), conversation));
        }
        int code = ExitCode.OK.code();
        BufferedReader lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                Talk.End end = new Talk(place, client, decider).say(line.strip(), conversation);
                code = Math.max(code, code(end));
            }
        }
        return code;
    }

    private int atTerminal(OperatorClient client, Dialogue dialogue) {
        Decider decider =
                approve == Approve.all ? Decider.EVERYTHING : approve == Approve.none ? Decider.NOBODY : dialogue;
        if (!words.isEmpty()) {
            Talk talk = new Talk(place, client, decider);
            dialogue.onInterrupt(talk::cancel);
            return code(talk.say(message(), conversation));
        }
        place.screen().line("SONIA, conversation \"" + SafeText.line(conversation) + "\" (ctrl-d ends it)");
        for (var line = dialogue.sentence(); line.isPresent(); line = dialogue.sentence()) {
            Talk talk = new Talk(place, client, decider);
            dialogue.onInterrupt(talk::cancel);
            try {
                talk.say(line.get(), conversation);
            } catch (SoniaException failed) {
                place.screen().error(ErrorLine.of(failed, place).line());
            }
        }
        return ExitCode.OK.code();
    }

    private String message() {
        return String.join(" ", words);
    }

    private static int code(Talk.End end) {
        return (end == Talk.End.ANSWERED ? ExitCode.OK : ExitCode.NEGATIVE).code();
    }
}
