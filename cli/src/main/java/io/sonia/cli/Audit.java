package io.sonia.cli;

import picocli.CommandLine.Command;

/** The record of everything that was asked, decided and done. */
@Command(name = "audit", description = "Read and verify the record of what was asked, decided and done")
final class Audit {}
