package io.sonia.cli;

import io.sonia.contracts.events.Event;
import io.sonia.contracts.events.EventList;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.json.Timestamps;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what happened in all services, and goes on with what happens. */
@Command(
        name = "events",
        description = "Show what happened in all services, oldest first; times are UTC",
        footer = {"", "A type is such as approval.requested; in --type a * stands for any characters: 'approval.*'."})
final class EventsCommand implements Callable<Integer> {

    private static final int MOST = 200;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What a following command waits through: the stream has ended, or EVA-OS is being started anew. */
    private static final Set<ErrorCode> PASSING =
            EnumSet.of(ErrorCode.UNAVAILABLE, ErrorCode.TIMEOUT, ErrorCode.DEPENDENCY_FAILED);

    private static final Set<String> HIDDEN = Set.of("code", "digest", "args_digest", "result_digest", "fence_token");

    private final Workplace place;

    @Option(
            names = {"-f", "--follow"},
            description = "go on with what happens from now on, until interrupted")
    private boolean follow;

    @Option(names = "--type", paramLabel = "<pattern>", description = "only events of such a type")
    private @Nullable String type;

    @Option(names = "--correlation", paramLabel = "<id>", description = "only this correlation id; not with --follow")
    private @Nullable String correlation;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "<count>",
            defaultValue = "50",
            description = "how many of the last events, 1 to 200 (default: ${DEFAULT-VALUE})")
    private int limit;

    @Option(names = "--json", description = "print JSON lines")
    private boolean json;

    EventsCommand(Workplace place) {
        this.place = place;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1 || limit > MOST) {
            throw Failure.of(ExitCode.USAGE, "--limit " + limit + " is refused", "it is not 1 to " + MOST, "change it");
        }
        if (follow && correlation != null) {
            throw Failure.of(
                    ExitCode.USAGE, "--follow and --correlation are refused", "they exclude each other", "drop one");
        }
        OperatorClient client = OperatorClient.of(place);
        EventList last = client.on(Operation.EVENT_LIST)
                .query("type", type)
                .query("correlation_id", correlation)
                .query("limit", limit)
                .send(EventList.class);
        last.events().reversed().forEach(this::show);
        if (follow) {
            follow(client);
        }
        return ExitCode.OK.code();
    }

    private void follow(OperatorClient client) throws InterruptedException {
        String seen = null;
        while (!Thread.currentThread().isInterrupted()) {
            try (EventSource events = client.onPatiently(Operation.EVENT_STREAM)
                    .query("types", type)
                    .lastEventId(seen)
                    .events()) {
                while (events.hasNext()) {
                    ServerEvent each = events.next();
                    if (each.event().equals("error")) {
                        throw SoniaException.of(ErrorCode.UNAVAILABLE);
                    }
                    seen = each.id();
                    show(each);
                }
            } catch (SoniaException e) {
                if (!PASSING.contains(e.code())) {
                    throw e;
                }
            }
            place.clock().sleep(PAUSE);
        }
    }

    private void show(ServerEvent received) {
        if (received.event().equals("gap")) {
            place.screen().remark("events between two of these were missed");
        } else {
            show(Shape.of(Event.class).readAnswer(received.data()));
        }
    }

    private void show(Event event) {
        if (json) {
            place.screen().line(Json.text(event));
            return;
        }
        String about = event.payload().entrySet().stream()
                .filter(each -> each.getValue() != null && !HIDDEN.contains(each.getKey()))
                .map(EventsCommand::part)
                .collect(Collectors.joining(" "));
        Object code = event.payload().get("code");
        String failed = ErrorCode.OK.name().equals(code) ? "" : " " + code;
        place.screen()
                .line(Timestamps.format(event.timestamp()) + "  " + event.type() + failed + "  "
                        + SafeText.line(about));
    }

    private static String part(Map.Entry<String, @Nullable Object> each) {
        Object value = each.getValue();
        return each.getKey() + "=" + (value instanceof String text ? text : Json.text(value));
    }
}
