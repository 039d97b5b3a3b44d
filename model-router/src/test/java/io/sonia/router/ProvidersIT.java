package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.ChatAnswer;
import io.sonia.contracts.router.ModelList;
import io.sonia.contracts.router.ProfileList;
import io.sonia.contracts.router.ProviderList;
import io.sonia.contracts.router.ProviderModels;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.testkit.FakeAnswer;
import io.sonia.testkit.FakeAnthropic;
import io.sonia.testkit.FakeModel;
import io.sonia.testkit.FakeOpenAi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvidersIT {

    @TempDir
    Path folder;

    @Test
    void withNothingConfiguredOnlyTheBuiltinOneIsActive() {
        try (House house = new House(folder, "{}")) {
            ProviderList list = providers(house.probed());

            assertThat(list.activeProviders()).containsExactly("builtin");
            assertThat(list.providers().keySet()).containsExactly("builtin", "ollama", "anthropic", "openrouter");
            assertThat(list.providers().get("ollama").endpointHost()).isEqualTo("127.0.0.1:1");
            assertThat(list.providers().get("ollama").error()).isEqualTo("the connection was refused");
            assertThat(list.providers().get("anthropic").error())
                    .isEqualTo("secrets/providers/anthropic.key is missing: write the key into it and run chmod 600"
                            + " secrets/providers/anthropic.key");
            assertThat(list.providers().get("builtin").error()).isNull();
        }
    }

    @Test
    void theBuiltinOneAnswersEvenIfNoProbeEverEnds() {
        try (House house = new House(folder, "{}", "http://127.0.0.1:1/v1", body -> {})) {
            assertThat(house.chat(House.asking("hi")).provider()).isEqualTo("builtin");
        }
    }

    @Test
    void aLocalOllamaIsFoundAndUsedByDefault() {
        try (FakeOpenAi ollama = FakeOpenAi.startOllama(FakeModel.of("qwen3:8b"));
                House house = new House(folder, "{}", ollama.baseUrl())) {
            ollama.always(FakeAnswer.text("from the model"));

            ChatAnswer answer = house.chat(House.asking("hi"));

            assertThat(answer.selectedBackend()).isEqualTo("ollama/qwen3:8b");
            assertThat(answer.response()).isEqualTo("from the model");
        }
    }

    @Test
    void anOllamaThatComesLaterIsFoundByTheNextProbe() {
        int port = freePort();
        String address = "http://127.0.0.1:" + port + "/v1";
        try (House house = new House(folder, "{'providers': {'late': {'base_url': '" + address + "'}}}")) {
            assertThat(house.chat(House.asking("hi")).provider()).isEqualTo("builtin");
            try (FakeOpenAi late = FakeOpenAi.startAt(port, FakeModel.of("m"))) {
                late.always(FakeAnswer.text("here"));
                house.probed();
                assertThat(house.chat(House.asking("hi")).provider()).isEqualTo("late");
            }
        }
    }

    @Test
    void anyConfiguredServerIsUsedByTheDefaultProfile() {
        try (FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("m"));
                House house = new House(folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}}")) {
            lab.always(FakeAnswer.text("from the lab"));

            assertThat(house.chat(House.asking("hi")).selectedBackend()).isEqualTo("lab/m");
        }
    }

    @Test
    void aKeyThatOthersCanReadIsNotUsed() throws IOException {
        try (FakeAnthropic cloud = FakeAnthropic.start(FakeModel.of("claude"));
                House house = new House(folder, anthropicAt(cloud.baseUrl()))) {
            house.key("anthropic", "sk-ant-1");
            Files.setPosixFilePermissions(
                    house.home.providerKey("anthropic"), PosixFilePermissions.fromString("rw-r-----"));

            assertThat(providers(house.probed()).providers().get("anthropic").error())
                    .isEqualTo("secrets/providers/anthropic.key can be used by others than its owner: run chmod 600"
                            + " secrets/providers/anthropic.key");

            house.key("anthropic", "sk-ant-1");
            assertThat(providers(house.probed()).activeProviders()).contains("anthropic");
        }
    }

    @Test
    void aKeyOfSeveralLinesIsNotUsed() {
        try (House house = new House(folder, anthropicAt("http://127.0.0.1:1"))) {
            house.key("anthropic", "sk-ant-1\nX-Evil: 1");

            assertThat(providers(house.probed()).providers().get("anthropic").error())
                    .contains("does not hold one key");
        }
    }

    @Test
    void aKeyIsNeverSentInClearText() {
        try (House house = new House(folder, "{'providers': {'far': {'base_url': 'http://192.0.2.1/v1'}}}")) {
            house.key("far", "sk-1");

            assertThat(providers(house.probed()).providers().get("far").error())
                    .isEqualTo("secrets/providers/far.key would travel in clear text: use an https address");
        }
    }

    @Test
    void aRefusedKeyStaysRefusedUntilItIsReplaced() {
        try (FakeAnthropic cloud = FakeAnthropic.start(FakeModel.of("claude"));
                House house = new House(folder, anthropicAt(cloud.baseUrl()))) {
            cloud.requireKey("sk-good").always(FakeAnswer.text("hi"));
            house.key("anthropic", "sk-bad");
            house.probed();

            assertThat(house.chat(House.asking("hi")).provider()).isEqualTo("builtin");
            house.probed();
            assertThat(providers(house).providers().get("anthropic").available())
                    .isFalse();
            assertThat(providers(house).providers().get("anthropic").error()).isEqualTo("the key was refused");

            house.key("anthropic", "sk-good");
            house.probed();
            assertThat(house.chat(House.asking("hi")).provider()).isEqualTo("anthropic");
            assertThat(providers(house).providers().get("anthropic").error()).isNull();
        }
    }

    @Test
    @SuppressWarnings("try") // the server goes away in the middle
    void aFailedCallIsShownAndProbedAtOnce() throws InterruptedException {
        try (FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("m"));
                House house = new House(folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}}")) {
            house.probed();
            lab.then(FakeAnswer.error(500, "oops"));
            house.chat(House.asking("hi"));
            assertThat(providers(house).providers().get("lab").error())
                    .isEqualTo("the server answered with an error (HTTP 500)");

            lab.close();
            house.chat(House.asking("hi"));

            awaitUntil(() -> !providers(house).providers().get("lab").available());
            assertThat(providers(house).providers().get("lab").error()).isEqualTo("the connection was refused");
        }
    }

    @Test
    void changedSettingsTakeEffectAndUnchangedProvidersKeepTheirState() {
        try (FakeOpenAi one = FakeOpenAi.start(FakeModel.of("m"));
                FakeOpenAi two = FakeOpenAi.start(FakeModel.of("m"));
                House house = new House(folder, "{'providers': {'one': {'base_url': '" + one.baseUrl() + "'}}}")) {
            ProviderEntry before = house.probed().providers.find("one").orElseThrow();

            house.rewrite("{'providers': {'one': {'base_url': '" + one.baseUrl() + "'}, 'two': {'base_url': '"
                    + two.baseUrl() + "'}}}");

            assertThat(house.providers.find("one")).containsSame(before);
            assertThat(house.providers.find("two")).isPresent();
        }
    }

    @Test
    void aServerWithoutListingCanBeUsedByItsConfiguredModel() {
        try (FakeOpenAi lab = FakeOpenAi.start();
                House house = new House(
                        folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "', 'model': 'mine'}}}")) {
            lab.listingFails(FakeAnswer.error(404, "no listing")).always(FakeAnswer.text("hi"));
            house.probed();

            assertThat(house.chat(House.asking("hi")).selectedBackend()).isEqualTo("lab/mine");
        }
    }

    @Test
    void modelsAreListedByProvider() {
        try (FakeOpenAi lab = FakeOpenAi.start(FakeModel.of("a"), FakeModel.of("b"));
                House house = new House(folder, "{'providers': {'lab': {'base_url': '" + lab.baseUrl() + "'}}}")) {
            house.probed();

            ModelList all = (ModelList) house.answer(Operation.MODELS, new Empty(), Map.of());
            assertThat(all.models().keySet()).containsExactlyInAnyOrder("builtin", "lab");
            assertThat(all.total()).isEqualTo(3);

            ProviderModels its =
                    (ProviderModels) house.answer(Operation.MODELS_OF, new Empty(), Map.of("provider", "lab"));
            assertThat(its.available()).isTrue();
            assertThat(its.count()).isEqualTo(2);
            assertThat(its.asOf()).isNotNull();
            assertThatThrownBy(() -> house.answer(Operation.MODELS_OF, new Empty(), Map.of("provider", "nobody")))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void profilesAreListed() {
        try (House house = new House(folder, "{}")) {
            ProfileList list = (ProfileList) house.answer(Operation.PROFILES, new Empty(), Map.of());

            ProfileList.Profile chat = list.profiles().get("chat_low_latency");
            assertThat(chat.modelPrefs()).isEqualTo(List.of("ollama", "others"));
            assertThat(chat.fallbacks()).isEqualTo(List.of("builtin"));
            assertThat(chat.retry()).isEqualTo(new ProfileList.Retry(1, 200, 5000, 2));
        }
    }

    private static ProviderList providers(House house) {
        return (ProviderList) house.answer(Operation.PROVIDERS, new Empty(), Map.of());
    }

    private static String anthropicAt(String address) {
        return "{'providers': {'anthropic': {'base_url': '" + address + "'}}}";
    }

    private static int freePort() {
        try (java.net.ServerSocket probe = new java.net.ServerSocket(0)) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 2000 && !condition.getAsBoolean(); i++) {
            never.await(5, TimeUnit.MILLISECONDS);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
