package io.sonia.verifier;

import org.jspecify.annotations.Nullable;

/** What is wrong with a file, and at which sequence number it shows first, if it is about an entry. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable Long firstBadSeq;

    private Refusal(Reason reason, @Nullable Long firstBadSeq, String message) {
        super(message, null, false, false);
        this.reason = reason;
        this.firstBadSeq = firstBadSeq;
    }

    static Refusal of(Reason reason, String message) {
        return new Refusal(reason, null, message);
    }

    static Refusal at(long seq, Reason reason, String message) {
        return new Refusal(reason, seq, message);
    }

    /** The same about the entry {@code seq}, unless it is about one already. */
    Refusal orAt(long seq) {
        return firstBadSeq == null ? new Refusal(reason, seq, message()) : this;
    }

    /** The same, told of one file of several. */
    Refusal in(String file) {
        return new Refusal(reason, firstBadSeq, file + ": " + message());
    }

    /** The same, told of a part of a file that is in a known format as a whole. */
    Refusal inPart(String part) {
        return reason == Reason.UNKNOWN_FORMAT
                ? new Refusal(Reason.MALFORMED, firstBadSeq, part + ": " + message())
                : in(part);
    }

    Reason reason() {
        return reason;
    }

    @Nullable
    Long firstBadSeq() {
        return firstBadSeq;
    }

    String message() {
        return String.valueOf(getMessage());
    }
}
