package io.sonia.cli;

import picocli.CommandLine.Command;

/** Deny one call. */
@Command(name = "deny", description = "Deny one call; it will not run")
final class ApprovalsDeny extends ApprovalDecision {

    ApprovalsDeny(Workplace place) {
        super(place, false);
    }
}
