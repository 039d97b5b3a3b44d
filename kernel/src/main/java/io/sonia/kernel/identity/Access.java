package io.sonia.kernel.identity;

import io.sonia.kernel.ServiceName;
import java.util.Set;

/** Who may use a route: anybody, and if not, whether observers, operators and which services. */
public record Access(boolean open, boolean observer, boolean operator, Set<ServiceName> services) {

    private static final Set<ServiceName> ALL = Set.of(ServiceName.values());

    public static final Access OPEN = new Access(true, true, true, ALL);
    /** Read-only diagnostics: every authenticated principal. */
    public static final Access OBS = new Access(false, true, true, ALL);
    /** What a person may ask for, whatever the role; what it leads to has a door of its own. */
    public static final Access PERSON = new Access(false, true, true, Set.of());
    /** Work and decisions: an operator's key must be present, direct or forwarded. */
    public static final Access OP = new Access(false, false, true, Set.of());
    /**
     * Decisions on approvals: an operator's key. A service by itself passes the door only to be refused behind it, by a
     * code that says whether it tried to decide what it had asked for.
     */
    public static final Access DECISION = new Access(false, false, true, ALL);
    /** Internals: any service by itself. */
    public static final Access SVC = new Access(false, false, false, ALL);
    /** Content: an operator or any service. */
    public static final Access OP_SVC = new Access(false, false, true, ALL);

    public static Access services(ServiceName... names) {
        return new Access(false, false, false, Set.of(names));
    }

    public static Access operatorOr(ServiceName... names) {
        return new Access(false, false, true, Set.of(names));
    }

    public boolean permits(Caller caller) {
        return switch (caller.role()) {
            case NOBODY -> open;
            case OBSERVER -> observer;
            case OPERATOR -> operator;
            case SERVICE -> caller.via() != null && services.contains(caller.via());
        };
    }
}
