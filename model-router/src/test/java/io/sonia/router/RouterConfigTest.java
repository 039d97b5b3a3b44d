package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.router.Capability;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterConfigTest {

    @TempDir
    Path folder;

    @Test
    void theDefaultsAreTheOnesOfTheContract() throws IOException {
        RouterConfig config = read("{}");

        assertThat(config.providers().keySet()).containsExactly("builtin", "ollama", "anthropic", "openrouter");
        assertThat(config.profiles().keySet())
                .containsExactly(
                        "chat_low_latency",
                        "reasoning_deep",
                        "vision_analysis",
                        "memory_ops",
                        "tool_execution",
                        "embeddings",
                        "safe_fallback");
        assertThat(config.profiles().get("chat_low_latency").chain()).containsExactly("ollama", "others", "builtin");
        assertThat(config.profiles().get("reasoning_deep").chain())
                .containsExactly("anthropic", "openrouter", "ollama", "others", "builtin");
        assertThat(config.profiles().get("memory_ops").chain()).containsExactly("ollama", "builtin");
        assertThat(config.profiles().get("safe_fallback").chain()).containsExactly("builtin");
        assertThat(config.profiles().get("vision_analysis").capabilities()).contains(Capability.VISION);
        assertThat(config.probeIntervalSeconds()).isEqualTo(30);
        assertThat(config.firstTokenTimeoutMs()).isEqualTo(15_000);
        assertThat(config.idleTokenTimeoutMs()).isEqualTo(10_000);
    }

    @Test
    void oneEntryAddsAServerAndKeepsTheOthers() throws IOException {
        RouterConfig config = read("{'providers': {'lab': {'base_url': 'http://10.0.0.7:8000/v1'}}}");

        assertThat(config.providers()).hasSize(5);
        ProviderConfig lab = config.providers().get("lab");
        assertThat(lab.kind()).isEqualTo(ProviderKind.OPENAI);
        assertThat(lab.keyRequired()).isFalse();
        assertThat(lab.local()).isFalse();
        assertThat(lab.base()).hasToString("http://10.0.0.7:8000/v1/");
    }

    @Test
    void oneKeyOfAProviderCanBeChanged() throws IOException {
        RouterConfig config = read("{'providers': {'ollama': {'model': 'qwen3'}}}");

        assertThat(config.providers().get("ollama").model()).isEqualTo("qwen3");
        assertThat(config.providers().get("ollama").baseUrl()).isEqualTo("http://127.0.0.1:11434/v1");
        assertThat(config.providers().get("ollama").local()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'providers': {'lab': {}}} | base_url",
                "{'providers': {'lab': {'base_url': 'ftp://x/v1'}}} | base_url",
                "{'providers': {'lab': {'base_url': 'http://:80/v1'}}} | base_url",
                "{'providers': {'lab': {'base_url': 'http://key@host/v1'}}} | base_url",
                "{'providers': {'Lab 1': {'base_url': 'http://10.0.0.7/v1'}}} | expected a name",
                "{'providers': {'lab': {'base_url': 'http://10.0.0.7/v1', 'kind': 'openia'}}} | openai",
                "{'providers': {'lab': {'base_url': 'http://10.0.0.7/v1', 'modle': 'x'}}} | nearest is model",
                "{'providers': {'second': {'kind': 'builtin'}}} | exactly one",
                "{'profiles': {'chat_low_latency': {'model_prefs': ['olama']}}} | nearest is ollama",
                "{'profiles': {'mine': {'fallbacks': []}}} | at least one backend",
                "{'profiles': {'mine': {'max_context': 1}}} | max_context",
                "{'probe_interval_seconds': 0} | probe_interval_seconds",
                "{'first_token_timeout': 1} | nearest is first_token_timeout_ms",
            })
    void aMistakeIsNamed(String json, String named) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(SoniaException.class, refused -> {
            assertThat(refused.code()).isEqualTo(ErrorCode.CONFIG_INVALID);
            assertThat(refused.details().get("problems").toString()).contains(named);
        });
    }

    private RouterConfig read(String json) throws IOException {
        Path file = folder.resolve("sonia-config.json");
        Files.writeString(file, "{\"model_router\":" + json.replace('\'', '"') + "}");
        return Settings.load(file, Map.of(), List.of(RouterConfig.SECTION), Clock.system())
                .section(RouterConfig.SECTION);
    }
}
