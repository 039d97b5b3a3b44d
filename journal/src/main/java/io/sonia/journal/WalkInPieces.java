package io.sonia.journal;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * A walk over a part of the chain, taken by several threads in pieces. Each piece can be checked alone, since it begins
 * with what the one before must end with; joined in their order they say what one walk would say.
 */
final class WalkInPieces {

    /** Entries in a piece: few enough that no thread is left with much at the end. */
    static final int PIECE = 2 * AuditChain.STEP;

    /** One less than there are connections that read, so that others need not wait for this one to end. */
    private static final int MOST_THREADS = Readers.READERS - 1;

    private final Journal journal;
    private final AuditChain.Head base;
    private final long from;
    private final long to;

    /** Each piece as it was found, or why it could not be read. */
    private final AtomicReferenceArray<Supplier<ChainWalk>> pieces;

    private final AtomicInteger taken = new AtomicInteger();

    /** Pieces from this one on say nothing any more. */
    private final AtomicInteger end;

    /**
     * @param base what the chain's first entry continues
     * @param to the last entry, included
     */
    WalkInPieces(Journal journal, AuditChain.Head base, long from, long to) {
        this.journal = journal;
        this.base = base;
        this.from = from;
        this.to = to;
        int count = Math.toIntExact((to - from) / PIECE + 1);
        this.pieces = new AtomicReferenceArray<>(count);
        this.end = new AtomicInteger(count);
    }

    /** The whole walk, up to the first entry that does not continue the chain. */
    ChainWalk result() {
        int threads = Math.min(Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()), pieces.length());
        List<FutureTask<?>> others = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            FutureTask<?> other = new FutureTask<>(this::walkPieces, null);
            Threads.platform("audit check " + i, other);
            others.add(other);
        }
        try {
            walkPieces();
            for (FutureTask<?> other : others) {
                other.get();
            }
        } catch (ExecutionException e) {
            throw SoniaException.caused(ErrorCode.STORAGE_UNAVAILABLE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SoniaException.caused(ErrorCode.TIMEOUT, e);
        } finally {
            end.set(0);
        }
        return joined();
    }

    /** Pieces are taken in their order, so those before one that is broken are all found in the end. */
    private void walkPieces() {
        for (int piece = taken.getAndIncrement(); piece < end.get(); piece = taken.getAndIncrement()) {
            try {
                ChainWalk walk = walk(piece);
                pieces.set(piece, () -> walk);
                if (!walk.good()) {
                    endBehind(piece);
                }
            } catch (SoniaException e) {
                pieces.set(piece, () -> {
                    throw e;
                });
                endBehind(piece);
            }
        }
    }

    private void endBehind(int piece) {
        end.accumulateAndGet(piece + 1, Math::min);
    }

    @SuppressWarnings("ThreadPriorityCheck") // a virtual thread is not preempted; others must get its carrier
    private ChainWalk walk(int piece) {
        long first = from + (long) piece * PIECE;
        long last = Math.min(to, first + PIECE - 1);
        ChainWalk walk = journal.read(sql -> ChainWalk.startingAt(sql, first, base));
        while (walk.good() && walk.next() <= last && piece < end.get()) {
            journal.read(sql -> {
                walk.takeUpTo(sql, Math.min(last, walk.next() + AuditChain.STEP - 1));
                return walk;
            });
            Thread.yield();
        }
        return walk;
    }

    private ChainWalk joined() {
        ChainWalk whole = pieces.get(0).get();
        for (int i = 1; i < pieces.length() && whole.good(); i++) {
            whole.goesOn(pieces.get(i).get());
        }
        return whole;
    }
}
