package io.sonia.cli;

import picocli.CommandLine.Command;

/** The command itself: its own help is all it does. */
@Command(
        name = "sonia",
        description = "SONIA: an assistant that acts on this machine, with you in charge",
        synopsisSubcommandLabel = "<command>",
        footer = {
            "",
            "The launcher knows two more: build makes the distribution, test runs the tests.",
            "SONIA_HOME names the folder with settings, data and keys (default: run in the repository)."
        })
final class Sonia {}
