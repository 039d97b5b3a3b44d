package io.sonia.verifier;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON text (RFC 8259, as narrow as I-JSON, RFC 7493) to plain values: {@code Map} in order of appearance,
 * {@code List}, {@code String}, {@code Long}, {@code Double}, {@code Boolean} and null.
 */
final class Json {

    /** The largest integer that every reader takes exactly (RFC 7493 section 2.2). */
    static final long MAX_INTEGER = (1L << 53) - 1;

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NUMBER_LENGTH = 1000;
    private static final int MAX_INTEGER_DIGITS = 16;
    private static final int HEX_ESCAPE = 4;
    private static final int FIRST_PRINTABLE = 0x20;

    private final byte[] text;
    private int at;
    private int depth;

    private Json(byte[] text) {
        this.text = text;
    }

    /** Reads one JSON value and nothing after it; {@link Reason#MALFORMED} for anything else. */
    static @Nullable Object parse(byte[] utf8) {
        Json json = new Json(utf8);
        json.skipBlanks();
        Object value = json.value();
        json.skipBlanks();
        if (json.at < utf8.length) {
            throw json.malformed("text after the JSON value");
        }
        return value;
    }

    /** As {@link #parse}, of an object only. */
    static JsonObject parseObject(byte[] utf8) {
        return JsonObject.of(parse(utf8));
    }

    private @Nullable Object value() {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> list();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, @Nullable Object> object() {
        enter();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        if (peek() == '}') {
            leave();
            return map;
        }
        while (true) {
            if (peek() != '"') {
                throw malformed("a key was expected");
            }
            String key = string();
            skipBlanks();
            expect(':');
            skipBlanks();
            int before = map.size();
            map.put(key, value());
            if (map.size() == before) {
                throw malformed("a key appears twice in one object");
            }
            skipBlanks();
            if (peek() == '}') {
                leave();
                return map;
            }
            expect(',');
            skipBlanks();
        }
    }

    private List<@Nullable Object> list() {
        enter();
        List<@Nullable Object> list = new ArrayList<>();
        if (peek() == ']') {
            leave();
            return list;
        }
        while (true) {
            list.add(value());
            skipBlanks();
            if (peek() == ']') {
                leave();
                return list;
            }
            expect(',');
            skipBlanks();
        }
    }

    private void enter() {
        depth++;
        if (depth > MAX_DEPTH) {
            throw malformed("nested deeper than " + MAX_DEPTH);
        }
        at++;
        skipBlanks();
    }

    private void leave() {
        depth--;
        at++;
    }

    private String string() {
        at++;
        int start = at;
        boolean plain = true;
        while (true) {
            int c = peek();
            if (c == '"') {
                break;
            }
            if (c >= 0 && c < FIRST_PRINTABLE) {
                throw malformed("a control character in a text");
            }
            plain &= c >= 0 && c != '\\';
            at += c == '\\' ? 2 : 1;
        }
        int end = at;
        at++;
        return plain
                ? new String(text, start, end - start, StandardCharsets.ISO_8859_1)
                : unescaped(decode(start, end - start));
    }

    private String decode(int start, int length) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, start, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("bytes that are not UTF-8");
        }
    }

    private String unescaped(String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        int i = 0;
        while (i < raw.length()) {
            char c = raw.charAt(i);
            if (c != '\\') {
                out.append(c);
                i++;
            } else if (raw.charAt(i + 1) == 'u') {
                out.append(hexEscape(raw, i + 2));
                i += 2 + HEX_ESCAPE;
            } else {
                out.append(escape(raw.charAt(i + 1)));
                i += 2;
            }
        }
        requirePairs(out);
        return out.toString();
    }

    private char escape(char letter) {
        return switch (letter) {
            case '"', '\\', '/' -> letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> throw malformed("an unknown escape");
        };
    }

    private char hexEscape(String raw, int start) {
        if (start + HEX_ESCAPE > raw.length()) {
            throw malformed("an unfinished escape");
        }
        int value = 0;
        for (int i = start; i < start + HEX_ESCAPE; i++) {
            char c = raw.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw malformed("an escape that is not hexadecimal");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private void requirePairs(CharSequence chars) {
        for (int i = 0; i < chars.length(); i++) {
            char c = chars.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < chars.length()
                    && Character.isLowSurrogate(chars.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw malformed("a lone surrogate");
            }
        }
    }

    private Object number() {
        int start = at;
        take('-');
        if (!take('0')) {
            digits();
        }
        boolean integer = true;
        if (take('.')) {
            integer = false;
            digits();
        }
        if (take('e') || take('E')) {
            integer = false;
            if (!take('+')) {
                take('-');
            }
            digits();
        }
        if (at - start > MAX_NUMBER_LENGTH) {
            throw malformed("a number of more than " + MAX_NUMBER_LENGTH + " characters");
        }
        String literal = new String(text, start, at - start, StandardCharsets.US_ASCII);
        if (integer) {
            return integer(literal);
        }
        return real(literal);
    }

    private Long integer(String literal) {
        int sign = literal.startsWith("-") ? 1 : 0;
        long value = literal.length() - sign > MAX_INTEGER_DIGITS ? Long.MAX_VALUE : Long.parseLong(literal);
        if (Math.abs(value) > MAX_INTEGER) {
            throw malformed("an integer beyond 2^53-1");
        }
        return value;
    }

    private Double real(String literal) {
        double value = Double.parseDouble(literal);
        if (!Double.isFinite(value)) {
            throw malformed("a number beyond a double");
        }
        return value;
    }

    private void digits() {
        int start = at;
        while (at < text.length && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw malformed("a value or a digit was expected");
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
        return value;
    }

    private boolean take(char c) {
        boolean there = at < text.length && text[at] == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c) {
        if (peek() != c) {
            throw malformed("'" + c + "' was expected");
        }
        at++;
    }

    /** The next byte; those of characters beyond ASCII are negative. */
    private int peek() {
        if (at >= text.length) {
            throw malformed("the JSON text ends too early");
        }
        return text[at];
    }

    private void skipBlanks() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
    }

    private Refusal malformed(String what) {
        return Refusal.of(Reason.MALFORMED, what + ", at byte " + Math.min(at, text.length));
    }
}
