package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.json.Json;
import io.sonia.testkit.Cases;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OfflineGrammarTest {

    private static final String PIECES =
            "please |remember |that |read |list |write |run |fetch |search memory for |the |file |"
                    + "files |in | to | into |\"|'|“|”|`|a.txt|https://|example.org|/|.|?| |thanks";

    @ParameterizedTest
    @MethodSource("phrases")
    void aPhraseBecomesItsCall(String said, OfflineGrammar.Request expected) {
        assertThat(OfflineGrammar.read(said).orElse(null)).isEqualTo(expected);
    }

    @Test
    void everyToolOfTheGrammarHasPhrases() throws IOException {
        assertThat(phrases()
                        .map(each -> each.get()[1])
                        .filter(OfflineGrammar.Request.class::isInstance)
                        .map(each -> ((OfflineGrammar.Request) each).tool()))
                .contains(
                        "memory.store",
                        "memory.search",
                        "file.read",
                        "file.list",
                        "file.stat",
                        "file.write",
                        "shell.run",
                        "web.fetch");
    }

    @Test
    void anyTextIsReadWithoutTrouble() {
        Cases.each(1_000, random -> {
            String said = random.nextBoolean() ? Cases.text(random, 100) : Cases.mixture(random, 12, PIECES);

            assertThat(OfflineGrammar.read(said)).isNotNull();
            assertThat(OfflineGrammar.read("write " + said + " to a.txt")).isNotNull();
        });
    }

    @SuppressWarnings("unchecked") // the file's form
    static Stream<Arguments> phrases() throws IOException {
        try (InputStream file = OfflineGrammarTest.class.getResourceAsStream("phrases.json")) {
            List<Object> phrases = (List<Object>) Json.parse(file.readAllBytes());
            return phrases.stream().map(each -> (Map<String, Object>) each).map(OfflineGrammarTest::arguments);
        }
    }

    @SuppressWarnings("unchecked") // the file's form
    private static Arguments arguments(Map<String, Object> phrase) {
        String tool = (String) phrase.get("tool");
        return Arguments.of(
                phrase.get("said"),
                tool == null ? null : new OfflineGrammar.Request(tool, (Map<String, Object>) phrase.get("args")));
    }
}
