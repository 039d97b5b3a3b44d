package io.sonia.cli;

import picocli.CommandLine.Command;

/** What may be done, and why something was asked or denied. */
@Command(name = "policy", description = "Check, try, compare and change what may be done (docs/policy.md)")
final class PolicyCommand {}
