package io.sonia.cli;

import picocli.CommandLine.Command;

/** The command itself: its own help is all it does. */
@Command(
        name = "sonia",
        description = "SONIA: an assistant that acts on this machine, with you in charge",
        synopsisSubcommandLabel = "<command>",
        footer = {
            "",
            "The launcher knows more: build makes the distribution, test runs the tests,",
            "bench measures, drill breaks stacks of its own (docs/drills.md),",
            "screenshots makes pictures of the console, sbom lists the libraries with licences and hashes, lock pins them, vulnerabilities compares them.",
            "SONIA_HOME names the folder with settings, data and keys (default: run in the repository)."
        })
final class Sonia {}
