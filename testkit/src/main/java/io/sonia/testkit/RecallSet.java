package io.sonia.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Memories of a year and questions that each have one right answer, for measuring how well memories are found: filled in
 * from {@code recall/templates.txt}, which says how, and taken from {@code recall/by-hand.txt}. Always the same.
 */
public final class RecallSet {

    private static final int DAYS = 365;

    /** Days from a memory to the one that takes its place. */
    private static final int UPDATE_AFTER = 30;

    /** Words of each topic that are asked about. */
    private static final int ASKED = 8;

    private static final Pattern HOLE = Pattern.compile("\\{(=?)([^}]+)}");

    /**
     * Something to be remembered on a day of the year.
     *
     * @param number of this set, from 0
     */
    public record Memory(int number, int day, String text) {}

    /**
     * A question.
     *
     * @param kind plain, paraphrase, negation, update, time or ukrainian
     * @param answer the number of the memory that answers it
     * @param stale the number of the memory whose place that one took; null if there is none
     */
    public record Question(
            String kind, String text, int answer, @Nullable Integer stale) {}

    private final List<Memory> memories = new ArrayList<>();
    private final List<Question> questions = new ArrayList<>();
    private final Map<String, List<String>> lists = new HashMap<>();
    private final Random random = new Random(1);

    private RecallSet() {}

    /** The set. */
    public static RecallSet load() {
        RecallSet set = new RecallSet();
        set.fillIn(lines("templates.txt"));
        set.take(lines("by-hand.txt"));
        return set;
    }

    /** All memories, oldest first. */
    public List<Memory> memories() {
        return memories.stream()
                .sorted(Comparator.comparingInt(Memory::day).thenComparingInt(Memory::number))
                .toList();
    }

    public List<Question> questions() {
        return List.copyOf(questions);
    }

    private static List<String> lines(String name) {
        try (InputStream in = RecallSet.class.getResourceAsStream("/recall/" + name)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Template(String kind, String text) {}

    /** A topic as it is read. */
    private static final class Topic {
        private String each = "";
        private final List<String> says = new ArrayList<>();
        private final List<String> thens = new ArrayList<>();
        private final List<Template> asks = new ArrayList<>();
    }

    private void fillIn(List<String> lines) {
        Topic topic = new Topic();
        for (String line : lines) {
            String rest = line.substring(line.indexOf(' ') + 1);
            if (line.startsWith("@")) {
                lists.put(line.substring(1, line.indexOf(' ')), List.of(rest.split("; ", -1)));
                continue;
            }
            switch (line.substring(0, line.indexOf(' '))) {
                case "topic" -> {
                    fillIn(topic);
                    topic = new Topic();
                }
                case "each" -> topic.each = rest;
                case "say" -> topic.says.add(rest);
                case "then" -> topic.thens.add(rest);
                case "ask" ->
                    topic.asks.add(
                            new Template(rest.substring(0, rest.indexOf(' ')), rest.substring(rest.indexOf(' ') + 1)));
                default -> throw new IllegalStateException("not understood: " + line);
            }
        }
        fillIn(topic);
    }

    private void fillIn(Topic topic) {
        List<String> words = lists.getOrDefault(topic.each, List.of());
        int step = Math.max(1, words.size() / ASKED);
        for (int i = 0; i < words.size(); i++) {
            Map<String, String> drawn = new LinkedHashMap<>(Map.of(topic.each, words.get(i)));
            int day = random.nextInt(DAYS - 2 * UPDATE_AFTER);
            int answer = add(day, filled(draw(topic.says), drawn, Map.of()));
            Integer stale = null;
            if (!topic.thens.isEmpty()) {
                stale = answer;
                Map<String, String> anew = new LinkedHashMap<>(Map.of(topic.each, words.get(i)));
                int later = day + UPDATE_AFTER + random.nextInt(UPDATE_AFTER);
                answer = add(later, filled(draw(topic.thens), anew, drawn));
            }
            if (i % step == 0 && !topic.asks.isEmpty()) {
                Template ask = topic.asks.get(i / step % topic.asks.size());
                questions.add(new Question(ask.kind(), filled(ask.text(), drawn, Map.of()), answer, stale));
            }
        }
    }

    private int add(int day, String text) {
        memories.add(new Memory(memories.size(), day, text));
        return memories.size() - 1;
    }

    /** A word for each hole: the one drawn for its list before, or another than the former one. */
    private String filled(String template, Map<String, String> drawn, Map<String, String> former) {
        Matcher holes = HOLE.matcher(template);
        return holes.replaceAll(hole -> {
            String list = hole.group(2);
            if (!hole.group(1).isEmpty()) {
                return former.getOrDefault(list, "");
            }
            return drawn.computeIfAbsent(list, each -> another(each, former.get(each)));
        });
    }

    private String another(String list, @Nullable String than) {
        String word = draw(lists.getOrDefault(list, List.of(list)));
        while (word.equals(than)) {
            word = draw(lists.getOrDefault(list, List.of(list)));
        }
        return word;
    }

    private String draw(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private void take(List<String> lines) {
        int answer = 0;
        Integer stale = null;
        for (String line : lines) {
            String text = line.substring(line.indexOf(' ') + 1);
            switch (line.charAt(0)) {
                case '+' -> {
                    stale = null;
                    answer = add(random.nextInt(DAYS - 2 * UPDATE_AFTER), text);
                }
                case '!' -> {
                    stale = answer;
                    answer = add(memories.get(answer).day() + UPDATE_AFTER, text);
                }
                default -> questions.add(new Question(line.substring(1, line.indexOf(' ')), text, answer, stale));
            }
        }
    }
}
