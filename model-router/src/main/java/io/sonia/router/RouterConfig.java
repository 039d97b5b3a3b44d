package io.sonia.router;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.Nearest;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.settings.Section;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The settings of the model router; a file lays its entries over these defaults key by key. */
record RouterConfig(
        @Default(PROFILES) @Items(min = 1, max = 50) Map<String, ProfileConfig> profiles,
        @Default(PROVIDERS) @Items(min = 1, max = 50) Map<String, ProviderConfig> providers,
        @Default("{}") @Items(max = 500) Map<String, BackendConfig> backends,
        @Default("{}") BudgetConfig budgets,
        @Default("{}") QuarantineConfig quarantine,
        @Default("30") @Range(min = 1, max = 3600) int probeIntervalSeconds,
        @Default("15000") @Range(min = 100, max = 300_000) int firstTokenTimeoutMs,
        @Default("10000") @Range(min = 100, max = 300_000) int idleTokenTimeoutMs) {

    static final Section<RouterConfig> SECTION = Section.live("model_router", RouterConfig.class)
            .checkedBy((config, all, problems) -> config.check(problems));

    static final String PROFILES = """
            {"chat_low_latency": {"model_prefs": ["ollama", "others"], "latency_ms": 3000, "max_context": 8192,
               "retries": 1, "retry_base_ms": 200},
             "reasoning_deep": {"model_prefs": ["anthropic", "openrouter", "ollama", "others"], "latency_ms": 30000,
               "max_context": 200000, "retries": 2, "retry_base_ms": 1000},
             "vision_analysis": {"model_prefs": ["ollama", "anthropic", "openrouter", "others"], "fallbacks": [],
               "latency_ms": 15000, "max_context": 8192, "retries": 1, "retry_base_ms": 500,
               "capabilities": ["chat", "vision"]},
             "memory_ops": {"model_prefs": ["ollama"], "latency_ms": 5000, "max_context": 8192,
               "retries": 1, "retry_base_ms": 300},
             "tool_execution": {"model_prefs": ["ollama", "anthropic", "openrouter", "others"], "latency_ms": 10000,
               "max_context": 32768, "retries": 2, "retry_base_ms": 500, "capabilities": ["chat", "tools"]},
             "embeddings": {"model_prefs": ["ollama", "others"], "fallbacks": [], "latency_ms": 2000,
               "max_context": 8192, "retries": 1, "retry_base_ms": 200, "capabilities": []},
             "safe_fallback": {"latency_ms": 5000, "max_context": 8192, "retries": 0, "retry_base_ms": 0}}
            """;

    /** Ollama may first have to load a model from disk. */
    static final String PROVIDERS = """
            {"builtin": {"kind": "builtin"},
             "ollama": {"kind": "ollama", "base_url": "http://127.0.0.1:11434/v1", "first_token_timeout_ms": 45000},
             "anthropic": {"kind": "anthropic", "base_url": "https://api.anthropic.com", "key_required": true,
               "capabilities": ["chat", "tools", "vision"]},
             "openrouter": {"base_url": "https://openrouter.ai/api/v1", "model": "openrouter/auto", "key_required": true}}
            """;

    /** The price of a model, or of all models of its provider; null where neither is set. */
    @Nullable
    BackendConfig price(String provider, String model) {
        BackendConfig own = backends.get(provider + "/" + model);
        return own == null ? backends.get(provider) : own;
    }

    private void check(Consumer<String> problems) {
        providers.forEach((name, provider) -> provider.check(name, problems));
        long builtin = providers.values().stream()
                .filter(each -> each.kind() == ProviderKind.BUILTIN)
                .count();
        if (builtin != 1) {
            problems.accept("providers: expected exactly one of kind builtin, met " + builtin);
        }
        backends.keySet().forEach(each -> checkBackend("backends", each, problems));
        profiles.forEach((name, profile) -> {
            if (profile.chain().isEmpty()) {
                problems.accept("profiles." + name + ": expected at least one backend");
            }
            profile.chain().forEach(each -> checkBackend("profiles." + name, each, problems));
        });
    }

    private void checkBackend(String where, String backend, Consumer<String> problems) {
        String provider = BackendName.of(backend).provider();
        if (!provider.equals(ProfileConfig.OTHERS) && !providers.containsKey(provider)) {
            String near = Nearest.to(provider, providers.keySet())
                    .map(found -> "; nearest is " + found)
                    .orElse("");
            problems.accept(where + ": no provider is named " + provider + near);
        }
    }
}
