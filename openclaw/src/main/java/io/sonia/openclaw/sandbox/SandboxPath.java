package io.sonia.openclaw.sandbox;

import java.nio.file.Path;
import java.util.List;

/**
 * A path that is lexically inside a root: plain names below it, without {@code .} and {@code ..}. Nothing is said about
 * what is there.
 *
 * @param names the way down from the root; empty for the root itself
 * @param shown how callers read it, and a form they can hand in again
 */
public record SandboxPath(SandboxRoot root, List<String> names, String shown) {

    public SandboxPath {
        names = List.copyOf(names);
    }

    public boolean isRoot() {
        return names.isEmpty();
    }

    /** The last name. The root has none. */
    public String name() {
        return names.getLast();
    }

    /** The names of the folder it is in. */
    List<String> folder() {
        return names.subList(0, names.size() - 1);
    }

    /** The absolute path, for programs that take one; opening it by this name is open to races. */
    public Path absolute() {
        return below(root.real());
    }

    /** The absolute path in the words of the configuration. */
    Path named() {
        return below(root.named());
    }

    private Path below(Path start) {
        Path path = start;
        for (String name : names) {
            path = path.resolve(name);
        }
        return path;
    }
}
