package io.sonia.cli;

import picocli.CommandLine.Command;

/** What SONIA remembers. */
@Command(name = "memory", description = "Search, read and destroy what SONIA remembers")
final class Memory {}
