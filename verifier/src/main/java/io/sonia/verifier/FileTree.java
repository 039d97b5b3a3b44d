package io.sonia.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.regex.Pattern;

/** Files by relative names, in a folder or in an archive, with bounds on their number and sizes. */
interface FileTree extends AutoCloseable {

    /** No archive without ZIP64 has more. */
    int MAX_FILES = 65_534;

    Pattern NAME = Pattern.compile("(?!.*(^|/)\\.{1,2}(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");
    int MAX_NAME_LENGTH = 255;

    Set<String> names();

    /** Size of a file of {@link #names}, in bytes. */
    long size(String name) throws IOException;

    /** The content of a file of {@link #names}; it gives no more than its size. */
    InputStream open(String name) throws IOException;

    @Override
    void close() throws IOException;

    /** All of a file; a missing one and one over {@code most} bytes are refused. */
    default byte[] read(String name, int most) throws IOException {
        if (!names().contains(name)) {
            throw Refusal.of(Reason.MISSING_FILE, name + " is missing");
        }
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw Refusal.of(Reason.MALFORMED, name + " is longer than " + most + " bytes");
            }
            return bytes;
        }
    }

    /** A name that stays inside of the tree. */
    static String requireSafe(String name) {
        if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
            throw Refusal.of(Reason.UNSAFE_ARCHIVE, "a name that leaves the folder or has characters it must not have");
        }
        return name;
    }
}
