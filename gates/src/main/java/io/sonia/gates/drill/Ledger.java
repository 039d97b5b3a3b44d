package io.sonia.gates.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Every request that was made of the stack in one life, kept outside of its processes. */
final class Ledger {

    private final List<Wish> wishes = new ArrayList<>();
    private final AtomicInteger acknowledged = new AtomicInteger();

    synchronized void add(Wish wish) {
        wishes.add(wish);
    }

    void acknowledged() {
        acknowledged.incrementAndGet();
    }

    /** How many were acknowledged so far. */
    int acknowledgements() {
        return acknowledged.get();
    }

    synchronized List<Wish> all() {
        return List.copyOf(wishes);
    }

    List<Wish> open() {
        return all().stream().filter(Wish::open).toList();
    }
}
