package io.sonia.gates.drill;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Requests to every route of every service, each wrong in some part. Whatever comes, the answer is an envelope with a
 * documented code, tells nothing of the inside, and is no internal error; and the services stay.
 */
final class RouteFuzz {

    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int LOOK_EVERY = 1_000;
    private static final int TOLD_EVERY = 50_000;

    /** From so many requests on memory is judged: by its half every heap has the size that it is allowed. */
    private static final int LONG_RUN = 500_000;

    /** In a long run, what may be resident at the end for each byte that was at its half. */
    private static final double FLAT = 1.05;

    private record Target(ServiceName service, Line line, Operation operation) {}

    private final Laboratory laboratory;
    private final Clock clock;
    private final Report report;
    private final Random random;
    private final FuzzedRequest requests;
    private final FuzzedBody bodies;
    private final List<Target> targets = new ArrayList<>();

    RouteFuzz(Laboratory laboratory, Clock clock, Report report, long seed) {
        this.laboratory = laboratory;
        this.clock = clock;
        this.report = report;
        this.random = new Random(seed);
        this.bodies = new FuzzedBody(random);
        this.requests = new FuzzedRequest(random, bodies);
    }

    /** All services serve. */
    void run(int cases) throws IOException {
        for (ServiceName service : ServiceName.values()) {
            Line line = new Line(laboratory.port(service), "");
            bodies.learn(Json.parseObject(
                    line.send("GET", "/openapi.json", null, null).body()));
            Arrays.stream(Operation.values())
                    .filter(each -> each.service() == null || each.service() == service)
                    .forEach(each -> targets.add(new Target(service, line, each)));
        }
        report.add("bodies known by their schemas", bodies.known());
        long before = resident();
        long half = before;
        for (int i = 0; i < cases; i++) {
            if (i == cases / 2) {
                half = resident();
            }
            one(targets.get(random.nextInt(targets.size())));
            if (i % LOOK_EVERY == 0) {
                serving();
            }
            if (i > 0 && i % TOLD_EVERY == 0) {
                report.say("%d of %d requests, %d failed".formatted(i, cases, report.failed()));
            }
        }
        serving();
        long after = resident();
        report.add("resident KiB before", before);
        report.add("resident KiB at half", half);
        report.add("resident KiB after", after);
        if (cases >= LONG_RUN && after > half * FLAT) {
            report.fail("memory grew from " + half + " KiB at half of the run to " + after + " KiB at its end");
        }
        targets.forEach(each -> each.line().close());
    }

    private void one(Target target) throws IOException {
        String who = identity(target);
        byte[] request = requests.to(target.operation(), who);
        long began = clock.nanoTime();
        try {
            Answer answer = answer(target, request);
            report.count("answered " + answer.status());
            judge(target, answer);
        } catch (IOException broken) {
            report.fail(target.operation() + " at " + target.service() + " was not answered: " + broken.getMessage());
        }
        if (clock.nanoTime() - began > SLOW_NANOS) {
            report.count("slower than a second");
        }
        report.caseDone();
    }

    /** A connection that was kept may have ended meanwhile; a fresh one is answered on. */
    private Answer answer(Target target, byte[] request) throws IOException {
        try {
            return target.line().raw(request);
        } catch (IOException ended) {
            return target.line().raw(request);
        }
    }

    private void judge(Target target, Answer answer) {
        String what = target.operation() + " at " + target.service() + ": " + answer.status() + " ";
        if (answer.status() == 500) {
            report.fail(what + shown(answer));
        } else if (answer.body().contains("\tat ") || answer.body().contains("Exception")) {
            report.fail(what + "tells of the inside: " + shown(answer));
        } else if (answer.status() >= 400 && !answer.body().isEmpty() && !enveloped(answer)) {
            report.fail(what + "is no envelope: " + shown(answer));
        }
    }

    private static boolean enveloped(Answer answer) {
        try {
            return Json.parseObject(answer.body()).get("error") instanceof Map<?, ?> error
                    && error.get("code") instanceof String;
        } catch (SoniaException e) {
            return false;
        }
    }

    private static String shown(Answer answer) {
        return answer.body().length() > 300 ? answer.body().substring(0, 300) : answer.body();
    }

    private String identity(Target target) throws IOException {
        boolean dangerous = FuzzedRequest.NEVER_AS_OPERATOR.contains(target.operation());
        if (target.operation() == Operation.AUTH_VERIFIERS) {
            return operator(); // services are answered when something changes
        }
        return switch (random.nextInt(10)) {
            case 0 -> "";
            case 1 -> Line.bearer("sk-sonia-" + "x".repeat(random.nextInt(80)));
            case 2 -> "Authorization: " + "?".repeat(random.nextInt(20));
            case 3 -> Line.service(token(ServiceName.PIPECAT));
            case 4 -> Line.service(token(ServiceName.API_GATEWAY));
            default -> dangerous ? Line.service(token(ServiceName.PIPECAT)) : operator();
        };
    }

    private String operator() throws IOException {
        return Line.bearer(Files.readString(laboratory.home().operatorToken()).strip());
    }

    private String token(ServiceName service) throws IOException {
        return Files.readString(laboratory.home().token(service)).strip();
    }

    private void serving() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            try (Line line = new Line(laboratory.port(service), "")) {
                if (line.send("GET", "/healthz", null, null).status() != 200) {
                    report.fail(service + " is not well any more");
                }
            } catch (IOException gone) {
                report.fail(service + " does not serve any more");
                throw gone;
            }
        }
    }

    /** KiB of all services together. */
    private long resident() throws IOException {
        long sum = 0;
        for (ServiceName service : ServiceName.values()) {
            sum += laboratory.residentKib(service);
        }
        return sum;
    }
}
