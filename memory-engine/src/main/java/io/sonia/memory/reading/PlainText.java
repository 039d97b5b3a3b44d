package io.sonia.memory.reading;

/** The text of a document as the memory takes it: headings begin with {@code #}, a form feed ends a page. */
final class PlainText {

    static final int MAX_CHARS = 4_000_000;

    private final StringBuilder text = new StringBuilder();

    /** Adds running text; what begins a line like a heading and is none does not count as one. */
    void add(String words) throws Unreadable.Refused {
        for (int i = 0; i < words.length(); i++) {
            char c = words.charAt(i) == '\f' || words.charAt(i) == '\0' ? ' ' : words.charAt(i);
            if (c == '#' && (text.isEmpty() || text.charAt(text.length() - 1) == '\n')) {
                text.append(' ');
            }
            text.append(c);
        }
        check();
    }

    void heading(int level, String words) throws Unreadable.Refused {
        paragraph();
        text.append("#".repeat(level)).append(' ').append(words.strip().replaceAll("\\s+", " "));
        paragraph();
        check();
    }

    void line() {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
            text.append('\n');
        }
    }

    void paragraph() {
        line();
        if (text.length() > 1 && text.charAt(text.length() - 2) != '\n') {
            text.append('\n');
        }
    }

    void pageEnd() {
        text.append('\f');
    }

    /** The whole text. */
    String whole() throws Unreadable.Refused {
        if (text.chars().allMatch(Character::isWhitespace)) {
            throw new Unreadable.Refused(Unreadable.NO_TEXT);
        }
        return text.toString();
    }

    private void check() throws Unreadable.Refused {
        if (text.length() > MAX_CHARS) {
            throw new Unreadable.Refused(Unreadable.TOO_LARGE);
        }
    }
}
