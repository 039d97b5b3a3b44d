package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.kernel.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The person at the terminal: types sentences and says yes or no. */
final class Dialogue implements Decider, AutoCloseable {

    private static final int KEPT_LINES = 1000;

    private final Terminal terminal;
    private final LineReader sentences;
    private final LineReader words;

    private Dialogue(Terminal terminal, Path history) {
        this.terminal = terminal;
        this.sentences = LineReaderBuilder.builder()
                .terminal(terminal)
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.HISTORY_FILE_SIZE, KEPT_LINES)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        this.words = LineReaderBuilder.builder()
                .terminal(terminal)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .variable(LineReader.DISABLE_HISTORY, true)
                .build();
    }

    static Dialogue open(Home home) throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build();
        return new Dialogue(terminal, home.root().resolve("state/chat-history"));
    }

    /** What to do on ctrl-c while nothing is being typed. */
    void onInterrupt(Runnable action) {
        terminal.handle(Terminal.Signal.INT, signal -> action.run());
    }

    /** The next sentence; empty after ctrl-d. A line broken off by ctrl-c is forgotten. */
    Optional<String> sentence() {
        String line = "";
        while (line.isEmpty()) {
            try {
                line = sentences.readLine("you> ").strip();
            } catch (UserInterruptException brokenOff) {
                line = "";
            } catch (EndOfFileException end) {
                return Optional.empty();
            }
        }
        return Optional.of(line);
    }

    @Override
    public Word decide(Approval approval) {
        try {
            String answer = words.readLine("  approve? [y/N] ").strip();
            return answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes") ? Word.YES : Word.NO;
        } catch (UserInterruptException interrupted) {
            return Word.STOP;
        } catch (EndOfFileException end) {
            return Word.LEAVE;
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
