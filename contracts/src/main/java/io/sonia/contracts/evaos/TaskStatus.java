package io.sonia.contracts.evaos;

/** Where a task is in its life. */
public enum TaskStatus {
    CREATED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED,
    DELETED
}
