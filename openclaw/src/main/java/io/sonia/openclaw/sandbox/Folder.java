package io.sonia.openclaw.sandbox;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A directory held by an open handle. Everything is done relative to the handle and without following links
 * ({@code openat}, {@code renameat} and the like), so that nobody can lead it elsewhere by swapping names meanwhile.
 */
public final class Folder implements AutoCloseable {

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);
    private static final Path ITSELF = Path.of(".");

    private final SecureDirectoryStream<Path> handle;
    private final Path real;
    private final String shown;

    private Folder(SecureDirectoryStream<Path> handle, Path real, String shown) {
        this.handle = handle;
        this.real = real;
        this.shown = shown;
    }

    /** Opens a root; what leads to it belongs to the operator and is trusted. */
    @SuppressWarnings("StreamResourceLeak") // closed with the folder
    static Folder open(SandboxRoot root, String shown) throws IOException {
        return new Folder(secure(Files.newDirectoryStream(root.real())), root.real(), shown);
    }

    /**
     * Opens a folder in this one.
     *
     * @throws SoniaException SYMLINK_DENIED for a link, TOOL_FAILED if there is no such folder
     */
    public Folder enter(String name) throws IOException {
        Entry entry = look(name).orElseThrow(() -> Refusal.failed(Refusal.NOT_FOUND, shown));
        if (entry.kind() == Entry.Kind.SYMLINK) {
            throw Refusal.link(shown);
        }
        // The look comes first because merely opening a pipe or a device can block or have an effect.
        if (entry.kind() != Entry.Kind.DIRECTORY) {
            throw Refusal.failed("not_a_directory", shown);
        }
        return opened(name);
    }

    /** Opens what was a folder when it was looked at, and no link that took its place. */
    Folder opened(String name) throws IOException {
        try {
            Path only = Path.of(name);
            return new Folder(
                    secure(handle.newDirectoryStream(only, LinkOption.NOFOLLOW_LINKS)), real.resolve(name), shown);
        } catch (IOException swapped) {
            throw swapped(name, swapped);
        }
    }

    /** Looks at a name without following it; empty if there is none. */
    public Optional<Entry> look(String name) throws IOException {
        try {
            PosixFileAttributeView view =
                    handle.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(Entry.of(view.readAttributes()));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** This folder as its parent would see it. */
    public Entry lookAtItself() throws IOException {
        return Entry.of(
                handle.getFileAttributeView(PosixFileAttributeView.class).readAttributes());
    }

    /**
     * Opens a regular file that has no second name.
     *
     * @throws SoniaException SYMLINK_DENIED, PATH_OUTSIDE_SANDBOX for special files and second names, TOOL_FAILED
     */
    public FileChannel read(String name) throws IOException {
        requirePlain(name, look(name).orElseThrow(() -> Refusal.failed(Refusal.NOT_FOUND, shown)));
        return openedFile(name);
    }

    /** Opens what was a plain file when it was looked at, and no link that took its place. */
    FileChannel openedFile(String name) throws IOException {
        try {
            return (FileChannel) handle.newByteChannel(Path.of(name), READ);
        } catch (IOException swapped) {
            throw swapped(name, swapped);
        }
    }

    /** Refuses everything that is not a regular file with this one name. */
    public void requirePlain(String name, Entry entry) throws IOException {
        switch (entry.kind()) {
            case SYMLINK -> throw Refusal.link(shown);
            case DIRECTORY -> throw Refusal.failed("not_a_file", shown);
            case OTHER -> throw Refusal.outside("special_file");
            case FILE -> {
                if (hasSecondName(name, entry)) {
                    throw Refusal.outside("hard_link");
                }
            }
        }
    }

    /** Creates a new file; fails if the name is taken, whatever by. */
    public FileChannel create(String name, Set<PosixFilePermission> permissions) throws IOException {
        return (FileChannel)
                handle.newByteChannel(Path.of(name), CREATE, PosixFilePermissions.asFileAttribute(permissions));
    }

    /** Sets the permissions of a file, not of what a link leads to. */
    public void permit(String name, Set<PosixFilePermission> permissions) throws IOException {
        handle.getFileAttributeView(Path.of(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setPermissions(permissions);
    }

    /** Gives a name in this folder another one here, replacing what had it. Never follows a link. */
    public void rename(String from, String to) throws IOException {
        move(from, this, to);
    }

    /** As {@link #rename}, to a name in another folder of the same file system. */
    public void move(String from, Folder folder, String to) throws IOException {
        handle.move(Path.of(from), folder.handle, Path.of(to));
    }

    public void delete(String name) throws IOException {
        handle.deleteFile(Path.of(name));
    }

    /** Makes this folder's names durable. */
    public void sync() throws IOException {
        try (FileChannel itself = (FileChannel) handle.newByteChannel(ITSELF, Set.of(StandardOpenOption.READ))) {
            itself.force(true);
        }
    }

    /**
     * Makes a folder here. Java has no {@code mkdirat}, so it is made under a random name in the root, which nobody can
     * swap, and moved here by handle.
     */
    void makeFolder(Folder root, String temporary, String name) throws IOException {
        Files.createDirectory(root.real.resolve(temporary));
        try {
            root.handle.move(Path.of(temporary), handle, Path.of(name));
        } catch (IOException e) {
            root.handle.deleteDirectory(Path.of(temporary));
            if (look(name).isEmpty()) {
                throw e;
            }
        }
        sync();
    }

    /** The names in this folder, at most {@code limit} of them, in no order; a folder can be listed once. */
    public List<String> names(int limit) throws IOException {
        List<String> names = new ArrayList<>();
        try {
            for (Path each : handle) {
                if (names.size() == limit) {
                    break;
                }
                names.add(String.valueOf(each.getFileName()));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public void close() {
        try {
            handle.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * True if the file has a name elsewhere too, perhaps outside. Java tells the number of names only by path, so the
     * answer counts only if the path led to the very file that was looked at.
     */
    private boolean hasSecondName(String name, Entry entry) throws IOException {
        Map<String, Object> byPath =
                Files.readAttributes(real.resolve(name), "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
        boolean same = Objects.equals(byPath.get("fileKey"), entry.key());
        return !same || !Integer.valueOf(1).equals(byPath.get("nlink"));
    }

    /** Says why an open failed that looked fine a moment before. */
    private SoniaException swapped(String name, IOException cause) throws IOException {
        if (look(name).filter(each -> each.kind() == Entry.Kind.SYMLINK).isPresent()) {
            return Refusal.link(shown);
        }
        return Refusal.failed(cause, shown);
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream) throws IOException {
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw SoniaException.of(ErrorCode.TOOL_UNAVAILABLE, "This system cannot hold directories open");
    }
}
