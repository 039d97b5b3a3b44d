package io.sonia.memory;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How texts become the words of the index. Compatibility forms count as their plain ones (NFKC, UAX 15). Writing
 * without spaces between words is cut into pairs of neighbouring letters, so that it is found without a dictionary.
 * Ukrainian word endings are taken off here; case, accents and English ones are left to the index.
 */
final class Words {

    /** Words of one query that are looked up; those after them are left out. */
    static final int MAX_ASKED = 32;

    /** The first letter of the first script written without spaces; everything before it is indexed as it is. */
    private static final int FIRST_UNBROKEN = 0x0E00;

    /** English and Ukrainian words, and ends of contractions, that say nothing about what is looked for. */
    private static final Set<String> EMPTY_WORDS =
            Set.of(("a about am an and any are aren as at be been but by can could couldn d did didn do "
                            + "does doesn don for from had hadn has hasn have haven he her him his how i if in into "
                            + "is isn it its ll m me my no not of on or our please re s she should shouldn so some t "
                            + "than that the their them then there these they this those to up us ve was wasn we "
                            + "were weren what when where which who whom whose why will with won would wouldn you "
                            + "your "
                            + "а але б без би бо був була було були в вже від він вона вони воно ви й є до для де за з зі "
                            + "зараз і із їх її його коли кого кому ми мене мені мій моя моє мої мого моєї на над нам нас не "
                            + "ні о об один по про при та так також там те тепер ти той тому тут треба у хто це цей ця ці чи "
                            + "чого чому що щоб я як яка яке який які яку якої якого якому яким якій")
                    .split(" "));

    /** Longest first. */
    private static final List<String> ENGLISH_ENDINGS = List.of("ies", "ing", "es", "ed", "s", "e", "y");

    private static final int SHORTEST_STEM = 3;

    /**
     * A word to look for.
     *
     * @param opening true if words that only begin with it count too
     */
    record Word(String text, boolean opening) {}

    private Words() {}

    /** The text as the index reads it. */
    static String indexed(String text) {
        String plain = CyrillicEndings.removed(Normalizer.normalize(text, Normalizer.Form.NFKC));
        if (plain.chars().allMatch(unit -> unit < FIRST_UNBROKEN)) {
            return plain;
        }
        StringBuilder out = new StringBuilder(plain.length() * 2);
        int at = 0;
        while (at < plain.length()) {
            int end = endOfRun(plain, at);
            if (end == at) {
                int point = plain.codePointAt(at);
                out.appendCodePoint(point);
                at += Character.charCount(point);
            } else {
                out.append(' ');
                pairs(plain, at, end).forEach(pair -> out.append(pair).append(' '));
                out.appendCodePoint(plain.codePointBefore(end)).append(' ');
                at = end;
            }
        }
        return out.toString();
    }

    /** What to look for: the words of a query but for empty ones, unless it has no others. */
    static List<Word> asked(String query) {
        String plain = Normalizer.normalize(query, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        Set<Word> words = new LinkedHashSet<>();
        int at = 0;
        while (at < plain.length() && words.size() < MAX_ASKED + EMPTY_WORDS.size()) {
            int run = endOfRun(plain, at);
            int end = run == at ? endOfWord(plain, at) : run;
            if (run > at) {
                List<String> pairs = pairs(plain, at, run);
                pairs.forEach(pair -> words.add(new Word(pair, false)));
                if (pairs.isEmpty()) {
                    words.add(new Word(plain.substring(at, run), true));
                }
            } else if (end > at) {
                words.add(new Word(plain.substring(at, end), false));
            } else {
                end = at + Character.charCount(plain.codePointAt(at));
            }
            at = end;
        }
        List<Word> telling = plain(words, true);
        return telling.isEmpty() ? plain(words, false) : telling;
    }

    private static List<Word> plain(Set<Word> words, boolean telling) {
        Set<Word> plain = new LinkedHashSet<>();
        for (Word word : words) {
            if (plain.size() < MAX_ASKED && !(telling && EMPTY_WORDS.contains(word.text()))) {
                plain.add(new Word(CyrillicEndings.removed(word.text()), word.opening()));
            }
        }
        return List.copyOf(plain);
    }

    /** A word of a query without its commonest endings, for comparing words outside of the index. */
    static String stem(String word) {
        for (String ending : ENGLISH_ENDINGS) {
            int left = word.length() - ending.length();
            if (left >= SHORTEST_STEM && word.endsWith(ending) && english(word, left - SHORTEST_STEM, left)) {
                return word.substring(0, left);
            }
        }
        return word;
    }

    private static boolean english(String word, int start, int end) {
        for (int i = start; i < end; i++) {
            if (word.charAt(i) < 'a' || word.charAt(i) > 'z') {
                return false;
            }
        }
        return true;
    }

    /** Each two neighbouring letters of a run; none if it is a single letter. */
    private static List<String> pairs(String text, int start, int end) {
        List<String> pairs = new ArrayList<>();
        int first = start;
        int second = first + Character.charCount(text.codePointAt(first));
        while (second < end) {
            int after = second + Character.charCount(text.codePointAt(second));
            pairs.add(text.substring(first, after));
            first = second;
            second = after;
        }
        return pairs;
    }

    /** Where the run of unbroken writing ends that begins here; {@code start} if none does. */
    private static int endOfRun(String text, int start) {
        int at = start;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            if (!unbroken(point) && !(at > start && shared(point))) {
                break;
            }
            at += Character.charCount(point);
        }
        return at;
    }

    /** Where the word ends that begins here; {@code start} if none does. */
    private static int endOfWord(String text, int start) {
        int at = start;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            if (!partOfWord(point) || unbroken(point)) {
                break;
            }
            at += Character.charCount(point);
        }
        return at;
    }

    private static boolean unbroken(int point) {
        return point >= FIRST_UNBROKEN
                && partOfWord(point)
                && switch (Character.UnicodeScript.of(point)) {
                    case HAN, HIRAGANA, KATAKANA, BOPOMOFO, HANGUL, YI, THAI, LAO, KHMER, MYANMAR, TIBETAN -> true;
                    default -> false;
                };
    }

    /** Letters and marks that several scripts use, such as the mark of a long vowel in Japanese. */
    private static boolean shared(int point) {
        Character.UnicodeScript script = Character.UnicodeScript.of(point);
        boolean common = script == Character.UnicodeScript.COMMON || script == Character.UnicodeScript.INHERITED;
        return common && partOfWord(point) && !Character.isDigit(point);
    }

    /** Letters, marks, numbers and private characters, as the index has it. */
    private static boolean partOfWord(int point) {
        return switch (Character.getType(point)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER,
                    Character.PRIVATE_USE -> true;
            default -> false;
        };
    }
}
