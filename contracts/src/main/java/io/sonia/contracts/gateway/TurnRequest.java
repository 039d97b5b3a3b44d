package io.sonia.contracts.gateway;

import io.sonia.kernel.json.Default;
import io.sonia.kernel.json.Items;
import io.sonia.kernel.json.MaxBytes;
import io.sonia.kernel.json.Range;
import io.sonia.kernel.json.Text;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing a user says, to be answered with memory, a model and governed tools.
 *
 * @param userId whose memory is recalled and written; the caller when absent
 * @param sessionId an open session; without it the one of user and conversation is used or opened
 * @param tools names of the tools a model may ask for; absent: every tool that can run
 * @param waitApprovalMs how long the answer may wait for a person's decision before the turn is parked
 */
public record TurnRequest(
        @Text(min = 1, max = 16_000) String inputText,
        @Nullable @Text(min = 1, max = 128) String userId,
        @Default("\"default\"") @Text(min = 1, max = 128) String conversationId,
        @Nullable @Text(min = 1, max = 64) String sessionId,
        @Nullable @Text(min = 1, max = 64) String profile,
        @Default("{}") @MaxBytes(4096) Map<String, @Nullable Object> metadata,
        @Nullable @Items(max = 20) @Text(min = 1, max = 64) List<String> tools,
        @Default("4") @Range(max = 8) int maxToolRounds,
        @Default("0") @Range(max = 120_000) int waitApprovalMs) {

    /** A plain sentence of the caller in one conversation. */
    public static TurnRequest of(String inputText, String conversationId, int waitApprovalMs) {
        return new TurnRequest(inputText, null, conversationId, null, null, Map.of(), null, 4, waitApprovalMs);
    }
}
