package io.sonia.router;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.kernel.Clock;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whole answers of language models, given again to the same caller for the same request, in memory only. A profile asks
 * for it ({@code cache_seconds}). What offers tools or holds their results is never kept, nor is an answer that was cut
 * short. The one not asked for the longest goes first.
 */
final class ResponseCache {

    static final int MAX_ANSWERS = 1_000;
    static final int MAX_CHARS = 8 * 1024 * 1024;

    private record Kept(ChatAnswer answer, long since) {

        int chars() {
            return answer.response().length();
        }
    }

    private final Clock clock;
    private final Counter lookups;
    private final Map<String, Kept> answers = new LinkedHashMap<>(16, 0.75f, true);
    private long chars;

    ResponseCache(Clock clock, Metrics metrics) {
        this.clock = clock;
        this.lookups = metrics.counter(
                "sonia_model_cache_total", "Calls of profiles that keep answers, by whether one was there", "result");
    }

    /** A request as the cache knows it; null if it is not one to be kept. */
    static @Nullable String key(String caller, ChatRequest request, Plan plan) {
        boolean tools =
                !request.tools().isEmpty() || request.messages().stream().anyMatch(Ask::aboutTools);
        if (plan.profile().cacheSeconds() == 0 || tools) {
            return null;
        }
        Map<String, @Nullable Object> canonical = Json.plain(request);
        canonical.remove("session_id");
        canonical.remove("cancel_token");
        canonical.put("profile", plan.profileName());
        canonical.put("caller", caller);
        return CanonicalJson.sha256(canonical);
    }

    /** An answer that is young enough and of a backend that may answer now. */
    synchronized Optional<ChatAnswer> find(String key, Plan plan) {
        Optional<ChatAnswer> found = Optional.ofNullable(answers.get(key))
                .filter(each -> young(each, plan.profile()))
                .map(Kept::answer)
                .filter(each -> plan.backends().contains(each.selectedBackend()));
        lookups.add(1, found.isPresent() ? "hit" : "miss");
        return found;
    }

    synchronized void keep(String key, ChatAnswer answer) {
        if (answer.finishReason() != FinishReason.STOP || answer.usage().synthetic()) {
            return;
        }
        Kept kept = new Kept(answer, clock.nanoTime());
        Kept former = answers.put(key, kept);
        chars += kept.chars() - (former == null ? 0 : former.chars());
        Iterator<Kept> oldest = answers.values().iterator();
        while (answers.size() > MAX_ANSWERS || chars > MAX_CHARS) {
            chars -= oldest.next().chars();
            oldest.remove();
        }
    }

    private boolean young(Kept kept, ProfileConfig profile) {
        long age = clock.nanoTime() - kept.since();
        return age < Duration.ofSeconds(profile.cacheSeconds()).toNanos();
    }
}
