package io.sonia.gateway;

import io.sonia.contracts.evaos.Approval;
import io.sonia.contracts.evaos.ApprovalState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.concurrent.TimeUnit;

/** Where one approval waits for its decision. The first decision counts. */
final class ApprovalDesk {

    private final Approval asked;
    private ApprovalState state = ApprovalState.PENDING;
    private String supersededBy;
    private boolean closed;

    ApprovalDesk(Approval asked) {
        this.asked = asked;
    }

    synchronized Approval decide(ApprovalState decision) {
        if (state == ApprovalState.PENDING) {
            state = decision;
        }
        notifyAll();
        return Answers.decided(asked, state, supersededBy);
    }

    /** The approval makes way for another. */
    synchronized Approval supersede(String approvalId) {
        supersededBy = approvalId;
        return decide(ApprovalState.CANCELLED);
    }

    /** The approval once it is decided, or as it is after {@code millis}. */
    synchronized Approval await(int millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (state == ApprovalState.PENDING && !closed && System.nanoTime() < until) {
                TimeUnit.NANOSECONDS.timedWait(this, until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
        if (closed) {
            throw SoniaException.of(ErrorCode.UNAVAILABLE);
        }
        return Answers.decided(asked, state, supersededBy);
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
