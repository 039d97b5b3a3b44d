package io.sonia.cli;

import picocli.CommandLine.Command;

/** The services' stores as files. */
@Command(name = "db", description = "Check the services' stores, whether they run or not")
final class DbCommand {}
