package io.sonia.memory;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Takes the endings of Ukrainian words off, so that a word is found in its other cases and forms: the longest known one
 * that leaves three letters. What SQLite's own stemmer does for English.
 */
final class CyrillicEndings {

    private static final int SHORTEST_STEM = 3;

    private static final int FIRST_CYRILLIC = 0x0400;

    private static final Pattern WORD = Pattern.compile("\\p{IsCyrillic}{4,}");

    /** Of nouns, adjectives and verbs, longest first. */
    private static final List<String> ENDINGS = List.of(
                    ("ування ювання уванням уванню уванні юванням юванню юванні ення ання іння ється яться уться ються ться ами ями ові"
                                    + " еві єві ого його ому йому ими іми ий ій ої єї ою ею єю ах ях ів їв ам ям ом ем єм их іх им ім"
                                    + " ати яти ити іти ути ала ало али ила ило или яла яло яли іла іло іли ула уло ули ла ло ли ав яв ив ів ує ює ають яють ать ить ять уть ють єш еш иш їш ає яє"
                                    + " ємо емо имо єте ете ите ти а я у ю о е є и і ї ь й")
                            .split(" "))
            .stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();

    private CyrillicEndings() {}

    /** The text with each of its Cyrillic words cut down to its stem, in lower case. */
    static String removed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= FIRST_CYRILLIC) {
                return cut(text);
            }
        }
        return text;
    }

    private static String cut(String text) {
        return WORD.matcher(text).replaceAll(word -> stem(word.group().toLowerCase(Locale.ROOT)));
    }

    private static String stem(String word) {
        for (String ending : ENDINGS) {
            if (word.length() - ending.length() >= SHORTEST_STEM && word.endsWith(ending)) {
                return word.substring(0, word.length() - ending.length());
            }
        }
        return word;
    }
}
