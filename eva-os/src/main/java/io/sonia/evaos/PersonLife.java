package io.sonia.evaos;

import static io.sonia.contracts.evaos.UserStatus.ACTIVE;
import static io.sonia.contracts.evaos.UserStatus.DELETED;
import static io.sonia.contracts.evaos.UserStatus.SUSPENDED;

import io.sonia.contracts.evaos.UserStatus;
import io.sonia.kernel.Transitions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The life of a person's account. */
final class PersonLife {

    /** What can happen to an account. */
    enum Event {
        CREATE,
        CHANGE,
        SUSPEND,
        RESUME,
        ROTATE,
        REVOKE,
        DELETE
    }

    private static final Set<UserStatus> LIVING = EnumSet.of(ACTIVE, SUSPENDED);

    static final Transitions<UserStatus, Event> TABLE = Transitions.of(UserStatus.class, Event.class)
            .start(Event.CREATE, ACTIVE)
            .edge(ACTIVE, Event.CHANGE, ACTIVE)
            .edge(SUSPENDED, Event.CHANGE, SUSPENDED)
            .edge(ACTIVE, Event.SUSPEND, SUSPENDED)
            .edge(SUSPENDED, Event.RESUME, ACTIVE)
            .edge(ACTIVE, Event.ROTATE, ACTIVE)
            .edge(ACTIVE, Event.REVOKE, ACTIVE)
            .edge(SUSPENDED, Event.REVOKE, SUSPENDED)
            .edges(LIVING, Event.DELETE, DELETED)
            .build();

    private PersonLife() {}

    /** The event that an update to this status means; empty for a status no update may ask for. */
    static Optional<Event> update(UserStatus now, @Nullable UserStatus wanted) {
        return switch (wanted) {
            case null -> Optional.of(Event.CHANGE);
            case ACTIVE -> Optional.of(now == SUSPENDED ? Event.RESUME : Event.CHANGE);
            case SUSPENDED -> Optional.of(now == ACTIVE ? Event.SUSPEND : Event.CHANGE);
            case DELETED -> Optional.empty();
        };
    }
}
