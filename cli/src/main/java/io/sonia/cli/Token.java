package io.sonia.cli;

import picocli.CommandLine.Command;

/** The persons who may use this house, and their keys. */
@Command(name = "token", description = "Make, list, replace and revoke the keys of persons, and replace service tokens")
final class Token {}
