package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnRequest;
import io.sonia.kernel.http.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with the services behind it, fresh for each test. */
@Timeout(60)
abstract class GatewayCase {

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    House house;
    Behind behind;

    @BeforeEach
    void open() throws IOException {
        house = new House(folder);
        behind = house.behind;
    }

    @AfterEach
    void close() {
        house.close();
        threads.shutdownNow();
    }

    /** Does this meanwhile. */
    final <T> Future<T> meanwhile(Callable<T> work) {
        return threads.submit(work);
    }

    /** Asks for a turn meanwhile. */
    final Future<Answer<Turn>> asking(String text) {
        return meanwhile(() -> house.gateway.send(TurnRequest.of(text, "default", 0), null));
    }
}
