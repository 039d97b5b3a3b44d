package io.sonia.memory;

import io.sonia.memory.Vectors.Owner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The signs of all vectors, a bit for each dimension, held in memory. The fewer of them differ, the smaller the angle is
 * likely to be, so the vectors that are compared exactly are those with the fewest differences. Why not a graph:
 * decisions/0015.
 */
final class SignCodes {

    /** What all codes together may take; vectors beyond it are not found. */
    static final long MAX_BYTES = 32L * 1024 * 1024;

    private static final int CHUNK = 4096;
    private static final int NOBODY = -1;
    private static final int EVERYBODY = -2;
    private static final int REMOVED = -3;

    /** Codes in one stretch of memory, so that growing copies nothing. */
    private record Chunk(long[] seqs, int[] owners, long[] codes) {}

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final List<Chunk> chunks = new ArrayList<>();
    private final Map<String, Integer> users = new HashMap<>();
    private int dimensions;
    private int count;
    private int removed;
    private long highest;
    private boolean full;

    /** The signs of a vector's dimensions. */
    static long[] code(float[] vector) {
        long[] code = new long[words(vector.length)];
        for (int i = 0; i < vector.length; i++) {
            if (vector[i] > 0) {
                code[i >> 6] |= 1L << i;
            }
        }
        return code;
    }

    private static int words(int dimensions) {
        return (dimensions + Long.SIZE - 1) / Long.SIZE;
    }

    static byte[] bytes(long[] code) {
        ByteBuffer out = ByteBuffer.allocate(code.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long each : code) {
            out.putLong(each);
        }
        return out.array();
    }

    static long[] read(byte[] bytes) {
        long[] code = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(code);
        return code;
    }

    /** The dimensions of the vectors; 0 while there are none. */
    int dimensions() {
        lock.readLock().lock();
        try {
            return dimensions;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** True if there was no room for a vector. */
    boolean full() {
        lock.readLock().lock();
        try {
            return full;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Takes a code in, in the place of the memory's former one. The first one decides how many dimensions all have. */
    void put(long seq, Owner owner, int itsDimensions, long[] code) {
        lock.writeLock().lock();
        try {
            if (count == 0) {
                dimensions = itsDimensions;
            }
            if (itsDimensions != dimensions) {
                throw new IllegalArgumentException("expected " + dimensions + " dimensions, met " + itsDimensions);
            }
            if (seq <= highest) {
                take(seq);
            }
            append(seq, owner, code);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void append(long seq, Owner owner, long[] code) {
        int at = count % CHUNK;
        if (at == 0) {
            long chunkBytes = (long) CHUNK * (Long.BYTES * (1 + code.length) + Integer.BYTES);
            if ((chunks.size() + 1) * chunkBytes > MAX_BYTES) {
                full = true;
                return;
            }
            chunks.add(new Chunk(new long[CHUNK], new int[CHUNK], new long[CHUNK * code.length]));
        }
        Chunk chunk = chunks.getLast();
        chunk.seqs()[at] = seq;
        chunk.owners()[at] = number(owner);
        System.arraycopy(code, 0, chunk.codes(), at * code.length, code.length);
        count++;
        highest = Math.max(highest, seq);
    }

    private int number(Owner owner) {
        if (owner.userId() == null) {
            return owner.everybody() ? EVERYBODY : NOBODY;
        }
        return users.computeIfAbsent(owner.userId(), each -> users.size());
    }

    private void take(long seq) {
        for (int i = 0; i < count; i++) {
            Chunk chunk = chunks.get(i / CHUNK);
            if (chunk.seqs()[i % CHUNK] == seq && chunk.owners()[i % CHUNK] != REMOVED) {
                erase(i);
                return;
            }
        }
    }

    private void erase(int position) {
        Chunk chunk = chunks.get(position / CHUNK);
        int width = words(dimensions);
        int at = position % CHUNK;
        chunk.owners()[at] = REMOVED;
        for (int i = at * width; i < (at + 1) * width; i++) {
            chunk.codes()[i] = 0;
        }
        removed++;
    }

    /** True if most of what is held was removed. */
    boolean wasteful() {
        lock.readLock().lock();
        try {
            return removed > CHUNK && removed > count / 2;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** How many codes are held. */
    int size() {
        lock.readLock().lock();
        try {
            return count - removed;
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The memories with the fewest signs that differ from the vector's; a few more than {@code most} among equals.
     *
     * @param userId only what this user sees; null: everything
     * @param allowed only these memories; null: all
     */
    List<Long> nearest(float[] vector, int most, @Nullable String userId, @Nullable LongPredicate allowed) {
        long[] code = code(vector);
        lock.readLock().lock();
        try {
            if (vector.length != dimensions || count == 0) {
                return List.of();
            }
            Integer number = userId == null ? Integer.valueOf(NOBODY) : users.getOrDefault(userId, EVERYBODY);
            short[] differences = new short[count];
            int[] counts = new int[dimensions + 1];
            measure(code, userId == null, number, allowed, differences, counts);
            return collect(differences, bound(counts, most), most * 2);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Fills in the number of signs that differ, -1 for what is not asked for, and counts how often there is which. */
    private void measure(
            long[] code, boolean all, int user, @Nullable LongPredicate allowed, short[] differences, int[] counts) {
        int position = 0;
        for (Chunk chunk : chunks) {
            int end = Math.min(CHUNK, count - position);
            for (int i = 0; i < end; i++, position++) {
                int owner = chunk.owners()[i];
                boolean seen = all ? owner != REMOVED : owner == user || owner == EVERYBODY;
                if (!seen || (allowed != null && !allowed.test(chunk.seqs()[i]))) {
                    differences[position] = -1;
                    continue;
                }
                int different = 0;
                int at = i * code.length;
                for (long word : code) {
                    different += Long.bitCount(word ^ chunk.codes()[at++]);
                }
                differences[position] = (short) different;
                counts[different]++;
            }
        }
    }

    /** The number of differences up to which there are {@code most} codes or a few more. */
    private static int bound(int[] counts, int most) {
        int sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            if (sum >= most) {
                return i;
            }
        }
        return counts.length;
    }

    /** All below the bound, and of those at it the newest. */
    private List<Long> collect(short[] differences, int bound, int most) {
        List<Long> found = new ArrayList<>();
        List<Long> equal = new ArrayList<>();
        for (int i = count - 1; i >= 0; i--) {
            if (differences[i] >= 0 && differences[i] <= bound) {
                (differences[i] < bound ? found : equal)
                        .add(chunks.get(i / CHUNK).seqs()[i % CHUNK]);
            }
        }
        found.addAll(equal.subList(0, Math.clamp(most - found.size(), 0, equal.size())));
        return found;
    }
}
