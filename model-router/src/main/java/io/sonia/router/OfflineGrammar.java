package io.sonia.router;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The plain requests that are understood without a language model; docs/offline-assistant.md describes them. */
final class OfflineGrammar {

    /** A request that was understood: a tool and its arguments. */
    record Request(String tool, Map<String, @Nullable Object> arguments) {

        static Request of(String tool, String argument, String value) {
            return new Request(tool, Map.of(argument, value));
        }
    }

    private static final String[] POLITE = {"please", "can you", "could you", "would you", "will you", "hey", "sonia"};
    private static final String[] ASKING = {"what", "who", "whom", "whose", "when", "where", "which", "why", "how"};

    private OfflineGrammar() {}

    /** The request in these words; empty if there is none. */
    static Optional<Request> read(String said) {
        Utterance words = new Utterance(withoutThanks(said));
        boolean polite = false;
        while (words.takeOneOf(POLITE)) {
            polite = true;
        }
        if (words.take("remember")) {
            return remember(words, polite);
        }
        if (words.takeOneOf("read", "show")) {
            words.take("me");
            return file(words).map(path -> Request.of("file.read", "path", path));
        }
        if (words.take("list")) {
            return list(words);
        }
        if (words.take("stat")) {
            return file(words).map(path -> Request.of("file.stat", "path", path));
        }
        if (words.take("write")) {
            return write(words);
        }
        if (words.take("run")) {
            return run(words);
        }
        if (words.take("fetch")) {
            return words.argument().filter(each -> words.atEnd()).flatMap(OfflineGrammar::fetch);
        }
        if (words.takeOneOf("search memory for", "search my memory for", "search memories for")) {
            return whole(words).map(query -> Request.of("memory.search", "query", query));
        }
        return Optional.empty();
    }

    /** "Remember ...?" is a question, unless it is a polite request for a statement. */
    private static Optional<Request> remember(Utterance words, boolean polite) {
        boolean question = words.rest().endsWith("?") && (!polite || startsAsking(words.rest()));
        words.take("this");
        words.take("that");
        Optional<String> quoted = words.quoted().filter(each -> words.atEnd());
        String content = quoted.orElseGet(() -> stripped(words.rest(), "?"));
        if (question || content.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new Request("memory.store", Map.of("type", "note", "content", content)));
    }

    static boolean startsAsking(String text) {
        return new Utterance(text).takeOneOf(ASKING);
    }

    /** A path: quoted, right after the verb, or announced as a file; after "the" alone it must look like one. */
    private static Optional<String> file(Utterance words) {
        words.takeOneOf("the contents of", "the content of", "contents of", "content of");
        boolean the = words.take("the");
        boolean announced = words.take("file");
        Optional<String> quoted = words.quoted();
        if (quoted.isPresent()) {
            return quoted.filter(each -> words.atEnd());
        }
        return words.argument()
                .filter(each -> words.atEnd())
                .filter(each -> !the || announced || each.contains(".") || each.contains("/"));
    }

    private static Optional<Request> list(Utterance words) {
        words.takeOneOf("me", "all");
        boolean the = words.takeOneOf("the", "my");
        words.take("all");
        boolean files = words.takeOneOf("files", "file");
        if (files && words.atEnd()) {
            return Optional.of(Request.of("file.list", "path", "."));
        }
        boolean where = files && words.takeOneOf("in", "of", "under", "inside");
        if (files && !where) {
            return Optional.empty();
        }
        if (where) {
            words.take("the");
        }
        boolean named = words.takeOneOf("directory", "folder");
        return words.argument()
                .filter(each -> words.takeOneOf("directory", "folder") || words.atEnd())
                .filter(each -> words.atEnd() && (where || !the || named))
                .map(path -> Request.of("file.list", "path", path));
    }

    private static Optional<Request> write(Utterance words) {
        Optional<String> quoted = words.quoted();
        if (quoted.isPresent()) {
            return words.takeOneOf("to", "into") ? writeTo(words, quoted.get()) : Optional.empty();
        }
        String rest = words.rest();
        String lower = rest.toLowerCase(Locale.ROOT);
        int to = Math.max(lower.lastIndexOf(" to "), lower.lastIndexOf(" into "));
        if (to <= 0) {
            return Optional.empty();
        }
        Utterance target = new Utterance(rest.substring(to));
        target.takeOneOf("to", "into");
        return writeTo(target, rest.substring(0, to));
    }

    private static Optional<Request> writeTo(Utterance target, String content) {
        return file(target).map(path -> new Request("file.write", Map.of("path", path, "content", content)));
    }

    private static Optional<Request> run(Utterance words) {
        words.take("the command");
        return whole(words).map(command -> Request.of("shell.run", "command", command));
    }

    /** An address without a scheme is meant as https. */
    private static Optional<Request> fetch(String word) {
        String address = word.endsWith("/.") ? word.substring(0, word.length() - 1) : word;
        boolean whole = address.contains("://");
        return whole || address.contains(".")
                ? Optional.of(Request.of("web.fetch", "url", whole ? address : "https://" + address))
                : Optional.empty();
    }

    /** All that is left, quoted or without the punctuation at its end. */
    private static Optional<String> whole(Utterance words) {
        String rest = words.rest();
        Optional<String> quoted = words.quoted().filter(each -> words.atEnd());
        String text = quoted.orElseGet(() -> Utterance.withoutPunctuation(rest));
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    private static String withoutThanks(String said) {
        String text = said.strip();
        String plain = Utterance.withoutPunctuation(text);
        if (!plain.toLowerCase(Locale.ROOT).endsWith(" please")) {
            return text;
        }
        return Utterance.withoutPunctuation(plain.substring(0, plain.length() - " please".length()));
    }

    private static String stripped(String text, String end) {
        return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
    }
}
