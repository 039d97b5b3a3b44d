package io.sonia.benchmarks;

import io.sonia.contracts.Installation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A stack of the built distribution in a home of its own, started and stopped by the {@code sonia} command. */
final class StackUnderLoad implements AutoCloseable {

    /** The field after the name and its parenthesis, counted from the state. */
    private static final int UTIME = 11;

    private static final double TICKS_PER_SECOND = 100;

    private final Path root;
    private final Home home;
    private final OwnPorts ports = new OwnPorts();
    private double startSeconds;

    /** Installs a home whose rate limits do not limit and whose model is the one at {@code modelUrl}. */
    StackUnderLoad(Path root, Path folder, String modelUrl) throws IOException {
        this.root = root;
        this.home = new Home(folder);
        Installation.ensure(home, new Ids(new SecureRandom()));
        Map<String, Object> config = ports.settings();
        config.put(
                "model_router",
                Map.of(
                        "providers",
                        Map.of("ollama", Map.of("kind", "openai", "base_url", modelUrl, "model", "instant"))));
        Files.write(home.configFile(), Json.bytes(config));
        Files.writeString(home.workspace().resolve("bench.txt"), "x".repeat(1000));
    }

    /** Starts and waits until every service is ready; remembers how long that took. */
    void up(boolean allInOne, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("up"));
        if (allInOne) {
            words.add("--all-in-one");
        }
        words.addAll(List.of(options));
        long start = System.nanoTime();
        run(words);
        startSeconds = (System.nanoTime() - start) / 1e9;
    }

    Home home() {
        return home;
    }

    double startSeconds() {
        return startSeconds;
    }

    int port(ServiceName service) {
        return ports.of(service);
    }

    String operatorToken() throws IOException {
        return Files.readString(home.operatorToken()).strip();
    }

    /** What EVA-OS answers the operator. */
    String get(String path) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + port(ServiceName.EVA_OS) + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(address)
                                    .header("Authorization", "Bearer " + operatorToken())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    /** Proportional memory of all processes of this stack, in MB. */
    double memory() throws IOException {
        long kilobytes = 0;
        for (Path process : processes()) {
            kilobytes += Files.readAllLines(process.resolve("smaps_rollup")).stream()
                    .filter(line -> line.startsWith("Pss:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
        return kilobytes / 1024.0;
    }

    /** Processor time that all processes of this stack have used since they started; see proc_pid_stat(5). */
    double processorSeconds() throws IOException {
        long ticks = 0;
        for (Path process : processes()) {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            ticks += Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    private List<Path> processes() throws IOException {
        try (var files = Files.list(home.pidFile(ServiceName.EVA_OS).getParent())) {
            List<Path> processes = new ArrayList<>();
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".pid")).toList()) {
                processes.add(Path.of(
                        "/proc",
                        String.valueOf(Json.parseObject(Files.readString(file)).get("pid"))));
            }
            return processes;
        }
    }

    @Override
    public void close() {
        down();
    }

    /** Stops every process of this stack. */
    void down() {
        try {
            run(List.of("down"));
        } catch (Exception e) {
            throw new IllegalStateException("the stack did not stop", e);
        }
    }

    private void run(List<String> words) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve("sonia").toString()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("SONIA_HOME", home.root().toString());
        builder.environment().put("SONIA_NO_BUILD", "1");
        builder.redirectErrorStream(true);
        builder.redirectOutput(home.root().resolve("bench.log").toFile());
        Process process = builder.start();
        if (!process.waitFor(90, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException("sonia " + words + " failed: "
                    + Files.readString(home.root().resolve("bench.log")));
        }
    }
}
