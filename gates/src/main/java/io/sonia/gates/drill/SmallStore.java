package io.sonia.gates.drill;

import io.sonia.journal.Journal;
import io.sonia.journal.JournalOptions;
import io.sonia.journal.Migration;
import io.sonia.journal.SqliteJournal;
import io.sonia.journal.Tx;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.StoredReply;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The journal with the smallest tables that have a task, an approval and a fence: one operation of a service without
 * its HTTP, quick enough to be broken at each of its system calls.
 */
final class SmallStore implements AutoCloseable {

    /** One thing the process does with its store. */
    enum Operation {
        /** Makes the store. */
        CREATE,
        /** Opens it and reads. */
        START,
        /** A keyed request that makes a task. */
        APPEND,
        /** Decides the approval that waits. */
        APPROVE,
        /** Uses the approval up. */
        CONSUME,
        /** Opens a store of the schema before. */
        MIGRATION,
        /** A keyed request, and then a clean stop. */
        SHUTDOWN;

        boolean writes() {
            return this == APPEND || this == APPROVE || this == CONSUME || this == SHUTDOWN;
        }
    }

    static final String KEY = "the-key";
    static final String REPLY = "{\"done\":true}";

    private static final int ENTRIES = 40;
    private static final ServiceName CHAIN = ServiceName.EVA_OS;

    private static final Migration FIRST =
            new Migration(1, "tasks and approvals", """
            CREATE TABLE fences (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
            INSERT INTO fences (name, value) VALUES ('fence', 0);
            CREATE TABLE tasks (task_id TEXT PRIMARY KEY, name TEXT NOT NULL, fence_token INTEGER NOT NULL);
            CREATE TABLE approvals (approval_id TEXT PRIMARY KEY, state TEXT NOT NULL, fence_token INTEGER NOT NULL);
            """, "DROP TABLE approvals; DROP TABLE tasks; DROP TABLE fences;");
    private static final Migration SECOND =
            new Migration(2, "who owns a task", """
            ALTER TABLE tasks ADD COLUMN owner TEXT NOT NULL DEFAULT 'nobody';
            CREATE INDEX tasks_by_owner ON tasks (owner, task_id);
            UPDATE tasks SET owner = 'usr_' || task_id;
            """, "DROP INDEX tasks_by_owner; ALTER TABLE tasks DROP COLUMN owner;");

    private static final AuditEvent.Origin ORIGIN =
            new AuditEvent.Origin("usr_operator", "operator", "person", null, null, "req_1", null, null);

    private final Journal journal;

    private SmallStore(Journal journal) {
        this.journal = journal;
    }

    /** Opens the store, or makes it, at its newest schema. */
    static SmallStore open(Path path, Consumer<String> onFatal) {
        return open(path, List.of(FIRST, SECOND), onFatal);
    }

    private static SmallStore open(Path path, List<Migration> schema, Consumer<String> onFatal) {
        Clock clock = Clock.system();
        JournalOptions options =
                JournalOptions.of(UnaryOperator.identity(), onFatal).diskFloorBytes(0);
        return new SmallStore(SqliteJournal.open(path, CHAIN, schema, clock, new Hlc(clock), options));
    }

    /** Makes what the operation starts from; nothing at all for the one that makes a store. */
    static void prepare(Path path, Operation operation) {
        if (operation == Operation.CREATE) {
            return;
        }
        List<Migration> schema = operation == Operation.MIGRATION ? List.of(FIRST) : List.of(FIRST, SECOND);
        try (SmallStore store = open(path, schema, reason -> {})) {
            for (int i = 1; i <= ENTRIES; i++) {
                String task = "tsk_" + i;
                store.journal.commit(tx -> {
                    insert(tx, task);
                    return tx.audit(event("task.create", task));
                });
            }
            store.journal.commit(tx -> {
                tx.sql()
                        .update(
                                "INSERT INTO approvals VALUES ('apr_1', ?, ?)",
                                operation == Operation.CONSUME ? "approved" : "pending",
                                fence(tx));
                return tx.audit(event("gate", "apr_1"));
            });
        }
    }

    /** The process: says what was acknowledged, or by what name it was refused. */
    static int run(Path path, Operation operation) {
        try {
            SmallStore store = open(path, SmallStore::fatal);
            store.read();
            say("opened");
            if (operation.writes()) {
                store.apply(operation);
                say("acknowledged");
            }
            if (operation == Operation.SHUTDOWN) {
                store.close();
                say("closed");
            }
            Runtime.getRuntime().halt(0);
            return 0;
        } catch (SoniaException refused) {
            say("refused " + refused.code() + " " + refused.text());
            // As a crash would: a clean stop is an operation of its own.
            Runtime.getRuntime().halt(Drills.STORAGE_FAILED);
            return Drills.STORAGE_FAILED;
        }
    }

    private static void fatal(String reason) {
        say("fatal " + reason);
        Runtime.getRuntime().halt(Drills.STORAGE_FAILED);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Has what the store is now signed outside of it. */
    void sign(OutsideHead head) {
        head.sign(journal, CHAIN);
    }

    /** Refuses to go on if this is not what was signed. */
    void require(OutsideHead head) {
        head.require(journal, CHAIN);
    }

    /** What every start reads. */
    long read() {
        return journal.read(sql -> sql.number("SELECT count(*) FROM tasks"));
    }

    /** The keyed request of the operation: its stored answer, or the work and its answer in one commit. */
    String apply(Operation operation) {
        IdempotencyKey key = new IdempotencyKey("usr_operator", "POST /" + operation, KEY, "print:of-it", "own");
        Optional<StoredReply> before = journal.find(key);
        if (before.isPresent()) {
            return new String(before.get().data(), StandardCharsets.UTF_8);
        }
        return journal.commit(tx -> {
            String about = work(tx, operation);
            tx.audit(event("drill." + operation, about));
            tx.remember(key, new StoredReply(200, REPLY.getBytes(StandardCharsets.UTF_8), null));
            return REPLY;
        });
    }

    private static String work(Tx tx, Operation operation) throws SQLException {
        return switch (operation) {
            case APPROVE -> move(tx, "pending", "approved");
            case CONSUME -> move(tx, "approved", "consumed");
            case CREATE, START, APPEND, MIGRATION, SHUTDOWN -> {
                insert(tx, "tsk_new");
                yield "tsk_new";
            }
        };
    }

    private static String move(Tx tx, String from, String to) throws SQLException {
        int moved = tx.sql()
                .update(
                        "UPDATE approvals SET state = ?, fence_token = ? WHERE approval_id = 'apr_1' AND state = ?",
                        to,
                        fence(tx),
                        from);
        if (moved != 1) {
            throw SoniaException.of(ErrorCode.ALREADY_DECIDED);
        }
        return "apr_1";
    }

    private static void insert(Tx tx, String task) throws SQLException {
        tx.sql().update("INSERT INTO tasks (task_id, name, fence_token) VALUES (?, 'drill', ?)", task, fence(tx));
    }

    private static long fence(Tx tx) throws SQLException {
        return tx.sql().number("UPDATE fences SET value = value + 1 WHERE name = 'fence' RETURNING value");
    }

    static AuditEvent event(String operation, String about) {
        return AuditEvent.of(operation, ORIGIN).about("drill", about).detail(Map.of("about", about));
    }

    @Override
    public void close() {
        journal.close();
    }
}
