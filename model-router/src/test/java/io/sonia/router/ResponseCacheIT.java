package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.FinishReason;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.ToolSpec;
import io.sonia.contracts.router.Usage;
import io.sonia.journal.AuditChain;
import io.sonia.kernel.json.Json;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeClock;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are given again, and those that are not. */
class ResponseCacheIT {

    @TempDir
    Path folder;

    private final FakeClock clock = new FakeClock();
    private final FakeOpenAi first = FakeOpenAi.start(FakeModel.of("m1"));
    private final FakeOpenAi second = FakeOpenAi.start(FakeModel.of("m2"));
    private House house;

    @BeforeEach
    void open() {
        house = new House(folder, settings("first"), "http://127.0.0.1:1/v1", Runnable::run, clock).probed();
    }

    @AfterEach
    void close() {
        house.close();
        first.close();
        second.close();
    }

    @Test
    void theSameRequestGetsTheSameAnswerWithoutACall() {
        first.then(FakeAnswer.text("He", "llo"));
        ChatAnswer answer = house.chat(asking("hi", "kept"));

        ChatAnswer again = house.chat(asking("hi", "kept"));
        List<House.Event> streamed = house.stream(asking("hi", "kept"));

        assertThat(first.calls()).hasSize(1);
        assertThat(answer.routeDecision().reasonCode()).isEqualTo(Reason.PROFILE_MATCH);
        assertThat(again.response()).isEqualTo("Hello");
        assertThat(again.selectedBackend()).isEqualTo("first/m1");
        assertThat(again.routeDecision().reasonCode()).isEqualTo(Reason.CACHED);
        assertThat(again.routeDecision().attempts()).isEmpty();
        assertThat(again.usage()).isEqualTo(new Usage(0, 0, 0L, false, false));
        assertThat(streamed).extracting(House.Event::name).containsExactly("route.selected", "delta", "final", "done");
        assertThat(streamed.get(1).data()).containsEntry("text", "Hello");
        assertThat(house.journal
                        .chain()
                        .entries(AuditChain.Filter.between(1, 3), 3, null)
                        .entries())
                .as("each answer is on record, newest first")
                .extracting(each -> Json.parseObject(each.detail()).get("reason_code"))
                .containsExactly("CACHED", "CACHED", "PROFILE_MATCH");
    }

    @Test
    void anotherRequestIsCalledFor() {
        first.always(FakeAnswer.text("one"));
        ChatRequest request = asking("hi", "kept");
        house.chat(request);

        house.chat(asking("hi!", "kept"));
        house.chat(asking("hi", "chat_low_latency"));
        house.chat(asking("hi", "chat_low_latency"));
        house.chat(with(request, 0.1, List.of()));
        house.chat(with(request, 0.7, List.of(House.READ)));
        house.chat(with(request, 0.7, List.of(House.READ)));

        assertThat(first.calls()).hasSize(7);
    }

    @Test
    void anAnswerIsForgottenAfterItsTime() {
        first.then(FakeAnswer.text("old")).then(FakeAnswer.text("new"));
        house.chat(asking("hi", "kept"));

        clock.advance(Duration.ofSeconds(59));
        assertThat(house.chat(asking("hi", "kept")).response()).isEqualTo("old");
        clock.advance(Duration.ofSeconds(1));
        assertThat(house.chat(asking("hi", "kept")).response()).isEqualTo("new");
    }

    @Test
    void anAnswerOfABackendThatMayNotAnswerNowIsNotGiven() {
        first.then(FakeAnswer.text("one"));
        second.then(FakeAnswer.text("two"));
        house.chat(asking("hi", "kept"));

        house.rewrite(settings("second"));
        house.probed();

        assertThat(house.chat(asking("hi", "kept")).response()).isEqualTo("two");
    }

    @Test
    void whatWasCutShortOrMadeWithoutAModelIsNotKept() {
        first.then(FakeAnswer.text("half a").finish("length"))
                .then(FakeAnswer.error(500, "away"))
                .then(FakeAnswer.text("whole"));

        assertThat(house.chat(asking("hi", "kept")).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(house.chat(asking("hi", "kept")).usage().synthetic()).isTrue();
        assertThat(house.chat(asking("hi", "kept")).response()).isEqualTo("whole");
    }

    @Test
    void theOneNotAskedForTheLongestGoesFirst() {
        String text = "x".repeat(1_000_000);
        first.always(FakeAnswer.text(text));
        for (int i = 0; i < ResponseCache.MAX_CHARS / text.length(); i++) {
            house.chat(asking("question " + i, "kept"));
        }
        house.chat(asking("question 0", "kept"));
        house.chat(asking("one more", "kept"));
        int calls = first.calls().size();

        house.chat(asking("question 0", "kept"));
        assertThat(first.calls()).hasSize(calls);
        house.chat(asking("question 1", "kept"));
        assertThat(first.calls()).hasSize(calls + 1);
    }

    @Test
    void profilesSayHowLongTheyKeepAnswers() {
        assertThat(house.settings
                        .live(RouterConfig.SECTION)
                        .get()
                        .profiles()
                        .get("kept")
                        .described("kept"))
                .extracting(each -> each.cacheSeconds())
                .isEqualTo(60);
    }

    private String settings(String provider) {
        return """
            {'providers': {'first': {'base_url': '%s'}, 'second': {'base_url': '%s'}},
             'profiles': {
               'kept': {'model_prefs': ['%s'], 'fallbacks': ['builtin'], 'retries': 0, 'cache_seconds': 60},
               'chat_low_latency': {'model_prefs': ['first'], 'retries': 0}}}""".formatted(first.baseUrl(), second.baseUrl(), provider);
    }

    private static ChatRequest asking(String text, String profile) {
        return ChatRequest.of(List.of(ChatMessage.user(text)), List.of(), profile);
    }

    private static ChatRequest with(ChatRequest plain, double temperature, List<ToolSpec> tools) {
        return new ChatRequest(
                plain.messages(),
                plain.taskType(),
                plain.profile(),
                tools,
                plain.toolChoice(),
                temperature,
                plain.maxTokens(),
                plain.policy(),
                plain.provider(),
                plain.model(),
                null,
                null);
    }
}
