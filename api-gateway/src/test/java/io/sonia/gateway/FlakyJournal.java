package io.sonia.gateway;

import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Journal;
import io.sonia.journal.JournalState;
import io.sonia.journal.Query;
import io.sonia.journal.StoreCut;
import io.sonia.journal.Work;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import java.time.Duration;
import java.util.Optional;

/** A journal that is too busy for one commit when a test says so. */
final class FlakyJournal implements Journal {

    private final Journal real;
    private int commitsUntilFailure = -1;

    FlakyJournal(Journal real) {
        this.real = real;
    }

    /** Lets {@code commits} more through and refuses the one after them. */
    synchronized void failAfter(int commits) {
        commitsUntilFailure = commits;
    }

    /** True once the refusal has happened. */
    synchronized boolean failed() {
        return commitsUntilFailure < 0;
    }

    @Override
    public <T> T commit(Work<T> work) {
        synchronized (this) {
            boolean fails = commitsUntilFailure == 0;
            commitsUntilFailure = Math.max(-1, commitsUntilFailure - 1);
            if (fails) {
                throw SoniaException.of(ErrorCode.OVERLOADED);
            }
        }
        return real.commit(work);
    }

    @Override
    public <T> T read(Query<T> query) {
        return real.read(query);
    }

    @Override
    public AuditChain chain() {
        return real.chain();
    }

    @Override
    public AuditTree tree() {
        return real.tree();
    }

    @Override
    public JournalState state() {
        return real.state();
    }

    @Override
    public int instance() {
        return real.instance();
    }

    @Override
    public boolean takeOver(Heir heir) {
        return real.takeOver(heir);
    }

    @Override
    public int reap(int limit) {
        return real.reap(limit);
    }

    @Override
    public void whenPublished(Runnable listener) {
        real.whenPublished(listener);
    }

    @Override
    public void append(AuditEvent event) {
        real.append(event);
    }

    @Override
    public KeyRecord look(IdempotencyKey key) {
        return real.look(key);
    }

    @Override
    public Optional<String> takeOver(IdempotencyKey key) {
        return real.takeOver(key);
    }

    @Override
    public void release(IdempotencyKey key) {
        real.release(key);
    }

    @Override
    public void vacuum() {
        real.vacuum();
    }

    @Override
    public StoreCut cut(Duration atMost) {
        return real.cut(atMost);
    }

    @Override
    public void renewKeys() {
        real.renewKeys();
    }

    @Override
    public void close() {
        real.close();
    }
}
