package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Text;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether one tool call may run.
 *
 * @param id the caller's own id of the tool call
 * @param requester the actor a service asks for; only a service may name one
 * @param dryRun true to hear the answer without any effect
 */
public record GateRequest(
        @Text(min = 1, max = 64) String toolName,
        @MaxBytes(1_048_576) Map<String, @Nullable Object> args,
        @Nullable @Text(min = 1, max = 64) String id,
        @Nullable @Text(min = 1, max = 128) String requester,
        @Default("{}") CallContext context,
        @Default("false") boolean dryRun) {

    /**
     * Where the call came from.
     *
     * @param summary what an approver reads
     * @param tainted whether the turn has taken in content that nobody of the house wrote
     */
    public record CallContext(
            @Nullable @Text(min = 1, max = 128) String sessionId,
            @Nullable @Text(min = 1, max = 128) String turnId,
            @Nullable @Text(min = 1, max = 128) String actionId,
            @Nullable String summary,
            @Default("false") boolean tainted) {

        public static final CallContext NONE = new CallContext(null, null, null, null, false);
    }
}
