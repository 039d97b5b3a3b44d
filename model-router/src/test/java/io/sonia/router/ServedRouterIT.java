package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ModelList;
import io.sonia.contracts.router.ProfileList;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.ProviderModels;
import io.sonia.contracts.router.RouteDecision;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.EventSource;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.ServerEvent;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedRouterIT {

    @TempDir
    Path folder;

    private final FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("m"));
    private ServedRouter router;

    @BeforeEach
    void open() throws IOException {
        router = new ServedRouter(folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}}");
    }

    @AfterEach
    void close() {
        router.close();
        lab.close();
    }

    @Test
    void aCallIsAnsweredAsJson() {
        lab.then(FakeAnswer.text("Hello"));

        ChatAnswer answer = chat("hi").send(ChatAnswer.class);

        assertThat(answer.response()).isEqualTo("Hello");
        assertThat(answer.selectedBackend()).isEqualTo("lab/m");
    }

    @Test
    void aCallIsAnsweredAsEvents() {
        lab.then(FakeAnswer.text("Hel", "lo"));

        List<ServerEvent> events = new ArrayList<>();
        try (EventSource source = chat("hi").events()) {
            source.forEachRemaining(events::add);
        }

        assertThat(events)
                .extracting(ServerEvent::event)
                .containsExactly("route.selected", "delta", "delta", "final", "done");
        assertThat(events).extracting(ServerEvent::id).containsExactly("1", "2", "3", "4", "5");
        assertThat(events.get(3).data()).containsEntry("response", "Hello");
    }

    @Test
    void aFailedStreamEndsWithItsErrorAndDone() {
        lab.then(FakeAnswer.text("Hel").cut());

        List<ServerEvent> events = new ArrayList<>();
        try (EventSource source = chat("hi").events()) {
            source.forEachRemaining(events::add);
        }

        assertThat(events).extracting(ServerEvent::event).containsExactly("route.selected", "delta", "error", "done");
        assertThat(events.get(2).data()).containsEntry("code", "MODEL_FAILED");
    }

    @Test
    void aReaderWhoLeavesEndsTheCallAtTheProvider() throws InterruptedException {
        lab.then(FakeAnswer.text("one").stall());

        try (EventSource source = chat("hi").events()) {
            assertThat(source.next().event()).isEqualTo("route.selected");
            assertThat(source.next().event()).isEqualTo("delta");
        }

        assertThat(lab.clientLeft(Duration.ofSeconds(8))).isTrue();
    }

    @Test
    void aReaderWhoLeavesBeforeTheFirstTokenEndsTheCallToo() throws InterruptedException {
        router.call(Operation.PROVIDERS).send(ProviderList.class);
        lab.then(FakeAnswer.stalledHead());
        EventSource source = chat("hi").events();

        source.close();

        assertThat(lab.clientLeft(Duration.ofSeconds(8))).isTrue();
    }

    @Test
    void aRepeatedKeyCallsNoModelAgain() {
        lab.then(FakeAnswer.text("once"), FakeAnswer.text("twice"));

        ChatAnswer first = chat("hi").idempotencyKey("k1").send(ChatAnswer.class);
        ChatAnswer again = chat("hi").idempotencyKey("k1").send(ChatAnswer.class);

        assertThat(again).isEqualTo(first);
        assertThat(lab.calls()).hasSize(1);
    }

    @Test
    void whatIsNoRequestIsRefusedWithEveryViolation() {
        assertThatThrownBy(() -> router.call(Operation.MODEL_CHAT)
                        .body(new Wrong(List.of(), 3, "x"))
                        .send(ChatAnswer.class))
                .isInstanceOfSatisfying(SoniaException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
                    assertThat(e.details().get("violations").toString()).contains("messages", "temperature", "made_up");
                });
    }

    @Test
    void everyReadIsServed() {
        chat("hi").send(ChatAnswer.class);

        assertThat(router.call(Operation.ROUTE)
                        .query("hint", "safe_fallback")
                        .query("context_tokens", 12)
                        .send(RouteDecision.class)
                        .selectedBackend())
                .isEqualTo("builtin/offline");
        assertThat(router.call(Operation.PROVIDERS).send(ProviderList.class).activeProviders())
                .containsExactlyInAnyOrder("builtin", "lab");
        assertThat(router.call(Operation.MODELS).send(ModelList.class).total()).isEqualTo(2);
        assertThat(router.call(Operation.MODELS_OF)
                        .path("provider", "lab")
                        .send(ProviderModels.class)
                        .models())
                .hasSize(1);
        assertThat(router.call(Operation.PROFILES).send(ProfileList.class).profiles())
                .hasSize(7);
        assertThat(router.module.detail()).containsEntry("providers_available", 2L);
    }

    @Test
    void aPinWithoutAProviderIsRefusedAlsoForARoute() {
        assertThatThrownBy(() -> router.call(Operation.ROUTE)
                        .query("policy", "provider_pinned")
                        .send(RouteDecision.class))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    private io.sonia.kernel.http.Peer.Request chat(String text) {
        return router.call(Operation.MODEL_CHAT).body(House.asking(text));
    }

    /** A body with three mistakes. */
    record Wrong(List<String> messages, double temperature, String madeUp) {}
}
