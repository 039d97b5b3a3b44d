package io.sonia.journal;

/** Hands an outbox message to its receiver. */
@FunctionalInterface
public interface Delivery {

    /** Returns once the receiver has it for good; any exception means it has to be sent again. */
    void deliver(OutboxMessage message) throws Exception;
}
