package io.sonia.kernel.logging;

/** How much a line matters, least first. */
public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR
}
