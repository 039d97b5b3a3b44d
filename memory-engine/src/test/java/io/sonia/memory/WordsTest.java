package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.memory.Words.Word;
import io.sonia.testkit.Cases;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordsTest {

    private static List<String> asked(String query) {
        return Words.asked(query).stream().map(Word::text).toList();
    }

    @Test
    void emptyWordsAreLeftOut() {
        assertThat(asked("What is my locker code?")).containsExactly("locker", "code");
        assertThat(asked("I don't know where we've been, she'll say")).containsExactly("know", "say");
    }

    @Test
    void aQueryOfEmptyWordsAloneKeepsThem() {
        assertThat(asked("to be or not to be")).containsExactly("to", "be", "or", "not");
    }

    @Test
    void eachWordIsAskedOnce() {
        assertThat(asked("code CODE Code")).containsExactly("code");
    }

    @Test
    void punctuationAndSymbolsAreNoWords() {
        assertThat(asked("\"a_b\" NEAR(c-d, 5)* \u0000 {content}: ^x \uD83D\uDE00"))
                .containsExactly("b", "near", "c", "5", "content", "x");
        assertThat(asked("?! ... --")).isEmpty();
    }

    @Test
    void onlyTheFirstWordsOfALongQueryAreAsked() {
        String query = IntStream.range(0, 500).mapToObj(i -> "the word" + i).collect(Collectors.joining(" "));
        assertThat(asked(query)).hasSize(Words.MAX_ASKED).startsWith("word0").endsWith("word31");
    }

    @Test
    void writingWithoutSpacesIsCutIntoPairs() {
        assertThat(asked("我的密码")).containsExactly("我的", "的密", "密码");
        assertThat(Words.indexed("我的密码4711 ok").strip().split(" +"))
                .containsExactly("我的", "的密", "密码", "码", "4711", "ok");
        assertThat(asked("コーヒー豆")).containsExactly("コー", "ーヒ", "ヒー", "ー豆");
    }

    @Test
    void aSingleLetterOfSuchWritingOpensWords() {
        assertThat(Words.asked("密")).containsExactly(new Word("密", true));
        assertThat(Words.asked("x")).containsExactly(new Word("x", false));
    }

    @Test
    void compatibilityFormsAreFolded() {
        assertThat(asked("ﬁnd ＡＢＣ １２")).containsExactly("find", "abc", "12");
        assertThat(Words.indexed("ﬁnd ＡＢＣ")).isEqualTo("find ABC");
    }

    @Test
    void lettersBeyondTheFirstPlaneStayWhole() {
        String rare = new StringBuilder()
                .appendCodePoint(0x20000)
                .appendCodePoint(0x20001)
                .toString();
        assertThat(asked(rare)).containsExactly(rare);
        assertThat(Words.indexed(rare).codePoints()).doesNotContain(0xD840);
    }

    @Test
    void noTextIsTooStrange() {
        Cases.each(1_000, random -> {
            String text = Cases.text(random, 100);

            assertThat(Words.indexed(text)).isNotNull();
            assertThat(Words.asked(text))
                    .allSatisfy(word -> assertThat(word.text()).isNotEmpty().doesNotContain("\"", "*", " ", "\u0000"));
        });
    }
}
