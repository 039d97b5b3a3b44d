package io.sonia.router;

import io.sonia.contracts.router.RouteDecision.Attempt;
import io.sonia.contracts.router.Usage;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;
import java.util.List;
import java.util.Locale;

/** Counts calls of providers and the tokens they used; the labels are names of configured providers. */
final class ChatMetrics {

    private final Counter calls;
    private final Counter tokens;

    ChatMetrics(Metrics metrics) {
        this.calls = metrics.counter(
                "sonia_model_calls_total", "Calls of a provider by their outcome", "provider", "outcome");
        this.tokens =
                metrics.counter("sonia_model_tokens_total", "Tokens a provider took and gave", "provider", "kind");
    }

    void called(List<Attempt> attempts) {
        for (Attempt attempt : attempts) {
            String provider = BackendName.of(attempt.backend()).provider();
            calls.add(1, provider, attempt.outcome().name().toLowerCase(Locale.ROOT));
        }
    }

    void used(String provider, Usage usage) {
        tokens.add(usage.promptTokens(), provider, "prompt");
        tokens.add(usage.completionTokens(), provider, "completion");
    }
}
