package io.sonia.browser;

import io.sonia.contracts.Installation;
import io.sonia.contracts.console.SignInLink;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import io.sonia.kernel.http.Trace;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.OwnPorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A stack of one's own in another process, with the built-in assistant. */
final class ConsoleStack implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Home home;
    private final OwnPorts ports = new OwnPorts();
    private final Ids ids = new Ids(new SecureRandom());
    private Process process;

    ConsoleStack(Path folder) throws IOException, InterruptedException {
        this.home = new Home(folder.resolve("home"));
        Installation.ensure(home, ids);
        Map<String, Object> config = new LinkedHashMap<>(Json.parseObject(Files.readString(home.configFile())));
        config.putAll(ports.settings());
        config.put("model_router", Map.of("providers", Map.of("ollama", Map.of("base_url", "http://127.0.0.1:1/v1"))));
        config.put("sofiia", Map.of("chat_burst", 1000, "operator_burst", 1000));
        Files.write(home.configFile(), Json.bytes(config));
        start();
    }

    /** Starts it, anew after {@link #stop}. */
    void start() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.sonia.platform.Main",
                "all",
                "--child");
        builder.environment().put("SONIA_HOME", home.root().toString());
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.root().resolve("stack.log").toFile()));
        process = builder.start();
        long end = System.nanoTime() + START.toNanos();
        while (!ready()) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new IllegalStateException("the stack did not start: "
                        + Files.readString(home.root().resolve("stack.log")));
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private boolean ready() {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                                    HttpRequest.newBuilder(URI.create(address() + "/readyz"))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    String address() {
        return "http://127.0.0.1:" + ports.of(ServiceName.SOFIIA_CONSOLE);
    }

    Home home() {
        return home;
    }

    /** A link that signs one browser in. */
    String link() {
        return asked(Operation.SIGN_IN_LINK).send(SignInLink.class).url();
    }

    /** A call with the operator's key. */
    Peer.Request asked(Operation operation) {
        ServiceName service = operation.service() == null ? ServiceName.EVA_OS : operation.service();
        Clock clock = Clock.system();
        try {
            String key = Files.readString(home.operatorToken()).strip();
            Context context = new Context(
                    ids.next("req_"),
                    Trace.continued(null, null, ids),
                    Deadline.in(Duration.ofSeconds(20), clock),
                    Caller.NOBODY,
                    key,
                    null);
            return new Peer(service.wireName(), ports.of(service), new Hlc(clock), () -> "").on(context, operation);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void stop() {
        process.destroy();
        try {
            process.onExit().get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** The browser of this machine; a test without one fails and says what to install. */
    static Path chromium() {
        return List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("Chromium is missing: apt-get install chromium"));
    }
}
