package io.sonia.gateway;

import io.sonia.kernel.Clock;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a running turn in their order, with a digest over all of them. A step waits here for the next commit of
 * the turn; one that a former life has put on record is not kept twice.
 */
final class TurnRecording {

    /**
     * What is left to put on record with the end of the turn.
     *
     * @param sha256 over the whole recording
     * @param count all its steps
     */
    record Closed(List<StoredStep> steps, String sha256, int count) {}

    private final Clock clock;
    private final List<StoredStep> unsaved = new ArrayList<>();
    private String digest;
    private int next;
    private int known;

    TurnRecording(String origin, Clock clock) {
        this.digest = origin;
        this.clock = clock;
    }

    /** What a recording begins with: who asked for what. */
    static String origin(TurnStore.Stored stored) {
        Map<String, @Nullable Object> hashed = new LinkedHashMap<>();
        hashed.put("turn_id", stored.turn().turnId());
        hashed.put("session_id", stored.turn().sessionId());
        hashed.put("user_id", stored.turn().userId());
        hashed.put("actor_id", stored.actorId());
        hashed.put("correlation_id", stored.correlationId());
        hashed.put("request", Json.plain(stored.task().request()));
        hashed.put("model_wish", Json.plain(stored.task().wish()));
        if (stored.task().dialogue() != null) {
            hashed.put("dialogue", Json.plain(stored.task().dialogue()));
        }
        hashed.put("created_at", Timestamps.format(stored.turn().createdAt()));
        return CanonicalJson.sha256(hashed);
    }

    /** Takes up what a former life has put on record; its steps will be added once more as the turn comes by them. */
    void resume(List<StoredStep> steps) {
        steps.forEach(each -> digest = each.digest(digest));
        next = steps.size();
        known = steps.size();
    }

    void add(TurnStep step) {
        if (known > 0) {
            known--;
            return;
        }
        StoredStep added = StoredStep.of(next, step, clock.now());
        digest = added.digest(digest);
        next++;
        unsaved.add(added);
    }

    /** What the next commit has to put on record. */
    List<StoredStep> unsaved() {
        return List.copyOf(unsaved);
    }

    void saved() {
        unsaved.clear();
    }

    /** The recording as it is with this end; if that cannot be kept there may be another. */
    Closed closed(TurnStep.Ended end) {
        StoredStep last = StoredStep.of(next, end, clock.now());
        List<StoredStep> rest = new ArrayList<>(unsaved);
        rest.add(last);
        return new Closed(List.copyOf(rest), last.digest(digest), next + 1);
    }
}
