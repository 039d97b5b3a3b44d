package io.sonia.kernel.http;

/** The most bytes a request body may have. */
public enum BodyLimit {
    NONE(0),
    SMALL(64 * 1024),
    MEDIUM(2 * 1024 * 1024),
    LARGE(8 * 1024 * 1024);

    private final int bytes;

    BodyLimit(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
