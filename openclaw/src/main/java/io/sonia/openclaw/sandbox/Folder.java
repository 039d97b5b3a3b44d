package io.sonia.openclaw.sandbox;

import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory held by a descriptor. Everything is done relative to it and without following links, so that nobody can
 * lead it elsewhere by swapping names meanwhile; what is entered or read is looked at when it is held already.
 */
public final class Folder implements AutoCloseable {

    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS);

    private final Descriptor held;
    private final String shown;

    private Folder(Descriptor held, String shown) {
        this.held = held;
        this.shown = shown;
    }

    /** Opens a root; what leads to it belongs to the operator and is trusted. */
    static Folder open(SandboxRoot root, String shown) throws IOException {
        return new Folder(Descriptor.of(root.real()), shown);
    }

    /**
     * Opens a folder in this one.
     *
     * @throws SoniaException SYMLINK_DENIED for a link, TOOL_FAILED if there is no such folder
     */
    public Folder enter(String name) throws IOException {
        Descriptor found = hold(name);
        try {
            Entry.Kind kind = found.look().kind();
            if (kind == Entry.Kind.SYMLINK) {
                throw Refusal.link(shown);
            }
            if (kind != Entry.Kind.DIRECTORY) {
                throw Refusal.failed("not_a_directory", shown);
            }
            return new Folder(found, shown);
        } catch (IOException | SoniaException e) {
            found.close();
            throw e;
        }
    }

    /** Looks at a name without following it; empty if there is none. */
    public Optional<Entry> look(String name) throws IOException {
        try {
            return Optional.of(
                    Entry.of(Files.readAttributes(at(name), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }

    /** This folder as its parent would see it. */
    public Entry lookAtItself() throws IOException {
        return held.look();
    }

    /**
     * Opens a regular file that has no second name.
     *
     * @throws SoniaException SYMLINK_DENIED, PATH_OUTSIDE_SANDBOX for special files and second names, TOOL_FAILED
     */
    public FileChannel read(String name) throws IOException {
        try (Descriptor file = hold(name)) {
            requirePlain(file);
            return FileChannel.open(file.path(), StandardOpenOption.READ);
        }
    }

    /** Refuses everything that is not a regular file with this one name. */
    public void requirePlain(String name) throws IOException {
        try (Descriptor file = hold(name)) {
            requirePlain(file);
        }
    }

    private void requirePlain(Descriptor file) throws IOException {
        switch (file.look().kind()) {
            case SYMLINK -> throw Refusal.link(shown);
            case DIRECTORY -> throw Refusal.failed("not_a_file", shown);
            case OTHER -> throw Refusal.outside("special_file");
            case FILE -> {
                if (file.names() != 1) {
                    throw Refusal.outside("hard_link");
                }
            }
        }
    }

    /** Creates a new file; fails if the name is taken, whatever by. */
    public FileChannel create(String name, Set<PosixFilePermission> permissions) throws IOException {
        return FileChannel.open(at(name), CREATE, PosixFilePermissions.asFileAttribute(permissions));
    }

    /** Sets the permissions of a file; refuses what {@link #read} does. */
    public void permit(String name, Set<PosixFilePermission> permissions) throws IOException {
        try (Descriptor file = hold(name)) {
            requirePlain(file);
            Files.setPosixFilePermissions(file.path(), permissions);
        }
    }

    /** Gives a name in this folder another one here, replacing what had it. Never follows a link. */
    public void rename(String from, String to) throws IOException {
        move(from, this, to);
    }

    /** As {@link #rename}, to a name in another folder of the same file system. */
    public void move(String from, Folder folder, String to) throws IOException {
        Files.move(at(from), folder.at(to), StandardCopyOption.ATOMIC_MOVE);
    }

    public void delete(String name) throws IOException {
        Files.delete(at(name));
    }

    /** Makes this folder's names durable. */
    public void sync() throws IOException {
        try (FileChannel itself = FileChannel.open(held.path(), StandardOpenOption.READ)) {
            itself.force(true);
        }
    }

    /** Makes a folder here, unless something has the name already. */
    void makeFolder(String name) throws IOException {
        try {
            Files.createDirectory(at(name));
            sync();
        } catch (FileAlreadyExistsException somebodyWasFaster) {
            // Whether it is a folder is seen when it is entered.
        }
    }

    /** The names in this folder, at most {@code limit} of them, in no order. */
    public List<String> names(int limit) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(held.path())) {
            for (Path each : all) {
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
        held.close();
    }

    private Path at(String name) {
        return held.path().resolve(name);
    }

    private Descriptor hold(String name) throws IOException {
        try {
            return held.hold(name);
        } catch (NoSuchFileException absent) {
            throw Refusal.failed(Refusal.NOT_FOUND, shown);
        }
    }
}
