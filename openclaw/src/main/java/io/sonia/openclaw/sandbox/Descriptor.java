package io.sonia.openclaw.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * A hold on whatever has a name in a directory, by {@code openat} with {@code O_PATH} and {@code O_NOFOLLOW} (open(2)). It
 * opens nothing, so a pipe or a device notices nothing, and of a link it holds the link. What it holds stays the same
 * whoever swaps the name; {@link #path} leads there and nowhere else. Needs Linux with {@code /proc}.
 */
final class Descriptor implements AutoCloseable {

    private static final int O_PATH = 0x20_0000;
    private static final int O_CLOEXEC = 0x8_0000;
    private static final int AT_FDCWD = -100;

    private static final int ENOENT = 2;
    private static final int EACCES = 13;

    /** Two architectures have a number of their own for it. */
    private static final int O_NOFOLLOW = switch (System.getProperty("os.arch", "")) {
        case "aarch64", "ppc64le" -> 0x8000;
        default -> 0x2_0000;
    };

    private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPENAT = function(
            "openat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int number;

    private Descriptor(int number) {
        this.number = number;
    }

    /** Holds a directory that is trusted with all that leads to it. */
    static Descriptor of(Path directory) throws IOException {
        return open(AT_FDCWD, directory.toString());
    }

    /**
     * Holds what has the name in this directory now.
     *
     * @throws NoSuchFileException if nothing has it
     */
    Descriptor hold(String name) throws IOException {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.equals("..")) {
            throw new IllegalArgumentException("a name is one step down");
        }
        return open(number, name);
    }

    /** Leads to the very thing that is held; names of a held directory may be resolved against it. */
    Path path() {
        return Path.of("/proc/self/fd/" + number);
    }

    Entry look() throws IOException {
        return Entry.of(Files.readAttributes(path(), PosixFileAttributes.class));
    }

    /** How many names the file has, here or elsewhere. */
    int names() throws IOException {
        return (Integer) Files.getAttribute(path(), "unix:nlink");
    }

    @Override
    public void close() {
        try {
            int ignored = (int) CLOSE.invokeExact(number);
        } catch (Throwable impossible) {
            throw new IllegalStateException("close(2) cannot be called", impossible);
        }
    }

    private static Descriptor open(int directory, String name) throws IOException {
        int opened;
        int error;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            opened = (int) OPENAT.invokeExact(
                    state, directory, arena.allocateFrom(name, NAMES), O_PATH | O_NOFOLLOW | O_CLOEXEC);
            error = (int) ERRNO.get(state, 0L);
        } catch (Throwable impossible) {
            throw new IllegalStateException("openat(2) cannot be called", impossible);
        }
        if (opened >= 0) {
            return new Descriptor(opened);
        }
        throw switch (error) {
            case ENOENT -> new NoSuchFileException(name);
            case EACCES -> new AccessDeniedException(name);
            default -> new FileSystemException(name, null, "error " + error);
        };
    }

    @SuppressWarnings("restricted") // the descriptors above are those of the C library
    private static MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
    }
}
