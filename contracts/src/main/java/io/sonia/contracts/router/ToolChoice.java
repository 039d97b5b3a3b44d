package io.sonia.contracts.router;

/** Whether the model may ask for the offered tools in this answer. */
public enum ToolChoice {
    AUTO,
    NONE,
    /** It must ask for at least one, where its provider can hold it to that. */
    REQUIRED
}
