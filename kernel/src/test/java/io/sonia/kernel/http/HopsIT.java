package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.json.IgnoresUnknown;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three services, each of which asks the next. */
@Timeout(60)
class HopsIT {

    private static final int MARGIN_MS = 20;

    /** What each of them answers. */
    @IgnoresUnknown
    public record Reached(int hops) {}

    @TempDir
    Path folder;

    private final List<Long> leftMs = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private static Peer peer(int port) {
        return new Peer("next", port, new Hlc(Clock.system()), () -> "");
    }

    private TestServer serving(String name, List<Route<?>> routes) throws IOException {
        TestServer server = new TestServer(
                Files.createDirectory(folder.resolve(name)),
                routes,
                List.of(),
                Map.of(
                        "rate_limit",
                        Map.of("address_per_second", 1_000, "person_per_second", 1_000, "person_burst", 1_000)));
        open.add(server);
        return server;
    }

    private Reply last(Call<Empty> call) {
        leftMs.add(call.context().deadline().left().toMillis());
        return Reply.ok(new Reached(1));
    }

    private Reply asking(Call<Empty> call, Peer next, Operation operation) {
        leftMs.add(call.context().deadline().left().toMillis());
        return Reply.ok(new Reached(
                next.on(call.context(), operation).send(Reached.class).hops() + 1));
    }

    private TestServer first() throws IOException {
        TestServer third = serving("third", List.of(Route.of(Operation.READY, Empty.class, Reached.class, this::last)));
        Peer toThird = peer(third.port());
        TestServer second = serving(
                "second",
                List.of(Route.of(
                        Operation.VERSION,
                        Empty.class,
                        Reached.class,
                        call -> asking(call, toThird, Operation.READY))));
        Peer toSecond = peer(second.port());
        return serving(
                "first",
                List.of(Route.of(
                        Operation.ROOT,
                        Empty.class,
                        Reached.class,
                        call -> asking(call, toSecond, Operation.VERSION))));
    }

    @Test
    void eachPassesOnWhatIsLeftWithoutItsMargin() throws IOException {
        HttpResponse<String> answer = first().send("GET", "/", null, "X-Deadline-Ms", "15000");

        assertThat(answer.body()).contains("\"hops\":3");
        assertThat(leftMs).hasSize(3);
        assertThat(leftMs.get(0)).isLessThanOrEqualTo(15_000);
        assertThat(leftMs.get(1)).isLessThanOrEqualTo(leftMs.get(0) - MARGIN_MS);
        assertThat(leftMs.get(2)).isLessThanOrEqualTo(leftMs.get(1) - MARGIN_MS).isPositive();
    }

    @Test
    void whoseTimeIsOverIsNotStartedAnywhere() throws IOException {
        TestServer first = first();

        HttpResponse<String> none = first.send("GET", "/", null, "X-Deadline-Ms", "0");
        assertThat(TestServer.code(none)).isEqualTo("TIMEOUT");
        assertThat(leftMs).isEmpty();

        HttpResponse<String> tooLittleToPassOn = first.send("GET", "/", null, "X-Deadline-Ms", "" + MARGIN_MS);
        assertThat(TestServer.code(tooLittleToPassOn)).isEqualTo("TIMEOUT");
        assertThat(leftMs).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aDependencyThatDoesNotAnswerLeavesPlacesForWhatDoesNotNeedIt() throws Exception {
        RawServer silent = new RawServer();
        open.add(silent);
        Peer slow = peer(silent.port());
        TestServer server = serving(
                "caller",
                List.of(
                        Route.of(
                                Operation.SESSION_LIST,
                                Empty.class,
                                Reached.class,
                                call -> asking(call, slow, Operation.TASK_LIST)),
                        Route.of(Operation.TURN_LIST, Empty.class, Reached.class, this::last)));
        List<CompletableFuture<Integer>> stuck = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            stuck.add(CompletableFuture.supplyAsync(() -> status(server), Thread::startVirtualThread));
        }
        while (stuck.stream().noneMatch(CompletableFuture::isDone)) {
            Thread.onSpinWait();
        }

        HttpResponse<String> other = server.asOperator("GET", "/v1/turns", null, "X-Deadline-Ms", "4000");
        assertThat(other.statusCode()).isEqualTo(200);
        for (CompletableFuture<Integer> each : stuck) {
            assertThat(each.get(20, TimeUnit.SECONDS)).isIn(503, 504);
        }
    }

    private static int status(TestServer server) {
        try {
            return server.asOperator("GET", "/v1/sessions", null, "X-Deadline-Ms", "5000")
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
