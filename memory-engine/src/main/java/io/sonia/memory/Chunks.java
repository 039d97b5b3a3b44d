package io.sonia.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the text of a document is cut into pieces that are found and shown by themselves. */
final class Chunks {

    /** The last part of a piece in which a good place to end it is looked for. */
    private static final double SOUGHT = 0.4;

    private static final Pattern HEADING = Pattern.compile("(?m)^(#{1,6})[ \\t]+(.+?)[ \\t#]*$");
    private static final char PAGE_END = '\f';

    /**
     * A piece.
     *
     * @param heading what it stands under, outermost heading first; empty without headings
     * @param page the page it begins on, from 1; 0 if the document has none
     */
    record Piece(int start, int end, String heading, int page) {}

    private Chunks() {}

    /**
     * Cuts a text. Each piece has at most {@code size} characters and ends, if that is possible, with a paragraph, a
     * line, a sentence or a word; it begins with at most {@code overlap} characters of the one before it. It does not go
     * beyond its page, and no character that needs two code units is cut.
     */
    static List<Piece> of(String text, int size, int overlap) {
        List<Heading> headings = headings(text);
        boolean paged = text.indexOf(PAGE_END) >= 0;
        List<Piece> pieces = new ArrayList<>();
        int start = skipped(text, 0);
        int page = 1;
        int counted = 0;
        while (start < text.length()) {
            for (; counted < start; counted++) {
                page += text.charAt(counted) == PAGE_END ? 1 : 0;
            }
            int end = end(text, start, size);
            pieces.add(new Piece(start, stripped(text, start, end), path(headings, start), paged ? page : 0));
            start = skipped(text, end == text.length() ? end : next(text, start, end, overlap));
        }
        return pieces;
    }

    private record Heading(int start, int level, String text) {}

    private static List<Heading> headings(String text) {
        List<Heading> found = new ArrayList<>();
        Matcher heading = HEADING.matcher(text);
        while (heading.find()) {
            found.add(new Heading(heading.start(), heading.group(1).length(), heading.group(2)));
        }
        return found;
    }

    /** The headings that are open where a piece begins. */
    private static String path(List<Heading> headings, int at) {
        List<Heading> open = new ArrayList<>();
        for (Heading heading : headings) {
            if (heading.start() > at) {
                break;
            }
            open.removeIf(each -> each.level() >= heading.level());
            open.add(heading);
        }
        return String.join(" > ", open.stream().map(Heading::text).toList());
    }

    private static int end(String text, int start, int size) {
        int most = whole(text, Math.min(text.length(), start + size));
        int page = text.indexOf(PAGE_END, start);
        if (page >= 0 && page < most) {
            return page + 1;
        }
        if (most == text.length()) {
            return most;
        }
        int least = start + (int) (size * (1 - SOUGHT));
        for (String boundary : List.of("\n#", "\n\n", "\n", ". ", "? ", "! ", " ")) {
            int at = text.lastIndexOf(boundary, most - boundary.length());
            if (at >= least) {
                return boundary.equals("\n#") ? at + 1 : at + boundary.length();
            }
        }
        return most;
    }

    /** Where the next piece begins: a word within what it repeats of this one, but not before its heading or page. */
    private static int next(String text, int start, int end, int overlap) {
        boolean heading = end < text.length() && text.charAt(end) == '#' && text.charAt(end - 1) == '\n';
        if (heading || text.charAt(end - 1) == PAGE_END) {
            return end;
        }
        int from = Math.max(start + 1, end - overlap);
        int word = text.indexOf(' ', from);
        return whole(text, word < 0 || word >= end ? end : word + 1);
    }

    /** Not between the two halves of a character. */
    private static int whole(String text, int at) {
        boolean cut = at > 0
                && at < text.length()
                && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
        return cut ? at - 1 : at;
    }

    private static int skipped(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int stripped(String text, int start, int end) {
        int at = end;
        while (at > start + 1 && Character.isWhitespace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }
}
