package io.sonia.cli;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.gateway.ActionState;
import io.sonia.contracts.gateway.DecideRequest;
import io.sonia.contracts.gateway.Decided;
import io.sonia.contracts.gateway.Turn;
import io.sonia.kernel.http.Operation;
import org.jspecify.annotations.Nullable;

/** Takes a person's decisions to the gateway and shows what followed. */
final class Decisions {

    /** How long a yes waits for the call to run. */
    private static final int RUN_MS = 30_000;

    private static final int LONGEST_RESULT = 2_000;

    private final OperatorClient client;
    private final Screen screen;

    Decisions(OperatorClient client, Screen screen) {
        this.client = client;
        this.screen = screen;
    }

    Approval find(String approvalId) {
        return client.on(Operation.CONFIRMATION_GET)
                .path("confirmation_id", approvalId)
                .send(Approval.class);
    }

    /**
     * Decides what was shown and nothing else: the fence token refuses an approval that has changed since. On record the
     * decision stands with the request that it belongs to.
     *
     * @param wait whether a yes waits until the call has run
     */
    Decided decide(Approval shown, boolean approve, @Nullable String reason, boolean wait) {
        DecideRequest request = new DecideRequest(shown.fenceToken(), reason, wait ? RUN_MS : 0);
        Operation operation = approve ? Operation.CONFIRMATION_APPROVE : Operation.CONFIRMATION_DENY;
        return client.on(operation, shown.correlationId())
                .path("confirmation_id", shown.approvalId())
                .idempotencyKey(client.ids().next("cli_"))
                .body(request)
                .send(Decided.class);
    }

    /** Shows the outcome; true if what was approved has run, or what was denied is denied. */
    boolean show(Decided decided) {
        screen.line(Words.of(decided.status()) + " " + decided.confirmationId());
        ActionState state = decided.executionState();
        Decided.ToolResult result = decided.toolResult();
        if (result == null) {
            if (state != null) {
                screen.line("  the call is " + Words.of(state) + " (" + decided.actionId() + ")");
            }
            return true;
        }
        screen.line("  " + SafeText.line(result.toolName()) + " " + Words.of(result.status()) + verdict(result));
        if (result.result() != null) {
            lines(ApprovalCard.brief(result.result(), LONGEST_RESULT));
        }
        Turn.Failure error = result.error();
        if (error != null) {
            screen.line("  " + error.code() + ": " + SafeText.line(error.message()));
        }
        return error == null;
    }

    private void lines(String text) {
        text.lines().forEach(line -> screen.line("  " + line));
    }

    private static String verdict(Decided.ToolResult result) {
        return result.verification() == null
                ? ""
                : ", verification " + Words.of(result.verification().verdict());
    }
}
