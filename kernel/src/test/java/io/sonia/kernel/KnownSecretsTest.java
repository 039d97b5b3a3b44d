package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSecretsTest {

    /** Nothing about it looks like a secret. */
    private static final String CANARY = "walrus \"umbrella\" & teapot";

    @TempDir
    Path folder;

    private Home home;

    @BeforeEach
    void homeHasFolders() throws IOException {
        home = new Home(folder);
        Files.createDirectories(home.secrets().resolve("providers"));
        Files.createDirectories(folder.resolve("config"));
    }

    @Test
    void secretInAFileOfTheSecretsFolderIsHiddenInEveryForm() throws IOException {
        Files.writeString(home.secrets().resolve("providers/any.key"), CANARY + "\n");
        KnownSecrets secrets = KnownSecrets.of(home, Map.of());
        byte[] bytes = CANARY.getBytes(StandardCharsets.UTF_8);

        assertThat(secrets.hide("a " + CANARY + " b")).isEqualTo("a [REDACTED:known] b");
        assertThat(secrets.hide(Json.text(CANARY))).isEqualTo("\"[REDACTED:known]\"");
        assertThat(secrets.in(URLEncoder.encode(CANARY, StandardCharsets.UTF_8)))
                .isTrue();
        assertThat(secrets.in(Base64.getEncoder().encodeToString(bytes))).isTrue();
        assertThat(secrets.in(Base64.getUrlEncoder().encodeToString(bytes))).isTrue();
        assertThat(secrets.in("walrus and teapot")).isFalse();
    }

    @Test
    void secretOfBytesIsKnownAsHexAndBase64() throws IOException {
        byte[] key = new byte[32];
        key[3] = -7;
        Files.write(home.secrets().resolve("root.key"), key);
        KnownSecrets secrets = KnownSecrets.of(home, Map.of());

        assertThat(secrets.in("key " + HexFormat.of().formatHex(key))).isTrue();
        assertThat(secrets.in("key " + Base64.getEncoder().encodeToString(key))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"journal\":{\"password\":\"walrus-umbrella\"}}", "{\"api_token\":\"walrus-umbrella\"}"})
    void settingUnderASecretsNameIsKnown(String config) throws IOException {
        Files.writeString(home.configFile(), config);

        assertThat(KnownSecrets.of(home, Map.of()).in("say walrus-umbrella")).isTrue();
    }

    @Test
    void fileThatASettingNamesIsRead() throws IOException {
        Files.writeString(folder.resolve("elsewhere.txt"), "walrus-umbrella\n");
        Map<String, String> environment = Map.of("SONIA_JOURNAL__PASSWORD_FILE", "elsewhere.txt");

        assertThat(KnownSecrets.of(home, environment).in("say walrus-umbrella")).isTrue();
    }

    @Test
    void variableUnderASecretsNameIsKnownAndOthersAreNot() {
        KnownSecrets secrets =
                KnownSecrets.of(home, Map.of("ANY_API_KEY", "walrus-umbrella", "EDITOR", "teapot-editor"));

        assertThat(secrets.in("say walrus-umbrella")).isTrue();
        assertThat(secrets.in("say teapot-editor")).isFalse();
    }

    @Test
    void publicKeysAndShortTextsAreNoSecrets() throws IOException {
        Files.writeString(home.secrets().resolve("notary.pub"), "a public key that everybody may see");
        Files.writeString(home.secrets().resolve("short"), "to");

        assertThat(KnownSecrets.of(home, Map.of()).in("a public key that everybody may see to"))
                .isFalse();
    }

    @Test
    void homeWithoutAnythingKnowsNothing() {
        assertThat(KnownSecrets.of(new Home(folder.resolve("none")), Map.of()).hide("text"))
                .isEqualTo("text");
    }
}
