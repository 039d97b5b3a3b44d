package io.sonia.gates.drill;

import io.sonia.gates.drill.SmallStore.Operation;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Changes a store at rest and starts it: the start is refused by name, or every audit entry is as it was. Where one entry
 * was changed by SQL, the refusal has to name it.
 */
final class RestDrill {

    /** What happens to the files. */
    private enum Damage {
        FLIP(40),
        FLIP_IN_ENTRIES(20),
        FLIP_IN_LOG(15),
        TRUNCATE(8),
        SWAP_ROWS(2),
        DUPLICATE_ROW(2),
        REMOVE_ROW(2),
        CHANGE_VALUE(2),
        NEWER_SCHEMA(1),
        CUT_NEWEST(2),
        OLD_COPY(2),
        NO_LOG(2),
        TRUNCATE_LOG(2);

        private final int weight;

        Damage(int weight) {
            this.weight = weight;
        }

        /** True if what the write-ahead log held may be gone. */
        boolean loses() {
            return this == FLIP_IN_LOG || this == NO_LOG || this == TRUNCATE_LOG;
        }

        /** Left out of the sweep: bits of pages that hold no entries, and of a log that has its own checksums. */
        boolean drawnOnly() {
            return this == FLIP || this == FLIP_IN_LOG || this == TRUNCATE_LOG;
        }

        static Damage drawn(Random random) {
            int sum = 0;
            for (Damage each : values()) {
                sum += each.weight;
            }
            int draw = random.nextInt(sum);
            for (Damage each : values()) {
                draw -= each.weight;
                if (draw < 0) {
                    return each;
                }
            }
            return FLIP;
        }
    }

    /**
     * What was done.
     *
     * @param firstBad the entry that the refusal has to name; null if that is open
     */
    private record Done(String what, @Nullable Long firstBad) {}

    private static final int PAGE = 4096;

    private static final int TOLD_EVERY = 5_000;

    /** Pages of entries whose every bit the sweep flips: 12 kB. */
    private static final int SWEPT_PAGES = 3;

    private static final byte[] IN_ENTRIES = "task.create".getBytes(StandardCharsets.US_ASCII);

    /** The first byte of a page of rows (SQLite, Database File Format, section 1.6); other pages may hold old ones. */
    private static final byte LEAF = 13;

    private static final String ENTRIES = "SELECT quote(chain) || quote(seq) || quote(timestamp) || quote(hlc)"
            + " || quote(operation) || quote(outcome) || quote(http_status) || quote(actor_id) || quote(actor_role)"
            + " || quote(actor_kind) || quote(resource_type) || quote(resource_id) || quote(correlation_id)"
            + " || quote(detail_hash) || quote(prev_hash) || quote(hash) || quote(detail)"
            + " FROM audit_entries ORDER BY seq";
    private static final String STATE = "SELECT quote(task_id) || quote(name) || quote(fence_token) FROM tasks"
            + " UNION ALL SELECT quote(approval_id) || quote(state) || quote(fence_token) FROM approvals"
            + " UNION ALL SELECT quote(name) || quote(value) FROM fences ORDER BY 1";

    private final Path scratch;
    private final Report report;
    private final Path closed;
    private final Path crashed;
    private final Path old;
    private final OutsideHead head;
    private final List<String> entries;
    private final List<String> state;
    private final List<Integer> pagesOfEntries;

    /** Makes a store that was closed, the same as a crash leaves it, and an old copy of it. */
    RestDrill(Path scratch, Report report) throws IOException, SQLException, GeneralSecurityException {
        this.scratch = scratch;
        this.report = report;
        this.head = new OutsideHead(scratch.resolve("heads"), SmallStore.event("audit.head.accepted", "head"));
        Path store = scratch.resolve("template/sonia.db");
        SmallStore.prepare(store, Operation.APPROVE);
        try (SmallStore open = SmallStore.open(store, report::fail)) {
            open.sign(head);
        }
        this.old = Folders.copyStore(store, scratch.resolve("old"));
        try (SmallStore open = SmallStore.open(store, report::fail)) {
            open.apply(Operation.APPEND);
            open.apply(Operation.APPROVE);
            open.sign(head);
            this.crashed = Folders.copyStore(store, scratch.resolve("crashed"));
        }
        this.closed = Folders.copyStore(store, scratch.resolve("closed"));
        try (StoreReader reader = StoreReader.of(closed, scratch.resolve("outside"))) {
            this.entries = reader.column(ENTRIES);
            this.state = reader.column(STATE);
        }
        this.pagesOfEntries = pagesOfEntries(Files.readAllBytes(closed));
    }

    /** A worker on the same stores, with a place of its own. */
    private RestDrill(RestDrill prepared, Path scratch, Report report) {
        this.scratch = scratch;
        this.report = report;
        this.head = prepared.head;
        this.old = prepared.old;
        this.crashed = prepared.crashed;
        this.closed = prepared.closed;
        this.entries = prepared.entries;
        this.state = prepared.state;
        this.pagesOfEntries = prepared.pagesOfEntries;
    }

    private static List<Integer> pagesOfEntries(byte[] file) {
        List<Integer> pages = new ArrayList<>();
        for (int page = 0; page < file.length / PAGE && pages.size() < SWEPT_PAGES; page++) {
            if (file[page * PAGE] == LEAF && holds(file, page * PAGE)) {
                pages.add(page);
            }
        }
        return pages;
    }

    private static boolean holds(byte[] file, int page) {
        for (int at = page; at + IN_ENTRIES.length <= page + PAGE; at++) {
            if (Arrays.equals(file, at, at + IN_ENTRIES.length, IN_ENTRIES, 0, IN_ENTRIES.length)) {
                return true;
            }
        }
        return false;
    }

    /** Cases drawn by chance, each from a seed of its own. */
    void run(int cases, long seed) throws IOException, SQLException {
        for (int i = 0; i < cases; i++) {
            long own = seed + i;
            Random random = new Random(own);
            Damage damage = Damage.drawn(random);
            run(damage, random.nextLong(count(damage)), "--seed=" + own + " --cases=1");
        }
    }

    /** Every case there is, or of each kind of damage at most so many, evenly spread. */
    void sweep(int each) throws IOException, InterruptedException {
        List<Case> cases = new ArrayList<>();
        for (Damage damage : Damage.values()) {
            if (!damage.drawnOnly()) {
                long count = count(damage);
                long step = Math.max(1, Math.ceilDiv(count, each));
                for (long i = 0; i < count; i += step) {
                    cases.add(new Case(damage, i));
                }
            }
        }
        AtomicInteger next = new AtomicInteger();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Report part = report.part("crash --rest --sweep");
            RestDrill worker = new RestDrill(this, scratch.resolve("worker" + i), part);
            workers.add(Threads.platform("sweep " + i, () -> {
                worker.take(cases, next);
                report.take(part);
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private record Case(Damage damage, long number) {}

    /** Takes one case after the other, beside other workers, until there are no more. */
    private void take(List<Case> cases, AtomicInteger next) {
        for (int i = next.getAndIncrement(); i < cases.size(); i = next.getAndIncrement()) {
            Case each = cases.get(i);
            try {
                run(each.damage(), each.number(), "--only=" + each.damage() + "," + each.number());
            } catch (IOException | SQLException e) {
                report.fail(each + " broke off: " + e);
            }
            if (i > 0 && i % TOLD_EVERY == 0) {
                report.say(i + " of " + cases.size() + " cases");
            }
        }
    }

    /** One case of the sweep, by the name of its damage and its number. */
    void runOnly(String only) throws IOException, SQLException {
        String[] parts = only.split(",", 2);
        run(Damage.valueOf(parts[0]), Long.parseLong(parts[1]), "--only=" + only);
    }

    private void run(Damage damage, long number, String replay) throws IOException, SQLException {
        report.replaying("crash --rest " + replay);
        Path folder = scratch.resolve("case");
        Folders.delete(folder);
        Path store = Folders.copyStore(damage.loses() ? crashed : closed, folder);
        start(damage, damage(damage, store, number), store);
        report.caseDone();
    }

    /** How many cases there are of a damage. */
    private long count(Damage damage) throws IOException {
        long rows = entries.size();
        return switch (damage) {
            case FLIP -> Files.size(closed) * Byte.SIZE;
            case FLIP_IN_ENTRIES -> (long) pagesOfEntries.size() * PAGE * Byte.SIZE;
            case FLIP_IN_LOG -> Files.size(log(crashed)) * Byte.SIZE;
            case TRUNCATE -> Files.size(closed);
            case TRUNCATE_LOG -> Files.size(log(crashed));
            case SWAP_ROWS -> rows * (rows - 1) / 2;
            case DUPLICATE_ROW, CHANGE_VALUE, REMOVE_ROW -> rows;
            case CUT_NEWEST -> rows - 1;
            case NO_LOG, OLD_COPY, NEWER_SCHEMA -> 1;
        };
    }

    private static Path log(Path store) {
        return store.resolveSibling("sonia.db-wal");
    }

    private Done damage(Damage damage, Path store, long number) throws IOException, SQLException {
        return switch (damage) {
            case FLIP -> flip(store, number);
            case FLIP_IN_ENTRIES -> {
                int page = pagesOfEntries.get((int) (number / (PAGE * Byte.SIZE)));
                yield flip(store, (long) page * PAGE * Byte.SIZE + number % (PAGE * Byte.SIZE));
            }
            case FLIP_IN_LOG -> flip(log(store), number);
            case TRUNCATE -> truncate(store, number);
            case TRUNCATE_LOG -> truncate(log(store), number);
            case NO_LOG -> {
                Files.delete(log(store));
                yield new Done("", null);
            }
            case OLD_COPY -> {
                Folders.copyStore(old, store.resolveSibling(""));
                yield new Done("", null);
            }
            case SWAP_ROWS -> swap(store, number);
            case DUPLICATE_ROW -> {
                sql(
                        store,
                        "CREATE TEMP TABLE copied AS SELECT * FROM audit_entries WHERE seq = " + (number + 1),
                        "UPDATE copied SET seq = " + (entries.size() + 1),
                        "INSERT INTO audit_entries SELECT * FROM copied");
                yield new Done("of entry " + (number + 1), entries.size() + 1L);
            }
            case REMOVE_ROW -> {
                sql(store, "DELETE FROM audit_entries WHERE seq = " + (number + 1));
                yield new Done("entry " + (number + 1), number + 1 == entries.size() ? null : number + 1);
            }
            case CHANGE_VALUE -> {
                sql(store, "UPDATE audit_entries SET actor_id = 'somebody else' WHERE seq = " + (number + 1));
                yield new Done("of entry " + (number + 1), number + 1);
            }
            case NEWER_SCHEMA -> {
                sql(store, "INSERT INTO schema_version VALUES ('service', 3, 'x', 'x', 'up')");
                yield new Done("", null);
            }
            case CUT_NEWEST -> {
                sql(store, "DELETE FROM audit_entries WHERE seq > " + (number + 1));
                yield new Done("behind entry " + (number + 1), null);
            }
        };
    }

    /** The pairs are numbered by their second row. */
    private static Done swap(Path store, long number) throws SQLException {
        long second = 2;
        long rest = number;
        while (rest >= second - 1) {
            rest -= second - 1;
            second++;
        }
        long first = rest + 1;
        sql(
                store,
                "UPDATE audit_entries SET seq = -1 WHERE seq = " + first,
                "UPDATE audit_entries SET seq = " + first + " WHERE seq = " + second,
                "UPDATE audit_entries SET seq = " + second + " WHERE seq = -1");
        return new Done("entries " + first + " and " + second, first);
    }

    private static Done flip(Path file, long number) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = (int) (number / Byte.SIZE);
        int bit = (int) (number % Byte.SIZE);
        bytes[at] ^= (byte) (1 << bit);
        Files.write(file, bytes);
        return new Done("bit " + bit + " of byte " + at, null);
    }

    private static Done truncate(Path file, long length) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) length));
        return new Done("to " + length + " bytes", null);
    }

    /** What somebody does who knows SQL: takes the triggers away, and puts them back. */
    private static void sql(Path store, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement()) {
            Map<String, String> triggers = new LinkedHashMap<>();
            try (var rows = statement.executeQuery("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")) {
                while (rows.next()) {
                    triggers.put(rows.getString(1), rows.getString(2));
                }
            }
            for (String each : triggers.keySet()) {
                statement.executeUpdate("DROP TRIGGER " + each);
            }
            for (String each : statements) {
                statement.executeUpdate(each);
            }
            for (String each : triggers.values()) {
                statement.executeUpdate(each);
            }
        }
    }

    private void start(Damage damage, Done done, Path store) throws IOException {
        String what = damage + " " + done.what();
        List<String> found;
        List<String> kept;
        try (SmallStore open = SmallStore.open(store, reason -> report.count(damage + ": " + reason))) {
            open.require(head);
            open.read();
        } catch (SoniaException e) {
            report.count(damage + ": refused, " + e.code());
            if (done.firstBad() != null && !done.firstBad().equals(e.details().get("first_bad_seq"))) {
                report.fail(what + " was refused for another entry: " + e.details());
            }
            return;
        } catch (RuntimeException e) {
            report.fail(what + " ended the start with " + e);
            return;
        }
        try (StoreReader reader = StoreReader.of(store, scratch.resolve("outside"))) {
            found = reader.column(ENTRIES);
            kept = reader.column(STATE);
        } catch (SQLException e) {
            report.fail(what + " was not seen at the start, and then " + e);
            return;
        }
        if (found.equals(entries)) {
            report.count(damage + ": verified" + (kept.equals(state) ? "" : ", a row of state is another"));
        } else {
            report.fail(
                    what + " was not seen at the start: " + found.size() + " entries, " + entries.size() + " before");
        }
    }
}
