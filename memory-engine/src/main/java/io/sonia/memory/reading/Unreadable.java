package io.sonia.memory.reading;

/** Why a document cannot be read; the reader prints the name and the service tells the words. */
enum Unreadable {
    DAMAGED("it is damaged, or not of this format"),
    ENCRYPTED("it is encrypted"),
    NO_TEXT("it has no text; scanned pages are not read"),
    TOO_LARGE("its text has more than 4,000,000 characters, or it has more than 5,000 pages"),
    TOO_COSTLY("reading it takes more than 256 MiB of memory or 20 seconds");

    private final String words;

    Unreadable(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** A document that ends the reading. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1;

        private final Unreadable reason;

        Refused(Unreadable reason) {
            super(reason.words());
            this.reason = reason;
        }

        Unreadable reason() {
            return reason;
        }
    }
}
