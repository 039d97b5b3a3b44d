package io.sonia.cli;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.kernel.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that several tests need. */
final class Samples {

    static final Instant NOW = Instant.parse("2026-01-31T08:00:00Z");

    private Samples() {}

    static Map<String, @Nullable Object> map(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }

    /** A call of {@code file.write} that waits. */
    static Approval approval(String id, Map<String, @Nullable Object> args, String summary) {
        return new Approval(
                id,
                ApprovalState.PENDING,
                "file.write",
                args,
                summary,
                "d".repeat(64),
                RiskTier.GUARDED_MEDIUM,
                "tier:guarded_medium",
                "pol_1",
                new Approval.Requester("usr_1", "operator", "api-gateway"),
                "ses_1",
                "turn_1",
                "act_1",
                "req_turn",
                7,
                1,
                List.of(),
                NOW,
                NOW.plusSeconds(120),
                120,
                95,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                false);
    }

    /** A record as it goes over the wire. */
    static Map<String, @Nullable Object> plain(Record value) {
        return Json.parseObject(Json.bytes(value));
    }
}
