package io.sonia.contracts.openclaw;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits a command into one argument list, without a shell:
 *
 * <pre>
 * command = word *( blanks word )
 * word    = 1*( plain / "\" any / "'" *literal "'" / DQUOTE *( text / "\" any ) DQUOTE )
 * </pre>
 *
 * Within double quotes a backslash escapes only a double quote, a backslash, a dollar sign and a backtick. What a shell
 * would act upon is refused rather than read otherwise: {@code ; | & < > ( )} outside quotes, dollar signs and backticks
 * unless single-quoted or escaped, and control characters anywhere. {@code * ? [ ] { } ~ # !} stand for themselves.
 */
public final class CommandLine {

    private static final String SHELL_SYNTAX = ";|&<>()$`";
    private static final String IN_DOUBLE_QUOTES = "$`";
    private static final String ESCAPED_IN_DOUBLE_QUOTES = "\"\\$`";
    private static final int MAX_WORDS = 64;

    private final String text;
    private final List<String> words = new ArrayList<>();
    private @Nullable StringBuilder word;
    private int at;

    private CommandLine(String text) {
        this.text = text;
    }

    /**
     * The words of a command.
     *
     * @throws SoniaException INVALID_COMMAND
     */
    public static List<String> split(String command) {
        return new CommandLine(command).split();
    }

    private List<String> split() {
        while (at < text.length()) {
            char c = next();
            switch (c) {
                case ' ', '\t' -> endWord();
                case '\\' -> append(escaped());
                case '\'' -> quoted('\'');
                case '"' -> quoted('"');
                default -> {
                    if (SHELL_SYNTAX.indexOf(c) >= 0) {
                        throw syntax(c);
                    }
                    append(c);
                }
            }
        }
        endWord();
        if (words.isEmpty()) {
            throw refused("empty", "The command is empty");
        }
        return List.copyOf(words);
    }

    private void quoted(char quote) {
        StringBuilder content = started();
        for (char c = nextIn(quote); c != quote; c = nextIn(quote)) {
            boolean doubleQuoted = quote == '"';
            if (doubleQuoted && IN_DOUBLE_QUOTES.indexOf(c) >= 0) {
                throw syntax(c);
            }
            boolean escapes = doubleQuoted
                    && c == '\\'
                    && at < text.length()
                    && ESCAPED_IN_DOUBLE_QUOTES.indexOf(text.charAt(at)) >= 0;
            content.append(escapes ? next() : c);
        }
    }

    private char nextIn(char quote) {
        if (at == text.length()) {
            throw refused("quote", "A quote is not closed").with("quote", String.valueOf(quote));
        }
        return next();
    }

    private char escaped() {
        if (at == text.length()) {
            throw refused("escape", "The command ends with a backslash");
        }
        return next();
    }

    private char next() {
        char c = text.charAt(at);
        at++;
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            throw refused("control_character", "The command holds a control character");
        }
        return c;
    }

    private void append(char c) {
        started().append(c);
    }

    private StringBuilder started() {
        StringBuilder now = word;
        if (now == null) {
            now = new StringBuilder();
            word = now;
        }
        return now;
    }

    private void endWord() {
        if (word == null) {
            return;
        }
        if (words.size() == MAX_WORDS) {
            throw refused("too_long", "The command has more than " + MAX_WORDS + " words");
        }
        words.add(word.toString());
        word = null;
    }

    private static SoniaException refused(String reason, String message) {
        return SoniaException.of(ErrorCode.INVALID_COMMAND, message).with("reason", reason);
    }

    private static SoniaException syntax(char c) {
        return refused("shell_syntax", "The command holds shell syntax").with("character", String.valueOf(c));
    }
}
