package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.memory.SearchAnswer;
import io.sonia.contracts.memory.SearchHit;
import io.sonia.contracts.memory.SearchMode;
import io.sonia.contracts.memory.SearchRequest;
import io.sonia.contracts.memory.Source;
import io.sonia.contracts.memory.StoreRequest;
import io.sonia.contracts.memory.StoreRequest.Priority;
import io.sonia.testkit.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchesTest {

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private MemoryFixture fixture;

    @BeforeEach
    void open() {
        fixture = new MemoryFixture(folder.resolve("sonia.db"), clock);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static SearchRequest asked(
            String query, int limit, @Nullable Integer maxTokens, double minScore, @Nullable Instant asOf) {
        return new SearchRequest(
                query, limit, maxTokens, SearchMode.KEYWORD, null, null, List.of(), minScore, asOf, false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code",
                "\"code",
                "code\"",
                "\"\"\"code\"\"\"",
                "'code'",
                "code*",
                "*code",
                "^code",
                "-code",
                "+code",
                "NOT code",
                "code AND",
                "OR code OR",
                "code NOT code",
                "NEAR(code)",
                "NEAR(code zebra, 3)",
                "content:code",
                "memory_fts:code",
                "{content} : code",
                "- content : code",
                "rank code",
                "code) OR (code",
                "(((((code",
                "code; DROP TABLE ledger; --",
                "code' OR '1'='1",
                "code\u0000zebra",
                "\u0001\u001f\u007fcode\uFFFE",
                "code\\",
                "code %_%",
                "\u202Ecode\u202C",
                "\uD83D\uDE00code\uD83D\uDE00",
                "CODE",
                "codes",
                "cödé",
                "ｃｏｄｅ"
            })
    void aQueryIsWordsAndNeverSyntax(String query) {
        fixture.store("the locker code", null);
        fixture.store("something else", null);
        assertThat(fixture.contents(query, null)).containsExactly("the locker code");
        assertThat(fixture.memories.stats().totalMemories()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "*", "^", "()", "\"\"", ":", "\u0000", " ", "?!", "\uD83D\uDE00", "\n\t", "unknown"})
    void aQueryWithoutKnownWordsFindsNothing(String query) {
        fixture.store("the locker code", null);
        assertThat(fixture.contents(query, null)).isEmpty();
    }

    @Test
    void theLongestQueriesAreAnswered() {
        fixture.store("the locker code", null);
        assertThat(fixture.contents("code ".repeat(800), null)).hasSize(1);
        assertThat(fixture.contents("\"".repeat(4000), null)).isEmpty();
        assertThat(fixture.contents("x".repeat(4000), null)).isEmpty();
        assertThat(fixture.contents("码".repeat(4000), null)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Die Straße nach Köln, koln",
        "Пароль от Wi-Fi — берёза, пароль",
        "रहस्य कोड दिल्ली है, दिल्ली",
        "رمز الخزانة ٤٧١١, الخزانة",
        "הקוד של הארון, הארון",
        "我的密码是4711, 密码",
        "我的密码是4711, 码",
        "我的密码是4711, 4711",
        "ロッカーの暗証番号は4711です, 暗証番号",
        "제 비밀번호는 4711입니다, 비밀번호",
        "รหัสตู้เก็บของคือ 4711, ตู้เก็บ",
        "Κωδικός ντουλαπιού, κωδικός",
        "Cafe\u0301 Cre\u0300me, café",
        "Mã tủ khóa của tôi, khoa"
    })
    void textOfEachScriptIsFound(String content, String query) {
        fixture.store(content, null);
        fixture.store("一些别的东西 and something else", null);
        assertThat(fixture.contents(query, null)).containsExactly(content);
        assertThat(fixture.memories
                        .recall(fixture.search(query).getFirst().id())
                        .content())
                .isEqualTo(content);
    }

    @Test
    void anotherVowelSignMakesAnotherWord() {
        fixture.store("दिल", null);
        assertThat(fixture.contents("दूल", null)).isEmpty();
        assertThat(fixture.contents("दिल", null)).hasSize(1);
    }

    @Test
    void strangeContentComesBackAsItWas() {
        String strange = IntStream.range(0, 0x300)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .append("\u2028\uFEFF\uFFFF\uD83D\uDE00 marker")
                .toString();
        String huge = "word ".repeat(52_428) + "mark";
        fixture.store(strange, null);
        fixture.store(huge, null);
        assertThat(fixture.contents("marker", null)).contains(strange);
        assertThat(fixture.contents("mark", null)).contains(huge);
        assertThat(fixture.contents(MemoryFixture.asked("\uD83D\uDE00 marker", SearchMode.SUBSTRING, null)))
                .containsExactly(strange);
    }

    @Test
    void oneUserNeverSeesAnother() {
        for (int i = 0; i < 40; i++) {
            fixture.store("secret plan number " + i, "usr_" + i % 4);
        }
        fixture.store("secret plan of nobody", null);
        for (SearchMode mode : SearchMode.values()) {
            SearchRequest request =
                    new SearchRequest("secret plan", 100, null, mode, "usr_1", null, List.of(), 0, null, false);
            assertThat(fixture.contents(request)).hasSize(10).allMatch(each -> number(each) % 4 == 1);
        }
        assertThat(fixture.contents("secret", "usr_9")).isEmpty();
        assertThat(fixture.contents("secret", "usr_1' OR 1=1 --")).isEmpty();
    }

    private static int number(String content) {
        return Integer.parseInt(content.substring(content.lastIndexOf(' ') + 1));
    }

    @Test
    void sessionAndTypesNarrowTheSearch() {
        store("fact", "ses_1", "apples at home");
        store("note", "ses_1", "apples at work");
        store("note", "ses_2", "apples on trees");
        SearchRequest request = new SearchRequest(
                "apples", 10, null, SearchMode.KEYWORD, null, "ses_1", List.of("note", "other"), 0, null, false);
        assertThat(fixture.contents(request)).containsExactly("apples at work");
    }

    private void store(String type, String sessionId, String content) {
        fixture.store(new StoreRequest(type, content, Map.of(), null, sessionId, Priority.NORMAL, Source.DIRECT));
    }

    @Test
    void theBestMatchIsOneAndTheOthersArePartsOfIt() {
        fixture.store("zebra", null);
        fixture.store("a zebra crossing in the middle of a very long street", null);
        fixture.store("a quiet street", null);
        List<SearchHit> hits = fixture.search("zebra street");
        assertThat(hits).hasSize(3);
        assertThat(hits.getFirst().score()).isEqualTo(1.0);
        assertThat(hits).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
        assertThat(hits).allSatisfy(hit -> {
            assertThat(hit.score()).isBetween(0.0, 1.0);
            assertThat(hit.components().keyword()).isEqualTo(hit.score());
        });
        double middle = hits.get(1).score();
        SearchAnswer better = fixture.answer(asked("zebra street", 10, null, middle, null));
        assertThat(better.results()).hasSize(2);
        assertThat(better.budgetApplied()).isFalse();
    }

    @Test
    void amongEqualsTheNewerComesFirst() {
        for (int i = 10; i < 40; i++) {
            fixture.store("the door code is " + i, "usr_1");
        }
        assertThat(fixture.contents(asked("door code", 3, null, 0, null)))
                .containsExactly("the door code is 39", "the door code is 38", "the door code is 37");
    }

    @Test
    void aRepeatedTextIsShownOnceAndHidesNothing() {
        String fact = fixture.store("my locker code is 4711", "usr_1");
        String last = "";
        for (int i = 0; i < 12; i++) {
            clock.advance(Duration.ofMinutes(2));
            last = fixture.store("what is my locker code?", "usr_1");
        }
        fixture.store("what is my locker code?", "usr_2");
        SearchRequest request = new SearchRequest(
                "what is my locker code?", 2, null, SearchMode.HYBRID, "usr_1", null, List.of(), 0, null, false);
        assertThat(fixture.answer(request).results()).extracting(SearchHit::id).containsExactlyInAnyOrder(last, fact);
        assertThat(fixture.search("locker")).hasSize(3);
    }

    @Test
    void theBudgetLeavesOutWhatDoesNotFit() {
        fixture.store("zebra zebra zebra " + "long ".repeat(40), null);
        fixture.store("zebra one", null);
        fixture.store("zebra two", null);
        SearchAnswer answer = fixture.answer(asked("zebra", 10, 6, 0, null));
        assertThat(answer.results()).extracting(SearchHit::content).containsExactlyInAnyOrder("zebra one", "zebra two");
        assertThat(answer.budgetApplied()).isTrue();
        assertThat(answer.maxTokens()).isEqualTo(6);
        assertThat(fixture.answer(asked("zebra", 10, 5, 0, null)).count()).isEqualTo(1);
        assertThat(fixture.answer(asked("zebra", 10, null, 0, null)).budgetApplied())
                .isFalse();
    }

    @Test
    void onlyWhatWasRecordedByThenIsFound() {
        fixture.store("zebra one", null);
        Instant then = clock.now();
        clock.advance(Duration.ofMillis(1));
        fixture.store("zebra two", null);
        assertThat(fixture.contents(asked("zebra", 10, null, 0, then))).containsExactly("zebra one");
        assertThat(fixture.contents(asked("zebra", 10, null, 0, then.minusMillis(1))))
                .isEmpty();
    }

    @Test
    void endingsDoNotMatterAndEmptyWordsAlone() {
        fixture.store("the codes are written on the wall", null);
        fixture.store("it is what it is", null);
        assertThat(fixture.contents("coding walls", null)).containsExactly("the codes are written on the wall");
        assertThat(fixture.contents("what is it", null)).containsExactly("it is what it is");
    }

    @Test
    void theLiteralTextIsFoundWithItsPunctuation() {
        fixture.store("call me at a.b+c@example.org or 50%_off", null);
        fixture.store("call me at a b c", null);
        for (String literal : List.of("A.B+C@example", "50%_o", "at a.b")) {
            SearchAnswer answer = fixture.answer(MemoryFixture.asked(literal, SearchMode.SUBSTRING, null));
            assertThat(answer.searchMode()).isEqualTo(SearchMode.SUBSTRING);
            assertThat(answer.degraded()).isFalse();
            assertThat(answer.results()).singleElement().satisfies(hit -> {
                assertThat(hit.source()).isEqualTo(SearchMode.SUBSTRING);
                assertThat(hit.score()).isEqualTo(1.0);
                assertThat(hit.components()).isEqualTo(new SearchHit.Components(null, null));
            });
        }
    }

    /** More rows with the common words than are ranked at once. */
    private void fillWithCommonWords() {
        Ledger ledger = new Ledger();
        fixture.journal.commit(tx -> {
            for (int i = 0; i < 700; i++) {
                StoreRequest request = StoreRequest.of("fact", "list of files number " + i, "usr_" + i % 2);
                Ledger.Entry entry = new Ledger.Entry("mem_" + i, clock.now());
                ledger.add(tx.sql(), entry, Draft.of(request), Ledger.Place.ALONE, clock.now());
            }
            return null;
        });
    }

    @Test
    void commonWordsRankWhatRareWordsBringIn() {
        fillWithCommonWords();
        fixture.store("docs", "usr_1");
        fixture.store("list of files in docs", "usr_1");
        List<SearchHit> hits =
                fixture.answer(asked("list files docs", 2, null, 0, null)).results();
        assertThat(hits).extracting(SearchHit::content).containsExactly("docs", "list of files in docs");
        List<SearchHit> filled =
                fixture.answer(asked("list files docs", 100, null, 0, null)).results();
        assertThat(filled).hasSize(100);
        assertThat(filled).extracting(SearchHit::content).contains("docs", "list of files in docs");
    }

    @Test
    void wordsOthersUseOftenStillFindOnesOwn() {
        fillWithCommonWords();
        fixture.store("docs", "usr_1");
        fixture.store("my list", "usr_9");
        assertThat(fixture.contents("list of docs", "usr_9")).containsExactly("my list");
    }
}
