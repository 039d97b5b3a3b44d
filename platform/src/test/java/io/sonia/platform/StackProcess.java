package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Processes of the product as a test starts, watches and kills them. */
final class StackProcess {

    private static final Duration START = Duration.ofSeconds(60);

    /** The name of a display that does not answer, which every process is started with. */
    static final String NO_DISPLAY = ":4096";

    private StackProcess() {}

    static Process launch(TestHome home, Path log, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.sonia.platform.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SONIA_HOME", home.home().root().toString());
        // Nobody is there: what is told of it shows who has learnt of it.
        builder.environment().put("DISPLAY", NO_DISPLAY);
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        return builder.start();
    }

    static void awaitReady(TestHome home) {
        for (ServiceName service : ServiceName.values()) {
            await(START, () -> ready(home.port(service)), service + " is ready");
        }
    }

    static boolean ready(int port) {
        return status(port, "/readyz") == 200;
    }

    /** The status of an answer that needs no credential; 0 if nobody answers. */
    static int status(int port, String path) {
        try {
            return Api.anonymous(port).get(path).status();
        } catch (UncheckedIOException nobody) {
            return 0;
        }
    }

    /** Polls a condition of other processes, which nothing here can wake us about. */
    static void await(Duration limit, BooleanSupplier condition, String what) {
        Instant end = Instant.now().plus(limit);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** 0 between two of its processes. */
    static long pid(TestHome home, ServiceName service) {
        try {
            return (Long) Json.parseObject(Files.readString(home.home().pidFile(service)))
                    .get("pid");
        } catch (NoSuchFileException none) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void killed(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        await(
                Duration.ofSeconds(10),
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty(),
                "it is dead");
    }

    /** Ends a supervisor in good order; its children end with it. */
    static void stopped(Process supervisor) throws InterruptedException {
        supervisor.destroy();
        assertThat(supervisor.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
