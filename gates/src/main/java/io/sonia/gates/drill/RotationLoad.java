package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Threads;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys that are replaced over and over while requests use the new and the former ones: inside its window a key is never
 * refused, and a second after its end always.
 */
final class RotationLoad {

    private static final int PER_SECOND = 500;
    private static final int CALLERS = 20;
    private static final int PERSONS = 3;
    private static final int OVERLAP_SECONDS = 3;
    private static final Duration BETWEEN = Duration.ofMillis(1_700);
    private static final Duration SETTLING = Duration.ofSeconds(1);
    private static final Pattern END = Pattern.compile("\"previous_valid_until\":\"([^\"]+)\"");

    /** A key, the header that shows it, and until when it is good. */
    private record Held(String header, Instant until) {}

    /** Somebody whose key is replaced. */
    private interface Holder {
        /** Replaces the key: the new one's header, and when the former one ends. */
        Held rotate(Line operator) throws IOException;
    }

    private final Laboratory laboratory;
    private final Clock clock;
    private final Report report;
    private final Random random;
    private final List<Held> held = new CopyOnWriteArrayList<>();
    private final AtomicLong next = new AtomicLong();

    RotationLoad(Laboratory laboratory, Clock clock, Report report, long seed) {
        this.laboratory = laboratory;
        this.clock = clock;
        this.report = report;
        this.random = new Random(seed);
    }

    /** EVA-OS and the memory engine must run. */
    void run(int seconds) throws IOException, InterruptedException {
        List<Thread> threads = new ArrayList<>();
        try (Line operator = laboratory.operator(ServiceName.EVA_OS)) {
            List<Holder> holders = holders(operator);
            report.begin();
            long begun = clock.nanoTime();
            long end = begun + Duration.ofSeconds(seconds).toNanos();
            for (Holder holder : holders) {
                Held first = holder.rotate(operator);
                threads.add(Threads.virtual("rotation", () -> rotate(holder, first, end)));
            }
            for (int i = 0; i < CALLERS; i++) {
                long share = random.nextLong();
                threads.add(Threads.virtual("caller " + i, () -> call(begun, end, new Random(share))));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            report.end();
        }
    }

    private List<Holder> holders(Line operator) throws IOException {
        List<Holder> holders = new ArrayList<>();
        for (int i = 0; i < PERSONS; i++) {
            Answer made = operator.send("POST", "/v1/users", null, Json.text(Map.of("display_name", "rotated " + i)));
            String path = "/v1/users/" + made.text("data", "user", "user_id") + "/rotate-key";
            holders.add(line -> {
                Answer rotated = line.send("POST", path, null, Json.text(Map.of("overlap_seconds", OVERLAP_SECONDS)));
                return new Held(Line.bearer(rotated.text("data", "api_key")), until(rotated));
            });
        }
        // The caller of none of these services, so that no request but the drill's own shows its token.
        holders.add(line -> {
            Answer rotated = line.send(
                    "POST",
                    "/v1/auth/service-tokens/rotate",
                    null,
                    Json.text(Map.of("service", "pipecat", "overlap_seconds", OVERLAP_SECONDS)));
            String token = Files.readString(laboratory.home().token(ServiceName.PIPECAT))
                    .strip();
            return new Held(Line.service(token), until(rotated));
        });
        return holders;
    }

    private static Instant until(Answer rotated) {
        Matcher end = END.matcher(rotated.body());
        if (!end.find()) {
            throw new IllegalStateException("expected a rotated key, met " + rotated.body());
        }
        return Instant.parse(end.group(1));
    }

    private void rotate(Holder holder, Held first, long end) {
        Held current = new Held(first.header(), Instant.MAX);
        held.add(current);
        try (Line operator = laboratory.operator(ServiceName.EVA_OS)) {
            while (clock.nanoTime() < end) {
                clock.sleep(BETWEEN);
                Held fresh = holder.rotate(operator);
                held.remove(current);
                held.add(new Held(current.header(), fresh.until()));
                current = new Held(fresh.header(), Instant.MAX);
                held.add(current);
                report.count("rotations");
            }
        } catch (IOException e) {
            report.fail("a rotation failed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Requests at an even rate whatever the answers take, as long as there are callers enough. */
    private void call(long begun, long end, Random choice) {
        try (Line evaOs = new Line(laboratory.port(ServiceName.EVA_OS), "");
                Line memory = new Line(laboratory.port(ServiceName.MEMORY_ENGINE), "")) {
            for (long due = due(begun); due < end; due = due(begun)) {
                long wait = due - clock.nanoTime();
                if (wait > 0) {
                    clock.sleep(Duration.ofNanos(wait));
                }
                List<Held> known = List.copyOf(held);
                Held key = known.get(choice.nextInt(known.size()));
                if (choice.nextBoolean()) {
                    judge(key, ServiceName.EVA_OS, evaOs);
                } else {
                    judge(key, ServiceName.MEMORY_ENGINE, memory);
                }
            }
        } catch (IOException e) {
            report.fail("a connection broke: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long due(long begun) {
        return begun + next.getAndIncrement() * (1_000_000_000L / PER_SECOND);
    }

    private void judge(Held key, ServiceName service, Line line) throws IOException {
        Instant sent = clock.now();
        int status = line.get("/status", key.header()).status();
        Instant answered = clock.now();
        report.caseDone();
        if (answered.isBefore(key.until())) {
            report.count("inside the window");
            if (status != 200) {
                report.fail(service + " answered " + status + " to a valid key, which ends at " + key.until());
            }
        } else if (!sent.isBefore(key.until().plus(SETTLING))) {
            report.count("a second after the end, or later");
            if (status != 401) {
                report.fail(service + " answered " + status + " to a key that ended at " + key.until());
            }
        } else {
            report.count("in the second after the end: " + (status == 200 ? "accepted" : "refused"));
        }
    }
}
