package io.sonia.router;

import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.http.Deadline;
import io.sonia.kernel.settings.Live;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The configured providers, kept in step with the settings; their states come from probes in the background. */
final class Providers {

    /** A request that comes before the first probes have ended waits this long for them, once. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    /** The entries made from one set of settings. */
    private record Registry(Map<String, ProviderConfig> settings, Map<String, ProviderEntry> entries) {}

    private final Live<RouterConfig> config;
    private final Home home;
    private final ModelHttp http;
    private final Clock clock;
    private final Ids ids;
    private final Executor background;
    private volatile Registry registry = new Registry(Map.of(), Map.of());
    private volatile @Nullable Deadline firstWait;

    Providers(Live<RouterConfig> config, Home home, ModelHttp http, Clock clock, Ids ids, Executor background) {
        this.config = config;
        this.home = home;
        this.http = http;
        this.clock = clock;
        this.ids = ids;
        this.background = background;
    }

    /** All of them, in the order of the settings. */
    List<ProviderEntry> all() {
        return List.copyOf(current().values());
    }

    Optional<ProviderEntry> find(String name) {
        return Optional.ofNullable(current().get(name));
    }

    /** Looks at every provider anew, in the background. */
    void probeAll() {
        all().forEach(this::probeSoon);
    }

    /** Looks at one provider anew, in the background; does nothing if that is about to happen. */
    void probeSoon(ProviderEntry entry) {
        if (entry.probeWanted()) {
            background.execute(entry::probe);
        }
    }

    /** Gives the first probes a moment, so that the first request of all meets the providers that are there. */
    void awaitFirstProbes() {
        Deadline until = firstWait;
        if (until == null) {
            until = startWaiting();
        }
        if (!until.passed()) {
            for (ProviderEntry entry : all()) {
                entry.awaitProbed(until.left());
            }
        }
    }

    private synchronized Deadline startWaiting() {
        Deadline until = firstWait;
        if (until == null) {
            until = Deadline.in(FIRST_WAIT, clock);
            firstWait = until;
        }
        return until;
    }

    private Map<String, ProviderEntry> current() {
        Map<String, ProviderConfig> settings = config.get().providers();
        Registry now = registry;
        return now.settings().equals(settings) ? now.entries() : rebuilt(settings);
    }

    /** Entries whose settings did not change stay, with all they know. */
    private synchronized Map<String, ProviderEntry> rebuilt(Map<String, ProviderConfig> settings) {
        Registry before = registry;
        if (before.settings().equals(settings)) {
            return before.entries();
        }
        Map<String, ProviderEntry> entries = new LinkedHashMap<>();
        settings.forEach((name, its) -> {
            ProviderEntry old = before.entries().get(name);
            entries.put(name, old != null && old.config().equals(its) ? old : entry(name, its));
        });
        registry = new Registry(settings, entries);
        entries.values().stream()
                .filter(each -> !before.entries().containsValue(each))
                .forEach(this::probeSoon);
        return entries;
    }

    /** A new entry; the built-in one is there at once, for it needs nothing that could be away. */
    private ProviderEntry entry(String name, ProviderConfig its) {
        boolean safe = its.local() || its.base().getScheme().equals("https");
        ProviderKey key = new ProviderKey(home, name, its.keyRequired(), safe);
        ProviderEntry entry = new ProviderEntry(name, its, provider(its, key), key, clock);
        if (its.kind() == ProviderKind.BUILTIN) {
            entry.probe();
        }
        return entry;
    }

    private Provider provider(ProviderConfig its, ProviderKey key) {
        if (its.kind() == ProviderKind.BUILTIN) {
            return new BuiltinProvider(ids, this::troubles);
        }
        URI base = its.base();
        return switch (its.kind()) {
            case OLLAMA -> new OpenAiProvider(base, http, ids, key, new ModelListing.Ollama(base, http));
            case ANTHROPIC ->
                new AnthropicProvider(base, http, ids, key, new ModelListing.Anthropic(base, http, its.capabilities()));
            case OPENAI, BUILTIN ->
                new OpenAiProvider(base, http, ids, key, new ModelListing.OpenAi(base, http, its.capabilities()));
        };
    }

    /** A line for each provider that was meant to be used and cannot be, or failed. */
    private List<String> troubles() {
        List<String> lines = new ArrayList<>();
        for (ProviderEntry entry : all()) {
            if (entry.setUp()) {
                entry.error().ifPresent(error -> lines.add(entry.name() + ": " + error));
            }
        }
        return lines;
    }
}
