package io.sonia.router;

import io.sonia.contracts.router.ToolSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tool names as providers accept them: only {@code [A-Za-z0-9_-]}, so {@code file.read} goes out as {@code file_read}
 * and comes back as it was.
 */
final class ToolNames {

    private final Map<String, String> outward = new HashMap<>();
    private final Map<String, String> inward = new HashMap<>();

    ToolNames(List<ToolSpec> tools) {
        for (ToolSpec tool : tools) {
            String name = plain(tool.name());
            for (int i = 2; inward.containsKey(name); i++) {
                name = plain(tool.name()) + "_" + i;
            }
            outward.put(tool.name(), name);
            inward.put(name, tool.name());
        }
    }

    /** The name for the provider; a tool that is not offered any more keeps its plain form. */
    String outward(String name) {
        String known = outward.get(name);
        return known == null ? plain(name) : known;
    }

    /** The name the provider meant; one it made up is left as it is, to be refused where tools are decided on. */
    String inward(String name) {
        return inward.getOrDefault(name, name);
    }

    /** A text without the characters that providers refuse in names and ids. */
    static String plain(String name) {
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed = c == '_' || c == '-' || (c < 128 && Character.isLetterOrDigit(c));
            out.append(allowed ? c : '_');
        }
        return out.toString();
    }
}
