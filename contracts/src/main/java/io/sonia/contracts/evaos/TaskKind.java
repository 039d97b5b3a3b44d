package io.sonia.contracts.evaos;

/** What a task is about; kinds other than manual are advanced by the service that does the work. */
public enum TaskKind {
    MANUAL,
    BACKUP,
    DRILL,
    REINDEX,
    INCIDENT,
    PRUNE
}
