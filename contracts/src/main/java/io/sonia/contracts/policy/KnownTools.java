package io.sonia.contracts.policy;

import java.util.Map;
import java.util.Set;

/** All tools this build has, and what their calls are given; policy may name no others. */
public final class KnownTools {

    /** Tool name to what rules may look at: the arguments, and what is parsed out of a command or an address. */
    public static final Map<String, Set<String>> ARGUMENTS = Map.ofEntries(
            Map.entry("file.read", Set.of("path", "encoding", "offset", "max_bytes")),
            Map.entry("file.list", Set.of("path", "recursive", "limit")),
            Map.entry("file.stat", Set.of("path")),
            Map.entry("file.write", Set.of("path", "content", "encoding", "create_parents", "expected_sha256")),
            Map.entry("file.append", Set.of("path", "content", "encoding")),
            Map.entry("file.move", Set.of("source", "destination", "overwrite")),
            Map.entry("file.copy", Set.of("source", "destination", "overwrite")),
            Map.entry("file.delete", Set.of("path")),
            Map.entry("shell.run", Set.of("command", "argv", "argv0", "cwd", "expected_exit_codes")),
            Map.entry("web.fetch", Set.of("url", "host", "max_chars", "method")),
            Map.entry("memory.search", Set.of("query", "limit", "mode")),
            Map.entry("memory.store", Set.of("type", "content", "metadata")),
            Map.entry("clipboard.read", Set.of()),
            Map.entry("clipboard.write", Set.of("text")),
            Map.entry("window.list", Set.of()),
            Map.entry("window.focus", Set.of("window_id", "title")),
            Map.entry("keyboard.type", Set.of("text", "delay_ms")),
            Map.entry("keyboard.hotkey", Set.of("keys")),
            Map.entry("mouse.click", Set.of("x", "y", "button", "clicks")),
            Map.entry("screenshot", Set.of("region")),
            Map.entry("app.launch", Set.of("target", "args")));

    public static final Set<String> NAMES = ARGUMENTS.keySet();

    /** What rules see of a call beside the arguments it has. */
    public static final Set<String> PARSED = Set.of("argv0", "host");

    private KnownTools() {}
}
