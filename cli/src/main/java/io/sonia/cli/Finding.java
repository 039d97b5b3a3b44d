package io.sonia.cli;

/**
 * One thing that was looked at.
 *
 * @param cure what to do about it; empty if there is nothing to do
 */
record Finding(Grade grade, String subject, String text, String cure) {

    /** How good it is. */
    enum Grade {
        GOOD,
        /** Works, but something is missing or unusual. */
        NOTE,
        BAD
    }

    static Finding good(String subject, String text) {
        return new Finding(Grade.GOOD, subject, text, "");
    }

    static Finding note(String subject, String text, String cure) {
        return new Finding(Grade.NOTE, subject, text, cure);
    }

    static Finding bad(String subject, String text, String cure) {
        return new Finding(Grade.BAD, subject, text, cure);
    }

    String shown(Screen screen) {
        String mark = switch (grade) {
            case GOOD -> screen.paint(Ink.GREEN, "ok  ");
            case NOTE -> screen.paint(Ink.YELLOW, "note");
            case BAD -> screen.paint(Ink.RED, "BAD ");
        };
        String line = "%s  %-12s %s".formatted(mark, subject, text);
        return cure.isEmpty() ? line : line + " - " + cure;
    }
}
