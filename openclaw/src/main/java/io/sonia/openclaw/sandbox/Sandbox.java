package io.sonia.openclaw.sandbox;

import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which paths tools may use. A path is first judged by its text alone ({@link #resolve}); then it is walked name by name
 * below its root, each step relative to the handle of the step before and without following links ({@link #open}).
 */
public final class Sandbox {

    private static final int MAX_LENGTH = 1024;
    private static final int MAX_NAME_BYTES = 255;

    private final Path home;
    private final String alias;
    private final List<SandboxRoot> roots;
    private final ProtectedPaths protectedPaths;
    private final List<String> protectedNames;

    /**
     * A sandbox of some roots; relative paths start in the first one.
     *
     * @param home SONIA_HOME, for which {@code alias} (such as {@code S:}) stands at the start of a path
     * @param protectedPatterns places inside the roots that stay closed
     */
    public Sandbox(Path home, String alias, List<SandboxRoot> roots, List<String> protectedPatterns)
            throws IOException {
        this.home = home;
        this.alias = alias;
        this.roots = List.copyOf(roots);
        this.protectedNames =
                protectedPatterns.stream().filter(each -> !each.endsWith("/")).toList();
        this.protectedPaths = new ProtectedPaths(home.toRealPath(), protectedPatterns);
    }

    /** Where relative paths start. */
    public SandboxPath start() {
        return new SandboxPath(roots.getFirst(), List.of(), ".");
    }

    /** As {@link #resolve(SandboxPath, String)}, from the start. */
    public SandboxPath resolve(String text) {
        return resolve(start(), text);
    }

    /**
     * Finds what a path means, by its text alone. A backslash separates like a slash.
     *
     * @throws SoniaException INVALID_ARGUMENT if it is no path, PATH_OUTSIDE_SANDBOX if it leaves the
     *     roots
     */
    public SandboxPath resolve(SandboxPath base, String text) {
        check(text);
        String slashed = text.replace('\\', '/');
        List<String> names = new ArrayList<>();
        String rest = slashed;
        if (!alias.isEmpty() && (slashed.equals(alias) || slashed.startsWith(alias + "/"))) {
            addNames(names, home);
            rest = slashed.substring(alias.length());
        } else if (drive(slashed)) {
            throw Refusal.outside("outside");
        } else if (!slashed.startsWith("/")) {
            addNames(names, base.named());
        }
        for (String name : rest.split("/", -1)) {
            if (name.equals("..")) {
                if (!names.isEmpty()) {
                    names.removeLast();
                }
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.add(checkedName(name));
            }
        }
        return inRoot(names);
    }

    /** The path of a name in a folder. */
    public SandboxPath child(SandboxPath folder, String name) {
        List<String> names = new ArrayList<>(folder.names());
        names.add(name);
        return new SandboxPath(folder.root(), names, shown(folder.root(), names));
    }

    /** The path of another name in the folder of this one. */
    public SandboxPath sibling(SandboxPath path, String name) {
        return child(new SandboxPath(path.root(), path.folder(), shown(path.root(), path.folder())), name);
    }

    /** Refuses protected places. */
    public void requireOpen(SandboxPath path) {
        if (protectedPaths.covers(path.absolute())) {
            throw Refusal.outside("protected");
        }
    }

    /** Refuses protected places, repositories' own files and roots that are only read. */
    public void requireWritable(SandboxPath path) {
        requireOpen(path);
        if (!path.root().writable()) {
            throw Refusal.outside("read_only");
        }
        // Git runs commands that it finds in there, so a file written there would escape the sandbox.
        if (path.names().stream().anyMatch(each -> each.equalsIgnoreCase(".git"))) {
            throw Refusal.outside("protected");
        }
    }

    public boolean isProtected(SandboxPath path) {
        return protectedPaths.covers(path.absolute());
    }

    /** The patterns of names that are protected wherever they are. */
    public List<String> protectedNames() {
        return protectedNames;
    }

    /** The protected subtrees of a root that are there. */
    public List<Path> protectedBelow(SandboxRoot root) {
        return protectedPaths.subtreesBelow(root.real()).stream()
                .filter(each -> Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    /** True if going through everything below the path would meet a protected subtree. */
    public boolean holdsProtected(SandboxPath path) {
        return protectedPaths.below(path.absolute());
    }

    /**
     * Opens the folder at the path.
     *
     * @throws SoniaException SYMLINK_DENIED, TOOL_FAILED if there is no folder
     */
    public Folder open(SandboxPath path) throws IOException {
        return walk(path, path.names());
    }

    /** Opens the folder that holds the last name of the path. */
    public Folder openParent(SandboxPath path) throws IOException {
        return walk(path, path.folder());
    }

    /**
     * As {@link #openParent}, making the folders that are missing.
     *
     * @param made where the folders that were made are noted
     */
    public Folder makeParent(SandboxPath path, List<SandboxPath> made) throws IOException {
        Folder folder = Folder.open(path.root(), path.shown());
        SandboxPath at = new SandboxPath(path.root(), List.of(), shown(path.root(), List.of()));
        for (String name : path.folder()) {
            at = child(at, name);
            try (Folder above = folder) {
                if (above.look(name).isEmpty()) {
                    above.makeFolder(name);
                    made.add(at);
                }
                folder = above.enter(name);
            }
        }
        return folder;
    }

    /** Looks at what the path names: empty if nothing is there, SYMLINK_DENIED if a link is. */
    public Optional<Entry> look(SandboxPath path) throws IOException {
        if (path.isRoot()) {
            try (Folder root = open(path)) {
                return Optional.of(root.lookAtItself());
            }
        }
        try (Folder parent = openParent(path)) {
            Optional<Entry> entry = parent.look(path.name());
            if (entry.isPresent() && entry.get().kind() == Entry.Kind.SYMLINK) {
                throw Refusal.link(path.shown());
            }
            return entry;
        } catch (SoniaException e) {
            if (Refusal.NOT_FOUND.equals(e.details().get("reason"))) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Refuses what a program may not be given: protected places, links, special files and second names of files. A folder
     * may be given, and so may a name that nothing has.
     */
    public void requireGivable(SandboxPath path) throws IOException {
        requireOpen(path);
        Optional<Entry> entry = look(path);
        if (entry.isPresent() && entry.get().kind() != Entry.Kind.DIRECTORY) {
            try (Folder folder = openParent(path)) {
                folder.requirePlain(path.name());
            }
        }
    }

    private static Folder walk(SandboxPath path, List<String> names) throws IOException {
        Folder folder = Folder.open(path.root(), path.shown());
        for (String name : names) {
            try (Folder above = folder) {
                folder = above.enter(name);
            }
        }
        return folder;
    }

    private SandboxPath inRoot(List<String> names) {
        Path absolute = path(names);
        SandboxRoot best = null;
        int depth = -1;
        for (SandboxRoot root : roots) {
            for (Path start : List.of(root.named(), root.real())) {
                if (absolute.startsWith(start) && start.getNameCount() > depth) {
                    best = root;
                    depth = start.getNameCount();
                }
            }
        }
        if (best == null) {
            throw Refusal.outside("outside");
        }
        List<String> below = names.subList(depth, names.size());
        return new SandboxPath(best, below, shown(best, below));
    }

    private String shown(SandboxRoot root, List<String> names) {
        String below = String.join("/", names);
        if (root.equals(roots.getFirst())) {
            return below.isEmpty() ? "." : below;
        }
        boolean inHome = !alias.isEmpty() && root.named().startsWith(home);
        String start = inHome
                ? alias + "/" + home.relativize(root.named())
                : root.named().toString();
        return below.isEmpty() ? start : start + "/" + below;
    }

    private static void check(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            throw Refusal.malformed("expected 1 to %d characters, met %d".formatted(MAX_LENGTH, text.length()));
        }
        if (text.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw Refusal.malformed("expected no control characters");
        }
    }

    private static boolean drive(String text) {
        return text.length() >= 2 && text.charAt(1) == ':' && Character.isLetter(text.charAt(0));
    }

    private static String checkedName(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw Refusal.malformed("expected names of at most " + MAX_NAME_BYTES + " bytes");
        }
        try {
            return Path.of(name).toString();
        } catch (InvalidPathException notEncodable) {
            throw Refusal.malformed("the path cannot be encoded for this system");
        }
    }

    private static void addNames(List<String> names, Path path) {
        path.forEach(each -> names.add(each.toString()));
    }

    private static Path path(List<String> names) {
        return Path.of("/" + String.join("/", names));
    }
}
