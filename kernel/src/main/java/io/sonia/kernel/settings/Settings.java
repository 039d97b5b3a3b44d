package io.sonia.kernel.settings;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Redactor;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force: typed sections over defaults, file and environment, in this order. A reload applies what
 * may change at once; a file that is refused changes nothing.
 */
public final class Settings {

    private static final String MASK = "***";

    /** What tells without reading whether the file may have changed. */
    private record Stamp(long modifiedNanos, long bytes) {
        static final Stamp ABSENT = new Stamp(0, -1);
    }

    private record Loaded(Sections sections, long generation, Instant at) {}

    private final Path file;
    private final Source source;
    private final List<Section<?>> sections;
    private final Clock clock;
    private volatile Loaded loaded;
    private volatile List<String> problems = List.of();
    private Stamp stamp;

    private Settings(Path file, Source source, List<Section<?>> sections, Clock clock) {
        this.file = file;
        this.source = source;
        this.sections = List.copyOf(sections);
        this.clock = clock;
        this.stamp = stamp(file);
        this.loaded = new Loaded(source.read(), 1, clock.now());
    }

    /**
     * Reads the configuration; without a file the defaults and the environment are all there is.
     *
     * @throws SoniaException CONFIG_INVALID with every problem in {@code details.problems[]}
     */
    public static Settings load(Path file, Map<String, String> environment, List<Section<?>> sections, Clock clock) {
        return new Settings(file, new Source(file, environment, sections), sections, clock);
    }

    /** The value in force now; for code that reads it once, at start. */
    public <T extends Record> T section(Section<T> section) {
        return loaded.sections().get(section);
    }

    /** The value as it is at each use. */
    public <T extends Record> Live<T> live(Section<T> section) {
        return () -> section(section);
    }

    /**
     * Reads file and environment again and applies the changes of reloadable sections.
     *
     * @throws SoniaException CONFIG_INVALID; what was in force stays so
     */
    public synchronized Reload reload() {
        stamp = stamp(file);
        Sections next = read();
        Reload reload = compare(next);
        if (!reload.applied().isEmpty()) {
            loaded = new Loaded(loaded.sections().withReloadable(next, sections), reload.generation(), clock.now());
        }
        return reload;
    }

    /** What {@link #reload} would do, without doing it. */
    public synchronized Reload preview() {
        return compare(source.read());
    }

    /** Reloads if the file changed since it was last read; to be called about once a second. */
    public synchronized Optional<Reload> poll() {
        return stamp.equals(stamp(file)) ? Optional.empty() : Optional.of(reload());
    }

    /** Why the last reload was refused; empty if it was not. */
    public List<String> problems() {
        return problems;
    }

    /** The values in force by section and key, secrets masked. */
    public Map<String, @Nullable Object> effective() {
        return masked(loaded.sections().json());
    }

    /** The origin of each key, such as {@code http.max_running}: {@code default}, {@code file} or {@code env:NAME}. */
    public Map<String, String> origins() {
        return loaded.sections().origins();
    }

    /** The variables that settings may come from, and all others of the process. */
    public Map<String, String> environment() {
        return source.environment();
    }

    /** SHA-256 of the canonical JSON of the values in force. */
    public String digest() {
        return loaded.sections().digest();
    }

    /** One at start, and one more with each reload that applied something. */
    public long generation() {
        return loaded.generation();
    }

    /** When the values in force were read. */
    public Instant loadedAt() {
        return loaded.at();
    }

    private Sections read() {
        try {
            Sections next = source.read();
            problems = List.of();
            return next;
        } catch (SoniaException refused) {
            problems = refused.details().get("problems") instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of(refused.text());
            throw refused;
        }
    }

    private Reload compare(Sections next) {
        List<String> applied = new ArrayList<>();
        List<String> needsRestart = new ArrayList<>();
        List<String> changed = Tree.differences(loaded.sections().json(), next.json());
        for (String key : changed) {
            boolean live = sections.stream().anyMatch(each -> each.reloadable() && key.startsWith(each.name() + "."));
            (live ? applied : needsRestart).add(key);
        }
        Sections merged = loaded.sections().withReloadable(next, sections);
        long generation = loaded.generation() + (applied.isEmpty() ? 0 : 1);
        return new Reload(generation, merged.digest(), applied, needsRestart);
    }

    private static Map<String, @Nullable Object> masked(Map<String, @Nullable Object> values) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map) {
                out.put(key, masked(Tree.object(map)));
            } else {
                boolean secret = value instanceof String text && (Redactor.hides(key) || Redactor.holdsSecret(text));
                out.put(key, secret ? MASK : value);
            }
        });
        return out;
    }

    private static Stamp stamp(Path file) {
        try {
            long modified = Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
            return new Stamp(modified, Files.size(file));
        } catch (IOException unreadable) {
            return Stamp.ABSENT;
        }
    }
}
