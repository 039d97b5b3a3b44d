package io.sonia.gates.drill;

import io.sonia.gates.drill.SmallStore.Operation;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * Changes a store at rest and starts it: the start is refused by name, or every audit entry is as it was. What cannot be
 * told from inside one file, that its newest entries are missing, is counted apart.
 */
final class RestDrill {

    /** What happens to the files. */
    private enum Damage {
        FLIP(60),
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

        /** True if it can leave a shorter history that is whole in itself. */
        boolean canShorten() {
            return this == CUT_NEWEST || this == OLD_COPY || loses();
        }

        /** True if what the write-ahead log held may be gone. */
        boolean loses() {
            return this == FLIP_IN_LOG || this == NO_LOG || this == TRUNCATE_LOG;
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
    private final List<String> entries;
    private final List<String> state;

    /** Makes a store that was closed, the same as a crash leaves it, and an old copy of it. */
    RestDrill(Path scratch, Report report) throws IOException, SQLException {
        this.scratch = scratch;
        this.report = report;
        Path store = scratch.resolve("template/sonia.db");
        SmallStore.prepare(store, Operation.APPROVE);
        this.old = Folders.copyStore(store, scratch.resolve("old"));
        try (SmallStore open = SmallStore.open(store, report::fail)) {
            open.apply(Operation.APPEND);
            open.apply(Operation.APPROVE);
            this.crashed = Folders.copyStore(store, scratch.resolve("crashed"));
        }
        this.closed = Folders.copyStore(store, scratch.resolve("closed"));
        try (StoreReader reader = StoreReader.of(closed, scratch.resolve("outside"))) {
            this.entries = reader.column(ENTRIES);
            this.state = reader.column(STATE);
        }
    }

    void run(int cases, long seed) throws IOException, SQLException {
        for (int i = 0; i < cases; i++) {
            long own = seed + i;
            report.replaying("crash --rest --seed=" + own + " --cases=1");
            Random random = new Random(own);
            Damage damage = Damage.drawn(random);
            Path folder = scratch.resolve("case");
            Folders.delete(folder);
            Path store = Folders.copyStore(damage.loses() ? crashed : closed, folder);
            String what = damage + " " + damage(damage, store, random);
            start(damage, what, store);
            report.caseDone();
        }
    }

    private String damage(Damage damage, Path store, Random random) throws IOException, SQLException {
        Path log = store.resolveSibling("sonia.db-wal");
        return switch (damage) {
            case FLIP -> flip(store, random);
            case FLIP_IN_LOG -> flip(log, random);
            case TRUNCATE -> truncate(store, random);
            case TRUNCATE_LOG -> truncate(log, random);
            case NO_LOG -> {
                Files.delete(log);
                yield "";
            }
            case OLD_COPY -> {
                Folders.copyStore(old, store.resolveSibling(""));
                yield "";
            }
            case SWAP_ROWS -> {
                int one = 1 + random.nextInt(entries.size() - 1);
                yield sql(
                        store,
                        "UPDATE audit_entries SET seq = -1 WHERE seq = " + one,
                        "UPDATE audit_entries SET seq = " + one + " WHERE seq = " + (one + 1),
                        "UPDATE audit_entries SET seq = " + (one + 1) + " WHERE seq = -1");
            }
            case DUPLICATE_ROW -> {
                int one = 1 + random.nextInt(entries.size());
                yield sql(
                        store,
                        "CREATE TEMP TABLE copied AS SELECT * FROM audit_entries WHERE seq = " + one,
                        "UPDATE copied SET seq = " + (entries.size() + 1),
                        "INSERT INTO audit_entries SELECT * FROM copied");
            }
            case REMOVE_ROW ->
                sql(store, "DELETE FROM audit_entries WHERE seq = " + (1 + random.nextInt(entries.size() - 1)));
            case CHANGE_VALUE ->
                sql(
                        store,
                        "UPDATE audit_entries SET actor_id = 'somebody else' WHERE seq = "
                                + (1 + random.nextInt(entries.size())));
            case NEWER_SCHEMA -> sql(store, "INSERT INTO schema_version VALUES ('service', 3, 'x', 'x', 'up')");
            case CUT_NEWEST ->
                sql(store, "DELETE FROM audit_entries WHERE seq > " + (1 + random.nextInt(entries.size() - 1)));
        };
    }

    private static String flip(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        // The first hundred bytes say what the file is, and are too few to be met by chance.
        int at = random.nextInt(10) == 0 ? random.nextInt(100) : random.nextInt(bytes.length);
        int bit = random.nextInt(8);
        bytes[at] ^= (byte) (1 << bit);
        Files.write(file, bytes);
        return "bit " + bit + " of byte " + at;
    }

    private static String truncate(Path file, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = random.nextInt(bytes.length);
        Files.write(file, java.util.Arrays.copyOf(bytes, length));
        return "to " + length + " bytes";
    }

    /** What somebody does who knows SQL: takes the triggers away, and puts them back. */
    private static String sql(Path store, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + store);
                Statement statement = connection.createStatement()) {
            List<String> triggers;
            try (var rows = statement.executeQuery("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")) {
                triggers = new java.util.ArrayList<>();
                while (rows.next()) {
                    triggers.add(rows.getString(1));
                }
            }
            statement.executeUpdate("DROP TRIGGER audit_entries_no_update");
            statement.executeUpdate("DROP TRIGGER audit_entries_no_delete");
            for (String each : statements) {
                statement.executeUpdate(each);
            }
            for (String each : triggers) {
                statement.executeUpdate(each);
            }
        }
        return String.join("; ", statements);
    }

    private void start(Damage damage, String what, Path store) throws IOException {
        List<String> found;
        List<String> kept;
        try (SmallStore open = SmallStore.open(store, reason -> report.count(damage + ": " + reason))) {
            open.read();
        } catch (SoniaException e) {
            report.count(damage + ": refused, " + e.code());
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
        } else if (damage.canShorten()
                && found.size() < entries.size()
                && found.equals(entries.subList(0, found.size()))) {
            report.count(damage + ": newest entries missing, cannot be told");
        } else {
            report.fail(
                    what + " was not seen at the start: " + found.size() + " entries, " + entries.size() + " before");
        }
    }
}
