package io.sonia.cli;

import picocli.CommandLine.Command;

/** What happened, for somebody who was not there. */
@Command(name = "incident", description = "Put what is known about an incident into one signed file, and check one")
final class Incident {}
