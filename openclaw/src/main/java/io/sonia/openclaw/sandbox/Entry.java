package io.sonia.openclaw.sandbox;

import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * What one look at a name found, without following a link.
 */
public record Entry(Kind kind, long sizeBytes, Instant modifiedAt, Set<PosixFilePermission> permissions) {

    /** What a name stands for. */
    public enum Kind {
        FILE,
        DIRECTORY,
        SYMLINK,
        /** A pipe, a device or a socket. */
        OTHER
    }

    static Entry of(PosixFileAttributes attributes) {
        Kind kind = attributes.isSymbolicLink()
                ? Kind.SYMLINK
                : attributes.isDirectory() ? Kind.DIRECTORY : attributes.isRegularFile() ? Kind.FILE : Kind.OTHER;
        return new Entry(
                kind,
                attributes.size(),
                attributes.lastModifiedTime().toInstant().truncatedTo(ChronoUnit.MILLIS),
                attributes.permissions());
    }
}
