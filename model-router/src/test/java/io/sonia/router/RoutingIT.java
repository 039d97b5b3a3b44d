package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sonia.contracts.router.ChatMessage;
import io.sonia.contracts.router.ChatRequest;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.contracts.router.RouteDecision.Candidate;
import io.sonia.contracts.router.RouteDecision.Reason;
import io.sonia.contracts.router.RouteDecision.SkipReason;
import io.sonia.contracts.router.RouteDecision.Skipped;
import io.sonia.contracts.router.RouteDecision.State;
import io.sonia.contracts.router.RoutePolicy;
import io.sonia.contracts.router.RouteQuery;
import io.sonia.contracts.router.TaskType;
import io.sonia.contracts.router.ToolCall;
import io.sonia.contracts.router.ToolReport;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutingIT {

    @TempDir
    Path folder;

    private final FakeOpenAi ollama = FakeOpenAi.startOllama(
            new FakeModel("gemma:2b", List.of("completion"), 8192),
            new FakeModel("qwen3:8b", List.of("completion", "tools"), 2048),
            new FakeModel("llava:7b", List.of("completion", "vision"), 4096));

    private House house;

    @BeforeEach
    void open() {
        house = new House(folder, """
                {'providers': {'mine': {'kind': 'ollama', 'base_url': '%s'},
                               'far': {'base_url': 'http://192.0.2.1:9/v1', 'key_required': true}},
                 'profiles': {
                   'small': {'model_prefs': ['mine'], 'fallbacks': [], 'max_context': 1000},
                   'vision': {'model_prefs': ['mine', 'builtin'], 'fallbacks': [], 'capabilities': ['chat', 'vision']},
                   'tools': {'model_prefs': ['mine/gemma:2b', 'mine/qwen3:8b'], 'capabilities': ['chat', 'tools']},
                   'named': {'model_prefs': ['mine/gemma:2b', 'mine/none'], 'fallbacks': ['mine/qwen3:8b']}}}""".formatted(ollama.baseUrl()));
        house.probed();
    }

    @AfterEach
    void close() {
        house.close();
        ollama.close();
    }

    @Test
    void aRouteIsExplainedWithoutACall() {
        RouteDecision route = route("small", 10, RoutePolicy.CLOUD_ALLOWED);

        assertThat(route.selectedBackend()).isEqualTo("mine/gemma:2b");
        assertThat(route.provider()).isEqualTo("mine");
        assertThat(route.model()).isEqualTo("gemma:2b");
        assertThat(route.reasonCode()).isEqualTo(Reason.PROFILE_MATCH);
        assertThat(route.candidates())
                .containsExactly(new Candidate("mine/gemma:2b", 1, State.AVAILABLE, null, null, null));
        assertThat(route.attempts()).isEmpty();
        assertThat(route.traceId()).hasSize(32);
        assertThat(ollama.calls()).isEmpty();
    }

    @Test
    void aHintThatNamesNoProfileChangesNothing() {
        assertThat(route("draw me a picture", 0, RoutePolicy.CLOUD_ALLOWED).profile())
                .isEqualTo("chat_low_latency");
        assertThat(route(null, 0, RoutePolicy.CLOUD_ALLOWED).profile()).isEqualTo("chat_low_latency");
    }

    @Test
    void aPromptThatIsTooLongIsSkippedByProfileAndByModel() {
        assertThat(route("small", 1001, RoutePolicy.CLOUD_ALLOWED).skipped())
                .containsExactly(
                        new Skipped("mine/gemma:2b", SkipReason.CONTEXT_TOO_SMALL, "takes at most 1000 tokens"));
        assertThat(route("tools", 3000, RoutePolicy.CLOUD_ALLOWED).skipped())
                .contains(new Skipped("mine/qwen3:8b", SkipReason.CONTEXT_TOO_SMALL, "takes at most 2048 tokens"));
    }

    @Test
    void aPromptThatFitsNowhereIsTooLong() {
        ChatRequest request = ChatRequest.of(List.of(ChatMessage.user("x".repeat(8000))), List.of(), "small");

        Assertions.assertThatThrownBy(() -> house.chat(request)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.CONTEXT_TOO_LONG);
            assertThat(e.details()).containsEntry("estimated_tokens", 2000);
        });
    }

    @Test
    void theBuiltinProviderHasNoContextLimit() {
        ChatRequest request = ChatRequest.of(List.of(ChatMessage.user("x".repeat(1_000_000))), List.of(), null);

        assertThat(house.chat(request).provider()).isEqualTo("builtin");
    }

    @Test
    void aMissingCapabilityIsSkipped() {
        assertThat(route("vision", 0, RoutePolicy.CLOUD_ALLOWED))
                .satisfies(route -> assertThat(route.selectedBackend()).isEqualTo("mine/llava:7b"))
                .satisfies(route -> assertThat(route.skipped())
                        .containsExactly(new Skipped("builtin", SkipReason.CAPABILITY_MISSING, "needs chat, vision")));
        assertThat(route("tools", 0, RoutePolicy.CLOUD_ALLOWED))
                .satisfies(route -> assertThat(route.selectedBackend()).isEqualTo("mine/qwen3:8b"))
                .satisfies(route -> assertThat(route.skipped())
                        .contains(new Skipped("mine/gemma:2b", SkipReason.CAPABILITY_MISSING, "needs chat, tools")));
    }

    @Test
    void aModelThatIsNotThereIsSkipped() {
        assertThat(route("named", 0, RoutePolicy.CLOUD_ALLOWED).skipped())
                .contains(new Skipped("mine/none", SkipReason.UNREGISTERED, "it does not list the model none"));
    }

    @Test
    void localOnlyNeverLeavesTheHost() {
        RouteDecision route = route("reasoning_deep", 0, RoutePolicy.LOCAL_ONLY);

        assertThat(route.candidates())
                .extracting(Candidate::backend)
                .containsExactly("mine/gemma:2b", "builtin/offline");
        assertThat(route.reasonCode()).isEqualTo(Reason.LOCAL_ONLY);
        assertThat(route.skipped())
                .extracting(Skipped::backend, Skipped::reason)
                .contains(
                        tuple("anthropic", SkipReason.POLICY_LOCAL_ONLY),
                        tuple("openrouter", SkipReason.POLICY_LOCAL_ONLY),
                        tuple("far", SkipReason.POLICY_LOCAL_ONLY));
    }

    @Test
    void aProviderWithoutItsKeyIsSkippedWithTheCure() {
        assertThat(route(null, 0, RoutePolicy.CLOUD_ALLOWED).skipped())
                .filteredOn(each -> each.backend().equals("far"))
                .singleElement()
                .satisfies(skip -> assertThat(skip.detail()).contains("secrets/providers/far.key is missing"));
    }

    @Test
    void withNoCandidateThereIsNoSelection() {
        RouteDecision route = route("small", 5000, RoutePolicy.CLOUD_ALLOWED);

        assertThat(route.selectedBackend()).isNull();
        assertThat(route.reasonCode()).isEqualTo(Reason.NO_BACKEND_AVAILABLE);
    }

    @Test
    void aModelThatCanCallToolsIsPreferredWhereToolsAreOffered() {
        ollama.always(FakeAnswer.text("hi"));

        assertThat(house.chat(House.asking("hi")).model()).isEqualTo("gemma:2b");
        assertThat(house.chat(House.asking("hi", House.READ)).model()).isEqualTo("qwen3:8b");
    }

    @Test
    void aModelThatCannotCallToolsIsAskedWithoutThemAndThatIsSaid() {
        ollama.always(FakeAnswer.text("hi"));
        ChatRequest request = ChatRequest.of(List.of(ChatMessage.user("hi")), List.of(House.READ), "named");

        RouteDecision route = house.chat(request).routeDecision();

        assertThat(route.candidates().getFirst().note()).isEqualTo("asked without tools: the model cannot call them");
        assertThat(ollama.calls().getLast().json()).doesNotContainKey("tools");
    }

    @Test
    void toolResultsAreOnlyGivenToModelsThatKnowTools() {
        ollama.always(FakeAnswer.text("hi"));
        ChatRequest request = ChatRequest.of(
                List.of(
                        ChatMessage.user("read a"),
                        ChatMessage.asking("", List.of(new ToolCall("c1", "file.read", Map.of("path", "a")))),
                        ChatMessage.toolResult("c1", ToolReport.executed(Map.of("content", "A")))),
                List.of(House.READ),
                "named");

        assertThat(house.chat(request).model()).isEqualTo("qwen3:8b");
    }

    @Test
    void whatCallsTaughtIsShown() {
        ollama.then(FakeAnswer.text("hi"));
        ChatRequest request = ChatRequest.of(List.of(ChatMessage.user("hi")), List.of(), "small");
        house.chat(request);
        Candidate good =
                route("small", 0, RoutePolicy.CLOUD_ALLOWED).candidates().getFirst();
        assertThat(good.latencyEwmaMs()).isPositive();
        assertThat(good.state()).isEqualTo(State.AVAILABLE);

        ollama.then(FakeAnswer.error(500, "oops"));
        Assertions.assertThatThrownBy(() -> house.chat(request)).isInstanceOf(SoniaException.class);
        assertThat(route("small", 0, RoutePolicy.CLOUD_ALLOWED)
                        .candidates()
                        .getFirst()
                        .state())
                .isEqualTo(State.FAILING);
    }

    private RouteDecision route(String hint, int tokens, RoutePolicy policy) {
        RouteQuery query = new RouteQuery(TaskType.TEXT, hint, tokens, policy, null, null);
        return (RouteDecision) house.answer(Operation.ROUTE, query, Map.of());
    }
}
