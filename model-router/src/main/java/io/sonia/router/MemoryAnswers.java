package io.sonia.router;

import io.sonia.contracts.router.RecalledMemory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Answers questions by quoting what a person once said. A statement counts by the words it shares with the question, a
 * word the more the fewer recalled statements hold it; nothing is concluded or reworded.
 */
final class MemoryAnswers {

    private static final int MAX_QUOTES = 3;
    private static final int MAX_QUOTE = 300;

    /** A statement that covers at least this share of the question's words by weight answers it. */
    private static final double ANSWERS = 0.5;

    /** Statements this close to the best one are quoted beside it. */
    private static final double CLOSE = 0.8;

    /** What the house itself wrote. */
    private static final Set<String> OWN_TYPES = Set.of("turn_summary", "tool_event", "confirmation_event");

    private static final Set<String> COMMON_WORDS = Set.of(
            ("a about all am an and any are as at be been but by can could did do does for from had has have he her his how i"
                            + " if in into is it its know like me mine more my not of off on one or our out please she should so"
                            + " some tell than that the their them then there these they this to told up was we were what when"
                            + " where which who whom whose why will with would you your")
                    .split(" ", -1));

    private static final Set<String> ASKING = Set.of(
            ("what who whom whose when where which why how is are am was were do does did can could will would should have has"
                            + " had may")
                    .split(" ", -1));

    /** Something a person said, and the memory it is from. */
    private record Statement(String text, Set<String> words, RecalledMemory source) {}

    private record Match(Statement statement, double share) {}

    private MemoryAnswers() {}

    /** True for what ends or begins like a question. */
    static boolean isQuestion(String said) {
        String text = said.strip().toLowerCase(Locale.ROOT);
        String first = text.split("[^\\p{L}]+", 2)[0];
        return text.endsWith("?")
                || ASKING.contains(first)
                || text.startsWith("tell me ")
                || text.startsWith("remind me ");
    }

    /** An answer out of these memories; empty if none shares a word that matters with the question. */
    static Optional<String> to(String question, List<RecalledMemory> memories) {
        List<Statement> statements = statements(memories);
        Set<String> asked = words(question);
        Map<String, Double> weights = weights(asked, statements);
        double whole = asked.stream()
                .mapToDouble(each -> weights.getOrDefault(each, 0.0))
                .sum();
        List<Match> matches = statements.stream()
                .map(each -> new Match(each, share(each, weights, whole)))
                .filter(each -> each.share() > 0)
                .sorted(Comparator.comparingDouble(Match::share)
                        .thenComparing(each -> each.statement().source().createdAt())
                        .reversed())
                .toList();
        if (matches.isEmpty()) {
            return Optional.empty();
        }
        double best = matches.getFirst().share();
        String quotes = matches.stream()
                .filter(each -> each.share() >= best * CLOSE)
                .limit(MAX_QUOTES)
                .map(each -> quote(each.statement()))
                .collect(Collectors.joining("\n"));
        String lead = best >= ANSWERS ? "You told me:" : "I have no exact answer. The closest you told me:";
        return Optional.of(lead + "\n" + quotes);
    }

    private static String quote(Statement statement) {
        String text = statement.text();
        String shown = text.length() > MAX_QUOTE ? text.substring(0, MAX_QUOTE) + "..." : text;
        RecalledMemory source = statement.source();
        return "- \"" + shown + "\" (" + source.id() + ", "
                + source.createdAt().toString().substring(0, 10) + ")";
    }

    /** The same statement said twice counts once, with its latest source. */
    private static List<Statement> statements(List<RecalledMemory> memories) {
        Map<Set<String>, Statement> distinct = new LinkedHashMap<>();
        for (RecalledMemory memory : memories) {
            for (String line : lines(memory)) {
                Statement statement = new Statement(line, words(line), memory);
                distinct.merge(
                        statement.words(),
                        statement,
                        (one, other) ->
                                other.source().createdAt().isAfter(one.source().createdAt()) ? other : one);
            }
        }
        return List.copyOf(distinct.values());
    }

    /** What the person stated: no questions and no requests. */
    private static List<String> lines(RecalledMemory memory) {
        if (OWN_TYPES.contains(memory.type())) {
            return List.of();
        }
        return memory.content()
                .lines()
                .flatMap(line -> statement(line).stream())
                .toList();
    }

    private static Optional<String> statement(String said) {
        Optional<OfflineGrammar.Request> request = OfflineGrammar.read(said);
        if (request.isPresent()) {
            boolean told = request.get().tool().equals("memory.store");
            return told ? Optional.of(String.valueOf(request.get().arguments().get("content"))) : Optional.empty();
        }
        return said.isBlank() || isQuestion(said) ? Optional.empty() : Optional.of(said.strip());
    }

    private static double share(Statement statement, Map<String, Double> weights, double whole) {
        double shared = 0;
        for (Map.Entry<String, Double> word : weights.entrySet()) {
            shared += statement.words().contains(word.getKey()) ? word.getValue() : 0;
        }
        return whole == 0 ? 0 : shared / whole;
    }

    /** Inverse document frequency over the recalled statements; a word that none holds weighs most. */
    private static Map<String, Double> weights(Set<String> asked, List<Statement> statements) {
        Map<String, Double> weights = new HashMap<>();
        for (String word : asked) {
            long holding = statements.stream()
                    .filter(each -> each.words().contains(word))
                    .count();
            weights.put(word, Math.log(1 + statements.size() / Math.max(0.5, (double) holding)));
        }
        return weights;
    }

    /** The words that matter, in lower case, without a plural or possessive s. */
    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : text.toLowerCase(Locale.ROOT).replace("'s", "").split("[^\\p{L}\\p{N}]+", -1)) {
            if (!word.isEmpty() && !COMMON_WORDS.contains(word)) {
                boolean plural = word.length() > 3 && word.endsWith("s") && !word.endsWith("ss");
                words.add(plural ? word.substring(0, word.length() - 1) : word);
            }
        }
        return words;
    }
}
