package io.sonia.contracts.router;

/** Whether the model may ask for the offered tools in this answer. */
public enum ToolChoice {
    AUTO,
    NONE
}
