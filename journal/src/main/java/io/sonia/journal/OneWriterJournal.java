package io.sonia.journal;

import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A journal over a store: one thread writes, and readers have snapshots of their own and never wait for it. */
final class OneWriterJournal implements Journal {

    /**
     * So many of the newest entries are checked before the journal opens, and all that came after the last checkpoint; the
     * rest may be checked while it works.
     */
    private static final long CHECKED_TAIL = 1_000;

    private final Store store;
    private final JournalOptions options;
    private final KeyedRequests keyed;
    private final Outbox outbox;
    private final AuditChain chain;
    private final AuditTree tree;
    private final GroupWriter writer;
    private final int schemaVersion;
    private final List<Runnable> publishListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private OneWriterJournal(Store store, AuditLog log, Clock clock, JournalOptions options, int schemaVersion) {
        this.store = store;
        this.options = options;
        this.schemaVersion = schemaVersion;
        this.keyed = new KeyedRequests(clock, options, store.alone());
        this.outbox = new Outbox(clock, options.instance().number());
        this.chain = new AuditChain(this, store.heads());
        this.tree = new AuditTree(this, store.heads());
        this.writer = new GroupWriter(
                "journal " + store.display(),
                new WriteConnection(store.transactions(), log, keyed, outbox),
                new Watch(),
                options.bounds().queueLimit());
    }

    /**
     * Opens the journal of a store whose tables are made.
     *
     * @throws SoniaException AUDIT_CHAIN_BROKEN if its newest entries do not verify; the store is closed then
     */
    static Journal open(Store store, AuditLog log, Clock clock, JournalOptions options, int schemaVersion) {
        OneWriterJournal journal = new OneWriterJournal(store, log, clock, options, schemaVersion);
        try {
            journal.checkTail();
        } catch (SoniaException e) {
            journal.close();
            throw e;
        }
        return journal;
    }

    @Override
    public <T> T commit(Work<T> work) {
        return writer.commit(work);
    }

    @Override
    public <T> T read(Query<T> query) {
        return store.readers().read(query);
    }

    @Override
    public void append(AuditEvent event) {
        try {
            commit(tx -> tx.audit(event));
        } catch (SoniaException e) {
            throw e.code() == ErrorCode.AUDIT_UNAVAILABLE ? e : SoniaException.caused(ErrorCode.AUDIT_UNAVAILABLE, e);
        }
    }

    @Override
    public KeyRecord look(IdempotencyKey key) {
        return read(sql -> keyed.look(sql, key));
    }

    @Override
    public Optional<String> takeOver(IdempotencyKey key) {
        return commit(tx -> keyed.takeOver(tx.sql(), key));
    }

    @Override
    public void release(IdempotencyKey key) {
        if (keyed.leave(key) && read(sql -> keyed.unanswered(sql, key))) {
            commit(tx -> {
                keyed.release(tx.sql(), key);
                return key;
            });
        }
    }

    @Override
    public void renewKeys() {
        List<IdempotencyKey> held = keyed.held();
        if (!held.isEmpty()) {
            commit(tx -> {
                keyed.renew(tx.sql(), held);
                return held;
            });
        }
    }

    @Override
    public int instance() {
        return options.instance().number();
    }

    @Override
    public boolean takeOver(Heir heir) {
        return commit(tx -> {
            List<Integer> gone = store.endLapsed(tx.sql());
            for (int each : gone) {
                outbox.inherit(tx.sql(), each);
                heir.inherit(tx, each);
            }
            return !gone.isEmpty();
        });
    }

    @Override
    public AuditChain chain() {
        return chain;
    }

    @Override
    public AuditTree tree() {
        return tree;
    }

    @Override
    public JournalState state() {
        String failure = writer.failure();
        return new JournalState(
                phase(failure),
                failure,
                writer.waiting(),
                options.bounds().queueLimit(),
                writer.commits(),
                writer.works(),
                store.walBytes(),
                schemaVersion);
    }

    private JournalState.Phase phase(@Nullable String failure) {
        if (failure != null) {
            return JournalState.Phase.FAILED;
        }
        if (closed.get()) {
            return JournalState.Phase.CLOSED;
        }
        if (!store.transactions().reachable()) {
            writer.look();
            return JournalState.Phase.CUT_OFF;
        }
        return JournalState.Phase.OPEN;
    }

    @Override
    public int reap(int limit) {
        int pruned = new AuditPruning(this).removeLeft(limit);
        return pruned + commit(tx -> keyed.reap(tx.sql(), limit) + outbox.reap(tx.sql(), limit));
    }

    @Override
    public void vacuum() {
        store.vacuum();
        commit(tx -> true);
        commit(tx -> true); // begins once the store has done it
    }

    @Override
    public StoreCut cut(Duration atMost) {
        return HeldCut.of(this, store::openCut, atMost);
    }

    @Override
    public void whenPublished(Runnable listener) {
        publishListeners.add(listener);
    }

    /** A failed store is not let go: what is in it may be opened only by the next process. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        writer.stop();
        if (writer.failure() != null) {
            return;
        }
        try {
            store.close();
        } catch (SQLException e) {
            throw store.refusal(e);
        }
    }

    private void checkTail() {
        long size = chain.head().size();
        long signed = tree.anchor().map(AuditTree.Anchor::size).orElse(0L);
        long before = Math.max(
                Math.max(Math.min(size - CHECKED_TAIL, signed), size - AuditChain.MAX_VERIFIED),
                chain.base().size());
        AuditChain.Verification tail = chain.verify(before + 1, size);
        Long bad = tail.firstBadSeq();
        if (bad != null) {
            throw SoniaException.of(
                            ErrorCode.AUDIT_CHAIN_BROKEN,
                            "The audit chain in " + store.display() + " does not verify from entry " + bad + " on ("
                                    + tail.reason() + "): " + store.cureOfBrokenChain())
                    .with("first_bad_seq", bad)
                    .with("reason", tail.reason());
        }
    }

    /** What the writer does beside writing. */
    private final class Watch implements GroupWriter.Surroundings {

        @Override
        public @Nullable SoniaException obstacle() {
            return store.obstacle();
        }

        @Override
        public void committed(boolean published) throws SQLException {
            if (published) {
                publishListeners.forEach(Runnable::run);
            }
            store.committed();
        }

        @Override
        public void failed(String reason) {
            options.onFatal().accept(store.display() + ": " + reason);
        }
    }
}
