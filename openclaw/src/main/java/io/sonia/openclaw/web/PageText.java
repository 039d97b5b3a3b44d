package io.sonia.openclaw.web;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The readable text of a page: HTML without its markup, other text as it is, nothing of anything else. */
final class PageText {

    private static final Set<String> UNSEEN = Set.of("script", "style", "noscript", "template", "svg");
    private static final Set<String> BREAKS = Set.of(
            "p",
            "div",
            "br",
            "li",
            "ul",
            "ol",
            "tr",
            "table",
            "section",
            "article",
            "header",
            "footer",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "pre",
            "blockquote",
            "title");
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", " ");
    private static final int MAX_ENTITY = 10;

    private final String html;
    private final StringBuilder text = new StringBuilder();
    private int at;

    private PageText(String html) {
        this.html = html;
    }

    static String of(byte[] body, String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        int semicolon = type.indexOf(';');
        String plain = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        boolean html = plain.equals("text/html") || plain.equals("application/xhtml+xml");
        boolean readable = html
                || plain.isEmpty()
                || plain.startsWith("text/")
                || plain.endsWith("json")
                || plain.endsWith("xml")
                || plain.endsWith("javascript");
        if (!readable) {
            return "";
        }
        String text = new String(body, charset(type));
        return html ? new PageText(text).stripped() : text;
    }

    private static Charset charset(String type) {
        int start = type.indexOf("charset=");
        if (start < 0) {
            return StandardCharsets.UTF_8;
        }
        String name = type.substring(start + 8).replace("\"", "");
        int end = name.indexOf(';');
        try {
            return Charset.forName((end < 0 ? name : name.substring(0, end)).trim());
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return StandardCharsets.UTF_8;
        }
    }

    /** One pass from left to right; every character is looked at a bounded number of times. */
    private String stripped() {
        while (at < html.length()) {
            char c = html.charAt(at);
            if (c == '<') {
                tag();
            } else if (c == '&') {
                entity();
            } else {
                append(c);
                at++;
            }
        }
        return text.toString().strip();
    }

    private void tag() {
        if (html.startsWith("<!--", at)) {
            skipTo("-->");
            return;
        }
        boolean closing = html.startsWith("</", at);
        int start = at + (closing ? 2 : 1);
        int end = start;
        while (end < html.length() && Character.isLetterOrDigit(html.charAt(end))) {
            end++;
        }
        if (end == start && !html.startsWith("<!", at) && !html.startsWith("<?", at)) {
            append('<');
            at++;
            return;
        }
        String name = html.substring(start, end).toLowerCase(Locale.ROOT);
        skipTo(">");
        if (!closing && UNSEEN.contains(name)) {
            skipElement(name);
        }
        if (BREAKS.contains(name)) {
            append('\n');
        }
    }

    private void skipElement(String name) {
        String close = "</" + name;
        while (at < html.length() && !html.regionMatches(true, at, close, 0, close.length())) {
            at++;
        }
        skipTo(">");
    }

    private void skipTo(String end) {
        int found = html.indexOf(end, at);
        at = found < 0 ? html.length() : found + end.length();
    }

    private void entity() {
        int end = at + 1;
        while (end < html.length() && end - at < MAX_ENTITY && html.charAt(end) != ';') {
            end++;
        }
        if (end == html.length() || html.charAt(end) != ';') {
            append('&');
            at++;
            return;
        }
        String name = html.substring(at + 1, end);
        String character = name.startsWith("#") ? numeric(name.substring(1)) : ENTITIES.getOrDefault(name, "");
        if (character.isEmpty()) {
            append('&');
            at++;
            return;
        }
        character.chars().forEach(c -> append((char) c));
        at = end + 1;
    }

    private static String numeric(String number) {
        try {
            boolean hex = number.startsWith("x") || number.startsWith("X");
            int point = hex ? Integer.parseInt(number.substring(1), 16) : Integer.parseInt(number);
            boolean character = Character.isValidCodePoint(point)
                    && Character.getType(point) != Character.SURROGATE
                    && point >= ' ';
            return character ? Character.toString(point) : "";
        } catch (NumberFormatException e) {
            return "";
        }
    }

    /** Runs of blanks become one blank, or one line break if there is one among them. */
    private void append(char c) {
        boolean blank = Character.isWhitespace(c) || c == '\u00a0';
        int last = text.length() - 1;
        boolean afterBlank = last >= 0 && (text.charAt(last) == ' ' || text.charAt(last) == '\n');
        if (!blank) {
            text.append(c);
        } else if (!afterBlank) {
            text.append(c == '\n' ? '\n' : ' ');
        } else if (c == '\n') {
            text.setCharAt(last, '\n');
        }
    }
}
