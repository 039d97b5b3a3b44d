package io.sonia.contracts.gateway;

/** Work that is left undone, or done with less, while the stack is too slow. */
public enum SloShed {
    /** Memories that the platform notes by itself, such as that a tool was used. */
    LOW_PRIORITY_MEMORY,
    /** Making vectors and making the index of memories anew; both go on later. */
    BACKGROUND,
    /** Recall of as many memories as the settings allow; a few are looked for instead. */
    LONG_RECALL
}
