package io.sonia.gates.supply;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.jspecify.annotations.Nullable;

/**
 * A known flaw, as the Open Source Vulnerability format has it.
 *
 * @param affected what it is in, of Maven's libraries
 */
record Advisory(String id, String summary, Instant modified, boolean withdrawn, List<Affected> affected) {

    /**
     * A library with the versions that have the flaw.
     *
     * @param versions named one by one
     */
    record Affected(String name, List<String> versions, List<Span> spans) {}

    /**
     * Versions from one on.
     *
     * @param fixed the first one without the flaw; null if there is none
     * @param last the last one with it; null if that is not said
     */
    record Span(
            String introduced,
            @Nullable String fixed,
            @Nullable String last) {

        boolean has(String version) {
            ComparableVersion it = new ComparableVersion(version);
            return (introduced.equals("0") || it.compareTo(new ComparableVersion(introduced)) >= 0)
                    && (fixed == null || it.compareTo(new ComparableVersion(fixed)) < 0)
                    && (last == null || it.compareTo(new ComparableVersion(last)) <= 0);
        }
    }

    /** Whether this version of the library has the flaw. */
    boolean is(Library library) {
        return !withdrawn
                && affected.stream()
                        .filter(each -> each.name().equals(library.name()))
                        .anyMatch(each -> each.versions().contains(library.version())
                                || each.spans().stream().anyMatch(span -> span.has(library.version())));
    }

    /** Reads an advisory; empty if it is none, or about nothing of Maven's. */
    static Optional<Advisory> of(Map<String, ?> json) {
        List<Affected> affected = new ArrayList<>();
        for (Object each : list(json.get("affected"))) {
            if (each instanceof Map<?, ?> part
                    && part.get("package") instanceof Map<?, ?> named
                    && "Maven".equals(named.get("ecosystem"))
                    && named.get("name") instanceof String name) {
                affected.add(new Affected(name, texts(part.get("versions")), spans(part.get("ranges"))));
            }
        }
        return json.get("id") instanceof String id && !affected.isEmpty()
                ? Optional.of(new Advisory(
                        id,
                        json.get("summary") instanceof String summary ? summary : "",
                        modified(json.get("modified")),
                        json.get("withdrawn") != null,
                        affected))
                : Optional.empty();
    }

    private static Instant modified(@Nullable Object text) {
        try {
            return text instanceof String time ? Instant.parse(time) : Instant.EPOCH;
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    /** Events come in the order of versions: each introduction lasts until the fix or last version behind it. */
    private static List<Span> spans(@Nullable Object ranges) {
        List<Span> spans = new ArrayList<>();
        for (Object each : list(ranges)) {
            if (!(each instanceof Map<?, ?> range) || "GIT".equals(range.get("type"))) {
                continue;
            }
            String introduced = null;
            for (Object event : list(range.get("events"))) {
                if (!(event instanceof Map<?, ?> said)) {
                    continue;
                }
                if (said.get("introduced") instanceof String version) {
                    introduced = version;
                } else if (introduced != null && said.get("fixed") instanceof String version) {
                    spans.add(new Span(introduced, version, null));
                    introduced = null;
                } else if (introduced != null && said.get("last_affected") instanceof String version) {
                    spans.add(new Span(introduced, null, version));
                    introduced = null;
                }
            }
            if (introduced != null) {
                spans.add(new Span(introduced, null, null));
            }
        }
        return spans;
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static List<String> texts(@Nullable Object value) {
        return list(value).stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }
}
