package io.sonia.benchmarks;

import io.sonia.kernel.ServiceName;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Prints the README's figures: start-up, memory, request rates and the journal, each beside its goal or its probe.
 * Arguments: the folder of the project, then the parts to measure (all without any) and options, as {@link #USAGE} says.
 */
public final class Bench {

    private static final Set<String> PARTS = Set.of(
            "all-in-one",
            "separate",
            "throughput",
            "journal",
            "audit",
            "policy",
            "commands",
            "keyed",
            "restart",
            "growth",
            "memory",
            "recall");
    private static final String SECONDS = "--seconds=";
    private static final String EMBEDDINGS = "--embeddings=";
    private static final String MODEL = "--model=";
    private static final String USAGE =
            """
            Usage: ./sonia bench [part...] [--seconds=<n>] [--embeddings=<url> [--model=<name>]]
            Parts, all without any: %s
              --seconds=<n>        how long each rate is measured (5)
              --embeddings=<url>   for recall: base URL of a server with OpenAI's embeddings
              --model=<name>       its model (nomic-embed-text)"""
                    .formatted(String.join(", ", new TreeSet<>(PARTS)));
    private static final int CALLERS = 16;
    private static final int WARM_UP_SECONDS = 20;
    private static final int LONG_WARM_UP_SECONDS = 150;
    private static final int STARTS = 3;
    private static final int MANY = 64;
    private static final int ROUNDS = 3;

    private final Path root;
    private final Path scratch;
    private final List<String> parts;
    private final int seconds;
    private final Optional<MemoryHouse.Provider> embeddings;

    private Bench(Path root, Path scratch, List<String> words) {
        this.root = root;
        this.scratch = scratch;
        this.parts = words.stream().filter(each -> !each.startsWith("--")).toList();
        this.seconds = option(words, SECONDS).map(Integer::parseInt).orElse(5);
        this.embeddings = option(words, EMBEDDINGS)
                .map(url -> new MemoryHouse.Provider(url, option(words, MODEL).orElse("nomic-embed-text")));
    }

    private static Optional<String> option(List<String> words, String name) {
        return words.stream()
                .filter(each -> each.startsWith(name))
                .map(each -> each.substring(name.length()))
                .findFirst();
    }

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        List<String> words = List.of(args).subList(1, args.length);
        if (words.contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        List<String> unknown = words.stream().filter(each -> !known(each)).toList();
        if (!unknown.isEmpty()) {
            System.err.println("unknown: " + String.join(" ", unknown) + System.lineSeparator() + USAGE);
            System.exit(2);
        }
        Path scratch = Files.createTempDirectory("sonia-bench");
        try {
            new Bench(root, scratch, words).run();
        } finally {
            delete(scratch);
        }
    }

    private static boolean known(String word) {
        return PARTS.contains(word)
                || word.matches(SECONDS + "[1-9][0-9]{0,3}")
                || word.startsWith(EMBEDDINGS)
                || word.startsWith(MODEL);
    }

    private void run() throws Exception {
        row("what", "measured", "goal");
        if (chosen("all-in-one")) {
            starts(true);
        }
        if (chosen("separate")) {
            starts(false);
        }
        if (chosen("throughput")) {
            throughput(true);
            throughput(false);
        }
        if (chosen("journal")) {
            JournalLoad.main(new String[] {"2", "5", scratch.toString()});
        }
        if (chosen("audit")) {
            try (AuditLoad load = new AuditLoad(scratch, seconds)) {
                load.run();
            }
            exports();
        }
        if (chosen("policy")) {
            PolicyDecision.measure(seconds);
        }
        if (chosen("commands")) {
            new CommandLoad(scratch).run();
        }
        if (chosen("keyed")) {
            keyed();
        }
        if (chosen("restart")) {
            restart();
        }
        if (chosen("growth")) {
            growth();
        }
        if (chosen("memory")) {
            new MemoryLoad(scratch.resolve("memory")).run();
        }
        if (chosen("recall")) {
            new RecallLoad(scratch.resolve("recall"), embeddings.orElse(null)).run();
        }
    }

    private boolean chosen(String part) {
        return parts.isEmpty() || parts.contains(part);
    }

    private void starts(boolean allInOne) throws Exception {
        String name = allInOne ? "all in one" : "separate processes";
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack =
                        new StackUnderLoad(root, scratch.resolve(allInOne ? "one" : "many"), model.baseUrl())) {
            List<Double> seconds = new ArrayList<>();
            for (int i = 0; i < STARTS; i++) {
                stack.up(allInOne);
                seconds.add(stack.startSeconds());
                if (i < STARTS - 1) {
                    stack.down();
                }
            }
            seconds.sort(Double::compare);
            row("start, " + name, "%.2f s".formatted(seconds.get(STARTS / 2)), allInOne ? "0.8 s" : "3 s");
            row("idle PSS, " + name, "%.0f MB".formatted(stack.memory()), allInOne ? "150 MB" : "550 MB");
            load(stack, name, WARM_UP_SECONDS);
        }
    }

    /** The same rates of a stack that was started for load, after it has had its time to get warm. */
    private void throughput(boolean allInOne) throws Exception {
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack =
                        new StackUnderLoad(root, scratch.resolve(allInOne ? "warm" : "warms"), model.baseUrl())) {
            stack.up(allInOne, "--throughput");
            load(stack, (allInOne ? "all in one" : "separate processes") + " --throughput", LONG_WARM_UP_SECONDS);
        }
    }

    private void exports() throws Exception {
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack = new StackUnderLoad(root, scratch.resolve("exports"), model.baseUrl())) {
            new ExportLoad(stack, scratch.resolve("export.jsonl")).run();
        }
    }

    /** From the command to a service that has answered, with a store that has seen a long life. */
    private void restart() throws Exception {
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack = new StackUnderLoad(root, scratch.resolve("restart"), model.baseUrl())) {
            stack.up(true);
            stack.down();
            RestartLoad load = new RestartLoad(stack.home());
            load.tasks(100_000);
            restart(stack, "100,000 open tasks", "2 s");
            load.entries(900_000);
            restart(stack, "1,000,000 audit entries", "5 s");
            load.overdueApprovals(100_000);
            long start = System.nanoTime();
            stack.up(true);
            while (!stack.get("/approvals?limit=1").contains("\"pending_count\":0")) {
                Thread.sleep(20);
            }
            row(
                    "boot sweep of 100,000 expired approvals",
                    "%.2f s".formatted((System.nanoTime() - start) / 1e9),
                    "5 s");
        }
    }

    /** What a turn, an action and a memory leave on disk, in all stores together. */
    private void growth() throws Exception {
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack = new StackUnderLoad(root, scratch.resolve("growth"), model.baseUrl())) {
            stack.up(true);
            LoadClient gateway = new LoadClient(stack.port(ServiceName.API_GATEWAY), stack.operatorToken());
            LoadClient memory = new LoadClient(stack.port(ServiceName.MEMORY_ENGINE), stack.operatorToken(), true);
            grown(stack, "turn", () -> turns(gateway, CALLERS, seconds));
            grown(stack, "file.read action", () -> actions(gateway, CALLERS, seconds));
            grown(stack, "keyed memory", () -> memories(memory, CALLERS, seconds));
        }
    }

    /** Some load. */
    private interface Load {
        LoadClient.Result run() throws Exception;
    }

    private void grown(StackUnderLoad stack, String what, Load load) throws Exception {
        long before = settled(stack);
        double count = load.run().requests();
        row("on disk for each " + what, "%.1f KB".formatted((settled(stack) - before) / count / 1024), "");
    }

    /** The size of the stores with their logs written back, which a stop does. */
    private static long settled(StackUnderLoad stack) throws Exception {
        stack.down();
        long bytes = 0;
        try (Stream<Path> files = Files.walk(stack.home().root().resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        stack.up(true);
        return bytes;
    }

    private void restart(StackUnderLoad stack, String what, String goal) throws Exception {
        stack.up(true);
        if (!stack.get("/tasks?limit=1").contains("\"ok\":true")) {
            throw new IllegalStateException("the first request failed");
        }
        row("restart to first good request, " + what, "%.2f s".formatted(stack.startSeconds()), goal);
        stack.down();
    }

    /** A durable mutation under an idempotency key, over HTTP, beside a bare append and sync. */
    private void keyed() throws Exception {
        keyed("keyed POST /store", WARM_UP_SECONDS);
        keyed("keyed POST /store --throughput", LONG_WARM_UP_SECONDS, "--throughput");
    }

    private void keyed(String name, int warmUpSeconds, String... options) throws Exception {
        try (FakeOpenAi model = FakeOpenAi.start(FakeModel.of("instant"));
                StackUnderLoad stack =
                        new StackUnderLoad(root, scratch.resolve("keyed" + warmUpSeconds), model.baseUrl())) {
            stack.up(true, options);
            LoadClient client = new LoadClient(stack.port(ServiceName.MEMORY_ENGINE), stack.operatorToken(), true);
            memories(client, MANY, warmUpSeconds);
            for (int round = 1; round <= ROUNDS; round++) {
                double probe = JournalLoad.probe(scratch, seconds);
                double one = memories(client, 1, seconds).perSecond();
                double many = memories(client, MANY, seconds).perSecond();
                row(
                        "%s, round %d".formatted(name, round),
                        "probe %.0f/s, 1 caller %.0f/s, 64 %.0f/s".formatted(probe, one, many),
                        "");
                row("  1 : probe, 64 : 1", "%.2f, %.1f".formatted(one / probe, many / one), "0.3, 8");
            }
        }
    }

    private static LoadClient.Result memories(LoadClient client, int callers, int seconds) throws Exception {
        return client.post(
                "/store", callers, seconds, caller -> "{\"type\":\"note\",\"content\":\"" + Sentences.next() + "\"}");
    }

    private void load(StackUnderLoad stack, String name, int warmUpSeconds) throws Exception {
        LoadClient client = new LoadClient(stack.port(ServiceName.API_GATEWAY), stack.operatorToken());
        turns(client, CALLERS, warmUpSeconds);
        rate(stack, "turns at 16 connections, " + name, "400/s, p50 25 ms", () -> turns(client, CALLERS, seconds));
        rate(stack, "the same, 200 turns offered a second, " + name, "", () -> turns(client, CALLERS, seconds, 200));
        rate(stack, "the same, 400 turns offered a second, " + name, "", () -> turns(client, CALLERS, seconds, 400));
        rate(stack, "turns at 1 connection, " + name, "p50 6 ms", () -> turns(client, 1, seconds));
        actions(client, CALLERS, warmUpSeconds);
        rate(stack, "file.read actions at 16 connections, " + name, "1000/s", () -> actions(client, CALLERS, seconds));
        health(stack, name);
    }

    private static LoadClient.Result turns(LoadClient client, int callers, int seconds) throws Exception {
        return turns(client, callers, seconds, 0);
    }

    private static LoadClient.Result turns(LoadClient client, int callers, int seconds, int perSecond)
            throws Exception {
        return client.post(
                "/v1/turn",
                callers,
                seconds,
                perSecond,
                caller -> "{\"input_text\":\"What did I say about " + Sentences.next()
                        + "?\",\"conversation_id\":\"bench-" + caller + "\"}");
    }

    private static LoadClient.Result actions(LoadClient client, int callers, int seconds) throws Exception {
        return client.post(
                "/v1/action",
                callers,
                seconds,
                caller -> "{\"tool_name\":\"file.read\",\"args\":{\"path\":\"bench.txt\"}}");
    }

    /** The gateway's health beside nginx with a static file, both under the same load generator. */
    private void health(StackUnderLoad stack, String name) throws Exception {
        if (which("wrk").isEmpty() || which("nginx").isEmpty()) {
            row("healthz, " + name, "UNAVAILABLE", "needs: apt-get install nginx wrk");
            return;
        }
        try (Nginx nginx = Nginx.start(scratch.resolve("nginx"))) {
            double reference = wrk("http://127.0.0.1:" + nginx.port() + "/health.json");
            String url = "http://127.0.0.1:" + stack.port(ServiceName.API_GATEWAY) + "/healthz";
            wrk(url); // warms up
            double health = wrk(url);
            row("healthz at 64 connections, " + name, "%.0f/s".formatted(health), "");
            row("  nginx, static file", "%.0f/s".formatted(reference), "");
            row("  ratio", "%.2f".formatted(health / reference), "0.4");
        }
    }

    private double wrk(String url) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("wrk", "-t1", "-c64", "-d" + seconds + "s", url)
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor(60, TimeUnit.SECONDS);
        return text.lines()
                .filter(line -> line.startsWith("Requests/sec:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(13).strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("wrk printed no rate: " + text));
    }

    static Optional<Path> which(String program) {
        return Stream.of("/usr/sbin", "/usr/bin", "/usr/local/bin")
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** A rate and, since other work on the machine takes less from it, the processor time that each request took. */
    private static void rate(StackUnderLoad stack, String what, String goal, Load load) throws Exception {
        double before = stack.processorSeconds();
        LoadClient.Result result = load.run();
        double each = (stack.processorSeconds() - before) / result.requests();
        row(
                what,
                String.format(
                        Locale.ROOT,
                        "%.0f/s, p50 %.1f ms, p99 %.1f ms, %.2f ms of processor%s",
                        result.perSecond(),
                        result.p50Micros() / 1000.0,
                        result.p99Micros() / 1000.0,
                        each * 1000,
                        result.failures() == 0 ? "" : ", " + result.failures() + " FAILED"),
                goal);
    }

    static void row(String what, String measured, String goal) {
        System.out.printf("%-55s %-65s %s%n", what, measured, goal);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
