package io.sonia.contracts.router;

/** The class of a model call; it decides which capabilities a backend needs. Never guessed from the user's wording. */
public enum TaskType {
    TEXT,
    VISION,
    /** Vectors for texts; asked for under {@code /embeddings}, not in a chat. */
    EMBEDDINGS
}
