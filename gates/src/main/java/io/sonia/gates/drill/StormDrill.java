package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Offers a whole stack more work than it can do. The steady state is measured first; each figure is printed beside its
 * goal and is a ratio to it, because the machine's other work moves both alike.
 */
final class StormDrill {

    /** Asks for agent work that passes every service it can: checked, decided, executed, verified and recorded. */
    static final String ACTION = "/v1/action";

    private static final String READ = "storm.txt";
    static final String WORK = "{\"tool_name\":\"file.read\",\"args\":{\"path\":\"" + READ + "\"}}";

    private static final int WAITING_CALLERS = 32;
    private static final int WARM_UPS = 10;
    /** So much more than the time before means that the compilers are still at work. */
    private static final double STILL_WARMING = 1.05;

    /** The share of what waiting callers get that is the steady load: what a stack does without a queue. */
    private static final double STEADY = 0.7;

    private static final int CONNECTIONS = 1_000;
    private static final int HERD = 300;
    private static final int SLOW = 100;
    private static final double LEAST_GOODPUT = 0.9;

    /** Below these it is no missed goal but a failure, on a machine with other work too. */
    private static final double COLLAPSE = 0.25;

    private static final double UNHEARD = 0.98;
    private static final double MOST_LATENCY = 2;
    private static final double LEAST_PROTECTED = 0.999;
    private static final double MOST_MEMORY = 1.05;
    private static final Duration MOST_RECOVERY = Duration.ofSeconds(30);
    private static final Duration GIVEN_UP = Duration.ofSeconds(90);
    private static final Duration PROBE_EVERY = Duration.ofMillis(50);
    /** The deadline of a decision. */
    private static final Duration PROBE_TIME = Duration.ofSeconds(5);

    private static final int PROBES = 4;

    /** What an operator asks for in trouble, by turns; the last is a decision on what does not exist. */
    private static final List<String> PROBED = List.of(
            "GET /healthz",
            "GET /v1/confirmations/pending",
            "GET /v1/audit/head",
            "POST /v1/confirmations/apr_0123456789abcdef01234567/deny");

    private final Laboratory laboratory;
    private final Clock clock;
    private final Report report;
    private final Duration time;
    private final Set<String> acknowledged = new HashSet<>();
    private double steadyGoodput;
    private double steadyMillis;

    /** @param time how long each load is offered */
    StormDrill(Laboratory laboratory, Clock clock, Report report, Duration time) {
        this.laboratory = laboratory;
        this.clock = clock;
        this.report = report;
        this.time = time;
    }

    /** Runs all; the services must serve. */
    void run(List<Integer> factors, Duration outage, long seed) throws Exception {
        Files.writeString(laboratory.home().workspace().resolve(READ), "a storm is coming");
        double rate = steady();
        long before = laboratory.residentKib(ServiceName.API_GATEWAY);
        for (int factor : factors) {
            storm(factor + "x", rate * factor);
        }
        storm("1x again", rate);
        slowClients(rate);
        memory(before);
        outage(outage, seed);
        everyAcknowledgedActionIsThere();
    }

    private double steady() throws InterruptedException {
        say("warming up");
        OpenLoop.Outcome before = closedLoop();
        OpenLoop.Outcome most = closedLoop();
        for (int i = 0; i < WARM_UPS && most.goodput() > before.goodput() * STILL_WARMING; i++) {
            before = most;
            most = closedLoop();
        }
        double rate = Math.max(1, most.goodput() * STEADY);
        OpenLoop.Outcome steady = open(rate);
        steadyGoodput = steady.goodput();
        steadyMillis = steady.millis(0.99);
        report.add("actions per second, " + WAITING_CALLERS + " waiting callers", Math.round(most.goodput()));
        report.add("actions per second, steady (1x)", Math.round(steadyGoodput));
        say(
                "1x: %.1f actions/s offered, %.1f/s done, p50 %.1f ms, p99 %.1f ms (waiting callers got %.1f/s), load average %s"
                        .formatted(
                                rate, steadyGoodput, steady.millis(0.5), steadyMillis, most.goodput(), loadAverage()));
        if (steady.nanos().length == 0) {
            report.fail("no action was done in the steady state: there is nothing to compare with");
        }
        return rate;
    }

    /** Callers who each wait for their answer offer what the stack can do. */
    private OpenLoop.Outcome closedLoop() throws InterruptedException {
        return loop().run(1e6, time, WAITING_CALLERS);
    }

    private OpenLoop.Outcome open(double rate) throws InterruptedException {
        return loop().run(rate, time, CONNECTIONS);
    }

    private OpenLoop loop() {
        return new OpenLoop(clock, this::operator, line -> line.send("POST", ACTION, null, WORK));
    }

    private Line operator() {
        try {
            return laboratory.operator(ServiceName.API_GATEWAY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void storm(String name, double rate) throws InterruptedException {
        Probes probes = new Probes();
        OpenLoop.Outcome outcome = open(rate);
        judge(name, outcome, probes.end());
    }

    private void slowClients(double rate) throws IOException, InterruptedException {
        String identity =
                Line.bearer(Files.readString(laboratory.home().operatorToken()).strip());
        Probes probes = new Probes();
        try (SlowClients slow = new SlowClients(clock, laboratory.port(ServiceName.API_GATEWAY), identity)) {
            slow.start(SLOW, SLOW, SLOW / 2);
            judge("1x beside " + SLOW * 5 / 2 + " slow clients", open(rate), probes.end());
        }
    }

    private void judge(String name, OpenLoop.Outcome outcome, Probes probes) {
        outcome.answers().forEach(each -> acknowledged.add(each.text("data", "action_id")));
        for (long i = 0; i < outcome.offered(); i++) {
            report.caseDone();
        }
        double goodput = outcome.goodput() / steadyGoodput;
        double latency = outcome.millis(0.99) / steadyMillis;
        say("%s: %.1f/s offered, %.1f/s done, %d shed, %d too late, broken %s, p50 %.1f ms, load average %s"
                .formatted(
                        name,
                        outcome.offeredRate(),
                        outcome.goodput(),
                        outcome.shed(),
                        outcome.late(),
                        outcome.broken(),
                        outcome.millis(0.5),
                        loadAverage()));
        goal("goodput to 1x", goodput, ">=", LEAST_GOODPUT, goodput >= LEAST_GOODPUT);
        goal("p99 of the accepted to 1x", latency, "<=", MOST_LATENCY, latency <= MOST_LATENCY);
        goal("protected answered", probes.share(), ">=", LEAST_PROTECTED, probes.share() >= LEAST_PROTECTED);
        report.add(name + ": goodput, percent of 1x", Math.round(goodput * 100));
        report.add(name + ": p99 of the accepted, percent of 1x", Math.round(latency * 100));
        report.add(name + ": shed", outcome.shed());
        say("  the slowest protected answer took " + probes.slowestMillis + " ms");
        report.add(name + ": slowest protected answer, ms", probes.slowestMillis.get());
        report.add(name + ": protected asked", probes.asked.get());
        report.add(name + ": protected not answered", probes.asked.get() - probes.answered.get());
        if (!(probes.share() >= UNHEARD)) {
            report.fail(name + ": of " + probes.asked + " protected requests " + probes.answered
                    + " were answered in time, not " + probes.missed);
        }
        if (!(goodput >= COLLAPSE)) {
            report.fail(name + ": goodput fell to %.2f of the steady state".formatted(goodput));
        }
        if (!outcome.broken().isEmpty()) {
            report.fail(name + ": requests were answered neither with success nor with a refusal: " + outcome.broken());
        }
    }

    private void memory(long before) throws IOException {
        long after = laboratory.residentKib(ServiceName.API_GATEWAY);
        double grown = (double) after / before;
        say("memory of the gateway: %d KiB before, %d KiB after".formatted(before, after));
        goal("memory to before", grown, "<=", MOST_MEMORY, grown <= MOST_MEMORY);
        report.add("resident KiB before", before);
        report.add("resident KiB after", after);
    }

    private void outage(Duration outage, long seed) throws Exception {
        Herd herd = new Herd(clock, this::operator, "herd" + seed + "-");
        laboratory.kill(ServiceName.API_GATEWAY);
        herd.start(HERD, seed);
        say("the gateway is dead for %d s, %d callers retry".formatted(outage.toSeconds(), HERD));
        clock.sleep(outage);
        long refused = herd.refused();
        laboratory.start(ServiceName.API_GATEWAY);
        Probes probes = new Probes();
        long up = clock.nanoTime();
        double seconds = recovered(herd, up);
        probes.end();
        List<Answer> answers = herd.end();
        answers.forEach(each -> acknowledged.add(each.text("data", "action_id")));
        report.add("refused by the dead", refused);
        report.add("milliseconds to recover", Math.round(seconds * 1000));
        say("%.1f s after it served again it did %.0f %% of 1x; %d refusals, protected answered %.4f"
                .formatted(seconds, LEAST_GOODPUT * 100, herd.refused() - refused, probes.share()));
        goal("protected answered", probes.share(), ">=", LEAST_PROTECTED, probes.share() >= LEAST_PROTECTED);
        boolean good = seconds <= MOST_RECOVERY.toSeconds();
        if (!(probes.share() >= UNHEARD)) {
            report.fail("after the outage protected requests were not answered in time: " + probes.missed);
        }
        goal("seconds to recover", seconds, "<=", (double) MOST_RECOVERY.toSeconds(), good);
        if (seconds >= GIVEN_UP.toSeconds()) {
            report.fail("the stack had not recovered " + GIVEN_UP.toSeconds() + " s after the outage");
        }
    }

    /** Seconds until as much was done in a second as in the steady state. */
    private double recovered(Herd herd, long up) throws InterruptedException {
        long second = 1_000_000_000L;
        for (long at = up; at - up < GIVEN_UP.toNanos(); at += second / 4) {
            long wait = at + second - clock.nanoTime();
            if (wait > 0) {
                clock.sleep(Duration.ofNanos(wait));
            }
            if (herd.inSecondAfter(at) >= steadyGoodput * LEAST_GOODPUT) {
                return (at + second - up) / 1e9;
            }
        }
        return (double) GIVEN_UP.toSeconds();
    }

    private void everyAcknowledgedActionIsThere() throws IOException {
        int lost = 0;
        try (Line line = laboratory.operator(ServiceName.API_GATEWAY)) {
            for (String action : acknowledged) {
                Answer answer = line.send("GET", "/v1/actions/" + action, null, null);
                if (!answer.text("data", "state").equals("succeeded")) {
                    lost++;
                    report.fail("the acknowledged action " + action + " is " + answer.body());
                }
            }
        }
        report.add("acknowledged actions", acknowledged.size());
        report.add("acknowledged actions lost", lost);
    }

    private void goal(String what, double value, String sign, double goal, boolean met) {
        say("  %-28s %8.3f   goal %s %s%s".formatted(what, value, sign, goal, met ? "" : "   MISSED"));
        if (!met) {
            report.count("goals missed");
        }
    }

    private void say(String line) {
        report.say(line);
    }

    private static String loadAverage() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException unknown) {
            return "unknown";
        }
    }

    /** An operator who goes on looking and deciding. */
    private final class Probes {

        final AtomicLong asked = new AtomicLong();
        final AtomicLong answered = new AtomicLong();
        final AtomicLong slowestMillis = new AtomicLong();
        private final List<Thread> threads = new ArrayList<>();
        private final Queue<String> missed = new ConcurrentLinkedQueue<>();
        private volatile boolean over;

        Probes() {
            for (int i = 0; i < PROBES; i++) {
                String[] probe = PROBED.get(i % PROBED.size()).split(" ", 2);
                threads.add(Threads.virtual("operator " + i, () -> look(probe[0], probe[1])));
            }
        }

        private void look(String method, String path) {
            String body = method.equals("POST") ? "{\"reason\":\"storm\"}" : null;
            try (Line line = operator()) {
                while (!over) {
                    long sent = clock.nanoTime();
                    asked.incrementAndGet();
                    int status = status(line, method, path, body);
                    long millis = (clock.nanoTime() - sent) / 1_000_000;
                    slowestMillis.accumulateAndGet(millis, Math::max);
                    if ((status == 200 || status == 404) && millis <= PROBE_TIME.toMillis()) {
                        answered.incrementAndGet();
                    } else {
                        missed.add(method + " " + path + ": " + status + " after " + millis + " ms");
                    }
                    clock.sleep(PROBE_EVERY);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private int status(Line line, String method, String path, @Nullable String body) {
            try {
                return line.send(method, path, null, body).status();
            } catch (IOException e) {
                return 0;
            }
        }

        Probes end() throws InterruptedException {
            over = true;
            for (Thread thread : threads) {
                thread.join();
            }
            return this;
        }

        double share() {
            return (double) answered.get() / asked.get();
        }
    }
}
