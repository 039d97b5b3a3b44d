package io.sonia.contracts.evaos;

import io.sonia.kernel.json.Named;

/** A switch as it is now, and how many open approvals were cancelled by it. */
public record KillSwitchChanged(@Named("switch") KillSwitch state, int cancelledApprovals) {}
