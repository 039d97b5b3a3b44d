package io.sonia.cli;

import picocli.CommandLine.Command;

/** Stops tool calls. */
@Command(
        name = "stop-all",
        description = "Stop every tool call, or those of one tool, session or user; what runs is ended")
final class StopAll extends KillSwitchSetting {

    StopAll(Workplace place) {
        super(place, true);
    }
}
