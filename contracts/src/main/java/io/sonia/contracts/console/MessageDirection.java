package io.sonia.contracts.console;

/** Which way pages of messages go; older ones come newest first, newer ones oldest first. */
public enum MessageDirection {
    OLDER,
    NEWER
}
