package io.sonia.contracts.gateway;

/** A turn that was stopped, and what was stopped in it. */
public record TurnCancelled(String turnId, TurnState state, Stopped stopped) {

    /** Which work was going on. */
    public record Stopped(boolean model, boolean tool) {}
}
