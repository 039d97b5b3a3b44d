package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepetitionsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            the locker code is 4711              | The locker-code is  4711!
            locker code is 4711                  | please, the locker code is 4711
            Ann lives in Lviv and works in Kyiv. | ann lives in lviv and works in kyiv
            ключ під килимком                    | Ключ під килимком.
            """)
    void nearlyTheSameIsARepetition(String text, String known) {
        assertThat(repeats(text, known, false)).isTrue();
        assertThat(repeats(known, text, false)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            the locker code is 4712     | the locker code is 4711
            the door is not locked      | the door is locked
            the dog bit the man         | the man bit the dog
            the code is 4711            | it is not true that the code is 4711
            Ann likes tea               | Ann likes tea and coffee
            """)
    void whatSaysSomethingElseIsNone(String text, String known) {
        assertThat(repeats(text, known, false)).isFalse();
        assertThat(repeats(known, text, false)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPassageOfADocumentIsARepetitionAndAPassageOfAMemoryOnlyIfItIsMostOfIt(boolean document) {
        String passage = "Press the red button twice before you open the cover of the pump";
        String page = "Before all else read this. " + passage + ", and wait. "
                + "It is wrong to open the cover while the light is on, and nobody should stand near it.";
        assertThat(repeats(passage, page, document)).isEqualTo(document);
        assertThat(repeats("press the red button", page, document)).isFalse();
        assertThat(repeats(passage, "First " + passage + " slowly", document)).isTrue();
    }

    private static boolean repeats(String text, String known, boolean document) {
        return Repetitions.repeats(Repetitions.words(text), Repetitions.words(known), document);
    }
}
