package io.sonia.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs callers that all start at the same moment. */
final class Race {

    /** What a caller got: a value or a failure. */
    record Outcome<T>(T value, Throwable failure) {

        boolean succeeded() {
            return failure == null;
        }
    }

    private Race() {}

    static <T> List<Outcome<T>> of(List<Callable<T>> callers) throws InterruptedException {
        CyclicBarrier barrier = new CyclicBarrier(callers.size());
        List<Outcome<T>> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> running = new ArrayList<>();
            for (Callable<T> caller : callers) {
                running.add(executor.submit(() -> {
                    barrier.await();
                    return caller.call();
                }));
            }
            for (Future<T> each : running) {
                try {
                    outcomes.add(new Outcome<>(each.get(), null));
                } catch (ExecutionException e) {
                    outcomes.add(new Outcome<>(null, e.getCause()));
                }
            }
        }
        return outcomes;
    }
}
