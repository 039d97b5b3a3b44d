package io.sonia.evaos;

import static io.sonia.contracts.evaos.TaskStatus.CANCELLED;
import static io.sonia.contracts.evaos.TaskStatus.CREATED;
import static io.sonia.contracts.evaos.TaskStatus.DELETED;
import static io.sonia.contracts.evaos.TaskStatus.FAILED;
import static io.sonia.contracts.evaos.TaskStatus.RUNNING;
import static io.sonia.contracts.evaos.TaskStatus.SUCCEEDED;

import io.sonia.contracts.evaos.TaskStatus;
import io.sonia.kernel.Transitions;
import java.util.EnumSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The life of a task. */
final class TaskLife {

    /** What can happen to a task. */
    enum Event {
        CREATE,
        START,
        PROGRESS,
        SUCCEED,
        FAIL,
        CANCEL,
        DELETE
    }

    static final Transitions<TaskStatus, Event> TABLE = Transitions.of(TaskStatus.class, Event.class)
            .start(Event.CREATE, CREATED)
            .edge(CREATED, Event.START, RUNNING)
            .edge(CREATED, Event.CANCEL, CANCELLED)
            .edge(RUNNING, Event.PROGRESS, RUNNING)
            .edge(RUNNING, Event.SUCCEED, SUCCEEDED)
            .edge(RUNNING, Event.FAIL, FAILED)
            .edge(RUNNING, Event.CANCEL, CANCELLED)
            .edges(EnumSet.complementOf(EnumSet.of(DELETED)), Event.DELETE, DELETED)
            .build();

    private TaskLife() {}

    /** The event that an update to this status means; empty for a status no update may ask for. */
    static Optional<Event> update(TaskStatus now, @Nullable TaskStatus wanted) {
        return switch (wanted) {
            case null -> Optional.of(Event.PROGRESS);
            case RUNNING -> Optional.of(now == RUNNING ? Event.PROGRESS : Event.START);
            case SUCCEEDED -> Optional.of(Event.SUCCEED);
            case FAILED -> Optional.of(Event.FAIL);
            case CANCELLED -> Optional.of(Event.CANCEL);
            case CREATED, DELETED -> Optional.empty();
        };
    }
}
