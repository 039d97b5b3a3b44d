package io.sonia.contracts.policy;

import java.util.Set;

/** The names of all tools this build has; policy may name no others. */
public final class KnownTools {

    public static final Set<String> NAMES = Set.of(
            "file.read",
            "file.list",
            "file.stat",
            "file.write",
            "file.append",
            "file.move",
            "file.copy",
            "file.delete",
            "shell.run",
            "web.fetch",
            "memory.search",
            "memory.store");

    private KnownTools() {}
}
