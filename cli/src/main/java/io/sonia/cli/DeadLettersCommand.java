package io.sonia.cli;

import picocli.CommandLine.Command;

/** Failed actions that may succeed another time. */
@Command(
        name = "dead-letters",
        description = "List, replay or discard the failed actions that may succeed another time")
final class DeadLettersCommand {}
