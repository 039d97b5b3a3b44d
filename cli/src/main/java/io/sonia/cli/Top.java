package io.sonia.cli;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.NonBlockingReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how all services are, again each second. */
@Command(
        name = "top",
        description = "Watch the services: rates, latencies, queues, and what waits for a person",
        footer = {"", "q or ctrl-c ends it. Without a terminal it prints one frame. Rates leave out probes and scrapes."
        })
final class Top implements Callable<Integer> {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int WIDE = 120;
    private static final int CTRL_C = 3;
    private static final String ALTERNATE_SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String FORMER_SCREEN = "\u001b[?25h\u001b[?1049l";
    private static final String HOME_OF_SCREEN = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    private final Workplace place;

    @Option(names = "--once", description = "print one frame and end")
    private boolean once;

    @Option(names = "--json", description = "print one frame as JSON and end")
    private boolean json;

    Top(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        TopSampler sampler = new TopSampler(place, OperatorClient.of(place));
        if (!sampler.running()) {
            throw OperatorClient.notRunning(place, "no service answers");
        }
        TopFrame first = sampler.next();
        if (!once && !json && place.screen().terminal()) {
            watch(first, sampler);
            return ExitCode.OK.code();
        }
        place.clock().sleep(EVERY);
        TopFrame frame = sampler.next();
        if (json) {
            place.screen().line(Json.text(frame));
        } else {
            TopPicture.lines(frame, WIDE, Integer.MAX_VALUE).forEach(place.screen()::line);
        }
        return ExitCode.OK.code();
    }

    private void watch(TopFrame first, TopSampler sampler) throws IOException {
        AtomicBoolean over = new AtomicBoolean();
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build()) {
            terminal.handle(Terminal.Signal.INT, signal -> over.set(true));
            Attributes former = terminal.enterRawMode();
            place.screen().piece(ALTERNATE_SCREEN);
            try {
                TopFrame frame = first;
                while (!over.get()) {
                    draw(frame, terminal);
                    over.compareAndSet(false, ended(terminal.reader()));
                    frame = over.get() ? frame : sampler.next();
                }
            } finally {
                place.screen().piece(FORMER_SCREEN);
                terminal.setAttributes(former);
            }
        }
    }

    /** Draws over the former frame, so that nothing flickers. */
    private void draw(TopFrame frame, Terminal terminal) {
        List<String> lines = TopPicture.lines(
                frame, columns(terminal), Math.max(1, terminal.getSize().getRows() - 1));
        StringBuilder all = new StringBuilder(HOME_OF_SCREEN);
        lines.forEach(each -> all.append(each).append(REST_OF_LINE).append("\r\n"));
        place.screen().piece(all + REST_OF_SCREEN);
    }

    private static int columns(Terminal terminal) {
        return terminal.getSize().getColumns() > 0 ? terminal.getSize().getColumns() : WIDE;
    }

    /** Waits for the next frame; true if somebody wants no more. */
    private static boolean ended(NonBlockingReader keys) throws IOException {
        int key = keys.read(EVERY.toMillis());
        return key == 'q' || key == 'Q' || key == CTRL_C || key == NonBlockingReader.EOF;
    }
}
