package io.sonia.contracts.evaos;

import java.util.List;

/** All switches that were ever set, each as it was changed last. */
public record KillSwitchList(List<KillSwitch> switches) {}
