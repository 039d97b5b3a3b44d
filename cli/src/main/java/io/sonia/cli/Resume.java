package io.sonia.cli;

import picocli.CommandLine.Command;

/** Lifts a stop. */
@Command(name = "resume", description = "Lift a stop that ./sonia stop-all has set")
final class Resume extends KillSwitchSetting {

    Resume(Workplace place) {
        super(place, false);
    }
}
