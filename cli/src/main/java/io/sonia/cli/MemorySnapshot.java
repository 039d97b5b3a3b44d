package io.sonia.cli;

import picocli.CommandLine.Command;

/** Which memories were in force, and the way back. */
@Command(name = "snapshot", description = "Put on record which memories are in force, and go back to that")
final class MemorySnapshot {}
