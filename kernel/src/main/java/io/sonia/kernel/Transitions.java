package io.sonia.kernel;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The whole life of a thing as one constant: which event leads from which state to which. What is not in the table does
 * not happen.
 */
public final class Transitions<S extends Enum<S>, E extends Enum<E>> {

    private final Map<E, S> starts;
    private final Map<S, Map<E, S>> edges;
    private final Class<E> events;

    private Transitions(Map<E, S> starts, Map<S, Map<E, S>> edges, Class<E> events) {
        this.starts = starts;
        this.edges = edges;
        this.events = events;
    }

    public static <S extends Enum<S>, E extends Enum<E>> Builder<S, E> of(Class<S> states, Class<E> events) {
        return new Builder<>(states, events);
    }

    /** The state in which the event lets a new thing begin. */
    public S start(E event) {
        S state = starts.get(event);
        if (state == null) {
            throw new IllegalArgumentException("nothing begins with " + event);
        }
        return state;
    }

    /** Where the event leads, or empty if it changes nothing in this state. */
    public Optional<S> next(S from, E event) {
        return Optional.ofNullable(edges.getOrDefault(from, Map.of()).get(event));
    }

    /**
     * Where the event leads.
     *
     * @throws SoniaException INVALID_STATE with {@code details.state} and {@code details.allowed[]}
     */
    public S require(S from, E event) {
        return next(from, event).orElseThrow(() -> refusal(from));
    }

    /** The refusal of an event in this state. */
    public SoniaException refusal(S state) {
        List<String> allowed =
                allowed(state).stream().map(Transitions::wireName).toList();
        return SoniaException.of(ErrorCode.INVALID_STATE)
                .with("state", wireName(state))
                .with("allowed", allowed);
    }

    public Set<E> allowed(S from) {
        Set<E> allowed = EnumSet.noneOf(events);
        allowed.addAll(edges.getOrDefault(from, Map.of()).keySet());
        return allowed;
    }

    private static String wireName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Collects the edges of one table. */
    public static final class Builder<S extends Enum<S>, E extends Enum<E>> {

        private final Map<E, S> starts;
        private final Map<S, Map<E, S>> edges;
        private final Class<E> events;

        private Builder(Class<S> states, Class<E> events) {
            this.starts = new EnumMap<>(events);
            this.edges = new EnumMap<>(states);
            this.events = events;
        }

        /** Adds the beginning of a life. */
        public Builder<S, E> start(E event, S first) {
            starts.put(event, first);
            return this;
        }

        /** Adds an edge; a state and event that have one already are a mistake in the table. */
        public Builder<S, E> edge(S from, E event, S to) {
            S before =
                    edges.computeIfAbsent(from, state -> new EnumMap<>(events)).put(event, to);
            if (before != null) {
                throw new IllegalArgumentException(from + " has two edges for " + event);
            }
            return this;
        }

        /** Adds the same edge from several states. */
        public Builder<S, E> edges(Set<S> from, E event, S to) {
            from.forEach(each -> edge(each, event, to));
            return this;
        }

        public Transitions<S, E> build() {
            return new Transitions<>(starts, edges, events);
        }
    }
}
