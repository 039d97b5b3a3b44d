package io.sonia.cli;

import picocli.CommandLine.Command;

/** Approve one call. */
@Command(name = "approve", description = "Approve one call, show its arguments and run it")
final class ApprovalsApprove extends ApprovalDecision {

    ApprovalsApprove(Workplace place) {
        super(place, true);
    }
}
