package io.sonia.kernel.http;

/**
 * One served address: which operation, what it reads, what it answers with, and who answers.
 *
 * @param output the record inside {@code data}; documents the answer
 * @param repeatsEvents true if the handler itself answers a repeated request that wants events; every other repetition
 *     gets the stored answer
 */
public record Route<I extends Record>(
        Operation operation,
        Class<I> input,
        Class<? extends Record> output,
        Handler<I> handler,
        boolean repeatsEvents) {

    public static <I extends Record> Route<I> of(
            Operation operation, Class<I> input, Class<? extends Record> output, Handler<I> handler) {
        return new Route<>(operation, input, output, handler, false);
    }

    /** A route that takes nothing but its path. */
    public static Route<Empty> of(Operation operation, Class<? extends Record> output, Handler<Empty> handler) {
        return new Route<>(operation, Empty.class, output, handler, false);
    }

    /** The same route with a handler that can repeat its events. */
    public Route<I> repeatingEvents() {
        return new Route<>(operation, input, output, handler, true);
    }
}
