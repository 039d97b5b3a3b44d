package io.sonia.contracts.gateway;

/** A part of a turn that has a latency objective. */
public enum SloStage {
    MEMORY_READ,
    MODEL,
    TOOL,
    MEMORY_WRITE,
    /** The turn without the time that people take to decide. */
    TOTAL
}
