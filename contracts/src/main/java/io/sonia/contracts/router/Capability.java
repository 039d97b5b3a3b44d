package io.sonia.contracts.router;

/** Something a model can do. */
public enum Capability {
    CHAT,
    TOOLS,
    VISION,
    EMBEDDINGS
}
