package io.sonia.cli;

import picocli.CommandLine.Command;

/** The decisions that wait for a person. */
@Command(name = "approvals", description = "List, approve or deny the calls that wait for a person's decision")
final class Approvals {}
