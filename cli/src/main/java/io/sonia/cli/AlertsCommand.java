package io.sonia.cli;

import picocli.CommandLine.Command;

/** Events that somebody has to know of. */
@Command(name = "alerts", description = "List and acknowledge alerts, and see that they arrive")
final class AlertsCommand {}
