package io.sonia.gateway;

import io.sonia.contracts.gateway.SloShed;
import io.sonia.contracts.gateway.SloStage;
import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.router.RecalledMemory;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Context;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.time.Duration;
import java.util.List;

/** Asks the memory engine what one user said before. A memory that is away or slow leaves a turn without, not undone. */
final class Recall {

    private static final Duration TIME = Duration.ofSeconds(2);
    private static final int CHARS_PER_TOKEN = 4;
    private static final int MAX_QUERY = 4_000;
    private static final int FEW = 3;

    /** What was found; {@code failed} if the search did not work. */
    record Found(List<RecalledMemory> memories, boolean failed) {}

    private final Peer memoryEngine;
    private final GatewayConfig config;
    private final SloSamples samples;
    private final Shedding shedding;

    Recall(Peer memoryEngine, GatewayConfig config, SloSamples samples, Shedding shedding) {
        this.memoryEngine = memoryEngine;
        this.config = config;
        this.samples = samples;
        this.shedding = shedding;
    }

    Found search(Context context, String userId, String text) {
        SearchRequest request = request(userId, text);
        try {
            SearchAnswer answer = samples.timed(
                    SloStage.MEMORY_READ,
                    () -> memoryEngine
                            .on(context.within(TIME), Operation.MEMORY_SEARCH)
                            .body(request)
                            .send(SearchAnswer.class));
            List<RecalledMemory> memories = answer.results().stream()
                    .map(hit -> new RecalledMemory(hit.id(), hit.type(), hit.content(), hit.createdAt(), hit.score()))
                    .toList();
            return new Found(memories, false);
        } catch (SoniaException e) {
            return new Found(List.of(), true);
        }
    }

    /** A stack that is too slow looks for the few that fit best. */
    private SearchRequest request(String userId, String text) {
        String query = Excerpt.of(text, MAX_QUERY);
        int tokens = config.recallChars() / CHARS_PER_TOKEN;
        if (config.recallItems() <= FEW || !shedding.sheds(SloShed.LONG_RECALL)) {
            return SearchRequest.of(query, userId, config.recallItems(), tokens);
        }
        shedding.shed(SloShed.LONG_RECALL, 1);
        return SearchRequest.of(query, userId, FEW, tokens * FEW / config.recallItems());
    }
}
