package io.sonia.gates.drill;

import io.sonia.gates.drill.Wish.Kind;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Somebody who wants things of the stack, one after the other, drawn from a seed. */
final class Caller {

    /** Refusals that end a wish by right: its time was over, or a crash hid what became of it. */
    private static final Set<String> RIGHTFUL =
            Set.of("APPROVAL_EXPIRED", "OUTCOME_UNKNOWN", "TOOL_FAILED", "INVALID_APPROVAL");

    /** More unanswered questions than this at once would not fit into what may wait at EVA-OS. */
    private static final int MOST_OPEN = 4;

    private static final Set<String> LASTING =
            Set.of("succeeded", "failed", "timeout", "outcome_unknown", "expired", "cancelled");

    /** What somebody wants. */
    enum Habit {
        /** Tasks and decisions. */
        GOVERNS,
        /** The same, and memories. */
        REMEMBERS,
        /** Files, through the gateway and with an approval each. */
        WRITES
    }

    /** A task of this caller's as it was last acknowledged. */
    private record Owned(String id, long fence, long version) {}

    private final String name;
    private final Random random;
    private final Laboratory laboratory;
    private final Ledger ledger;
    private final Report report;
    private final Habit habit;
    private final Map<ServiceName, Line> lines = new EnumMap<>(ServiceName.class);
    private final Map<String, Owned> tasks = new LinkedHashMap<>();
    private final List<Answer> undecided = new ArrayList<>();
    private final List<Wish> open = new ArrayList<>();
    private int next;

    Caller(String name, long seed, Habit habit, Laboratory laboratory, Ledger ledger, Report report) {
        this.name = name;
        this.random = new Random(seed);
        this.habit = habit;
        this.laboratory = laboratory;
        this.ledger = ledger;
        this.report = report;
    }

    /** Makes one wish. */
    void step() throws IOException {
        if (habit == Habit.WRITES) {
            if (open.isEmpty()) {
                write();
            } else {
                settle();
            }
            return;
        }
        if (open.size() >= MOST_OPEN) {
            settle();
            return;
        }
        int draw = random.nextInt(100);
        if (!undecided.isEmpty()) {
            decide(undecided.removeFirst());
        } else if (draw < 35) {
            create();
        } else if (draw < 60) {
            update();
        } else if (draw < 75 || habit == Habit.GOVERNS) {
            ask();
        } else {
            store();
        }
    }

    /** Asks again for what was never answered; true once nothing is open. */
    boolean settle() throws IOException {
        for (Wish wish : List.copyOf(open)) {
            attempt(wish);
        }
        return open.isEmpty();
    }

    Answer send(Wish wish) throws IOException {
        return line(wish.kind().service()).send(wish.method(), wish.path(), wish.key(), wish.body());
    }

    Answer get(ServiceName service, String path) throws IOException {
        return line(service).send("GET", path, null, null);
    }

    private Line line(ServiceName service) throws IOException {
        Line line = lines.get(service);
        if (line == null) {
            line = laboratory.operator(service);
            lines.put(service, line);
        }
        return line;
    }

    /** Versions of this caller's tasks as acknowledged. */
    Map<String, Long> versions() {
        Map<String, Long> versions = new LinkedHashMap<>();
        tasks.values().forEach(each -> versions.put(each.id(), each.version()));
        return versions;
    }

    void close() {
        lines.values().forEach(Line::close);
    }

    private String key() {
        next++;
        return name + "-" + next;
    }

    private void create() {
        String key = key();
        wish(Kind.CREATE, "POST", "/tasks", key, Map.of("name", key));
    }

    private void update() {
        List<Owned> idle = tasks.values().stream()
                .filter(each -> open.stream().noneMatch(wish -> wish.path().endsWith(each.id())))
                .toList();
        if (idle.isEmpty()) {
            create();
            return;
        }
        Owned task = idle.get(random.nextInt(idle.size()));
        wish(
                Kind.UPDATE,
                "PATCH",
                "/tasks/" + task.id(),
                key(),
                task.version() == 1
                        ? Map.of("fence_token", task.fence(), "status", "running")
                        : Map.of("fence_token", task.fence(), "progress", random.nextInt(100)));
    }

    private void ask() {
        String key = key();
        Map<String, Object> args = Map.of("path", key + ".txt", "content", "never written");
        wish(
                Kind.ASK,
                "POST",
                "/gate-tool-call",
                key,
                Map.of("tool_name", "file.write", "args", args, "context", Map.of("session_id", name)));
    }

    private void decide(Answer asked) {
        wish(
                Kind.DECIDE,
                "POST",
                "/approve",
                key(),
                Map.of(
                        "approval_id", asked.text("data", "approval", "approval_id"),
                        "fence_token", asked.number("data", "fence_token"),
                        "decision", random.nextBoolean() ? "approved" : "denied"));
    }

    private void store() {
        String key = key();
        wish(Kind.STORE, "POST", "/store", key, Map.of("type", "drill", "content", "drill memory " + key));
    }

    /** Appends a line to this caller's file: the whole file is written anew, if it still is what it was. */
    private void write() throws IOException {
        String key = key();
        String before = written();
        Map<String, @Nullable Object> args = new LinkedHashMap<>();
        args.put("path", file().getFileName().toString());
        args.put("content", before + key + "\n");
        if (!before.isEmpty()) {
            args.put("expected_sha256", Sha256.hex(before.getBytes(StandardCharsets.UTF_8)));
        }
        wish(Kind.ACT, "POST", "/v1/action", key, Map.of("tool_name", "file.write", "args", args));
    }

    private Path file() {
        return laboratory.home().workspace().resolve(name + ".txt");
    }

    /** What is in this caller's file. */
    String written() throws IOException {
        return Files.exists(file()) ? Files.readString(file()) : "";
    }

    private void wish(Kind kind, String method, String path, String key, Map<String, ?> body) {
        Wish wish = new Wish(kind, method, path, key, Json.text(body));
        ledger.add(wish);
        open.add(wish);
        attempt(wish);
    }

    private void attempt(Wish wish) {
        try {
            Answer answer = send(wish);
            if (answer.good()) {
                Answer latest = wish.kind() == Kind.PERMIT ? followed(wish, answer) : answer;
                if (latest != null) {
                    settled(wish, latest);
                }
            } else if (answer.status() < 500
                    && answer.status() != 429
                    && !answer.code().endsWith("IN_PROGRESS")) {
                refused(wish, answer);
            } else {
                report.count("unanswered: " + answer.code());
            }
        } catch (IOException unknown) {
            report.count("unanswered: connection lost");
        }
    }

    /** The permitted action once it is over: a repetition of the permit tells how far it was then, forever. */
    private @Nullable Answer followed(Wish permit, Answer answer) throws IOException {
        String action = permit.path().substring(0, permit.path().lastIndexOf('/'));
        Answer latest = LASTING.contains(answer.text("data", "state"))
                ? answer
                : get(permit.kind().service(), action);
        return latest.good() && LASTING.contains(latest.text("data", "state")) ? latest : null;
    }

    private void refused(Wish wish, Answer answer) {
        open.remove(wish);
        wish.refused(answer.code());
        report.count("refused: " + wish.kind() + " " + answer.code());
        if (!RIGHTFUL.contains(answer.code())) {
            report.fail(wish + " was refused with " + answer.body());
        }
    }

    private void settled(Wish wish, Answer answer) {
        open.remove(wish);
        wish.acknowledged(answer);
        ledger.acknowledged();
        report.count("acknowledged: " + wish.kind());
        switch (wish.kind()) {
            case CREATE, UPDATE -> {
                String id = answer.text("data", "task", "task_id");
                tasks.put(
                        id,
                        new Owned(
                                id,
                                answer.number("data", "task", "fence_token"),
                                answer.number("data", "task", "version")));
            }
            case ASK -> undecided.add(answer);
            case ACT ->
                wish(
                        Kind.PERMIT,
                        "POST",
                        "/v1/actions/" + answer.text("data", "action_id") + "/approve",
                        wish.key() + "-yes",
                        Map.of("reason", wish.key()));
            case PERMIT -> report.count("actions " + answer.text("data", "state"));
            case DECIDE, STORE -> {
                // Nothing follows.
            }
        }
    }
}
