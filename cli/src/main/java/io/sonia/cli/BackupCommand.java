package io.sonia.cli;

import picocli.CommandLine.Command;

/** Copies of the whole home, and the way back. */
@Command(name = "backup", description = "Make, list, check and put back copies of everything that SONIA knows")
final class BackupCommand {}
