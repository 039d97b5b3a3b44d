package io.sonia.router;

import io.sonia.contracts.router.ModelEntry;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.ProviderModels;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Deadline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One configured provider and what its last probe and its last calls showed. */
final class ProviderEntry {

    private static final Duration PROBE_TIME = Duration.ofSeconds(5);
    private static final int MAX_BACKENDS = 2000;

    /** What the last probe showed. */
    private record Probe(
            boolean available,
            List<ModelEntry> models,
            @Nullable Instant at,
            @Nullable String error) {}

    private final String name;
    private final ProviderConfig config;
    private final Provider provider;
    private final ProviderKey key;
    private final Clock clock;
    private final Map<String, Backend> backends = new ConcurrentHashMap<>();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final CountDownLatch probed = new CountDownLatch(1);
    private volatile Probe probe = new Probe(false, List.of(), null, "it was not looked for yet");
    private volatile @Nullable String callError;
    private volatile @Nullable String refusedKey;

    ProviderEntry(String name, ProviderConfig config, Provider provider, ProviderKey key, Clock clock) {
        this.name = name;
        this.config = config;
        this.provider = provider;
        this.key = key;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    ProviderConfig config() {
        return config;
    }

    Provider provider() {
        return provider;
    }

    boolean available() {
        return probe.available();
    }

    /** Why it is not available, or why its last call failed. */
    Optional<String> error() {
        Probe last = probe;
        return Optional.ofNullable(last.error() == null ? callError : last.error());
    }

    /** True if somebody meant it to be used: it waits for no key. */
    boolean setUp() {
        return !key.missing();
    }

    List<ModelEntry> models() {
        return probe.models();
    }

    Backend backend(String model) {
        if (backends.size() > MAX_BACKENDS) {
            backends.clear();
        }
        return backends.computeIfAbsent(model, each -> new Backend(new BackendName(name, each)));
    }

    /** The backends that were called or looked at. */
    List<String> backends() {
        return backends.values().stream().map(Backend::toString).toList();
    }

    /** True if no probe was asked for that has not begun yet. */
    boolean probeWanted() {
        return wanted.compareAndSet(false, true);
    }

    /** Asks the provider for its models; one probe at a time. */
    synchronized void probe() {
        wanted.set(false);
        Patience patience = new Patience(Deadline.in(PROBE_TIME, clock), PROBE_TIME, PROBE_TIME, clock, () -> {});
        try {
            List<ModelEntry> models = provider.models(patience);
            probe = new Probe(true, models, clock.now(), null);
            if (models.isEmpty() && config.model() == null) {
                probe = new Probe(false, models, clock.now(), "it lists no model");
            }
            String refused = refusedKey;
            if (refused != null && refused.equals(key.current().orElse(""))) {
                probe = new Probe(false, models, clock.now(), "the key was refused");
            }
        } catch (SoniaException e) {
            boolean noListing = e.code() == ErrorCode.NOT_FOUND && config.model() != null;
            probe = noListing
                    ? new Probe(true, List.of(), clock.now(), null)
                    : new Probe(false, List.of(), clock.now(), e.text());
        } finally {
            probed.countDown();
        }
    }

    /** Waits for the first probe. */
    void awaitProbed(Duration atMost) {
        try {
            if (!probed.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void callSucceeded() {
        callError = null;
        refusedKey = null;
    }

    /** A key that was refused stays refused until it is replaced. */
    void callFailed(SoniaException failure) {
        callError = failure.text();
        if (failure.code() == ErrorCode.UNAUTHORIZED) {
            refusedKey = key.current().orElse("");
        }
    }

    ProviderList.Provider described() {
        Probe last = probe;
        String host =
                config.kind() == ProviderKind.BUILTIN ? null : config.base().getAuthority();
        return new ProviderList.Provider(last.available(), host, last.models().size(), last.at(), error().orElse(null));
    }

    ProviderModels listed() {
        Probe last = probe;
        return new ProviderModels(
                name, last.available(), last.models(), last.models().size(), last.at());
    }
}
