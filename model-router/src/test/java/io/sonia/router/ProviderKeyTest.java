package io.sonia.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderKeyTest {

    private static final int ROUNDS = 2_000;

    @TempDir
    private Path folder;

    private Home home;
    private ProviderKey key;

    @BeforeEach
    void keyIsThere() throws IOException {
        home = new Home(folder);
        SecretFile.createFolder(home.providerKey("lab").getParent());
        write("sk-1");
        key = new ProviderKey(home, "lab", false, true);
        key.refresh();
    }

    @Test
    void keyIsReadAgain() throws IOException {
        assertThat(key.current()).contains("sk-1");
        Files.delete(home.providerKey("lab"));
        write("sk-2");
        key.refresh();
        assertThat(key.current()).contains("sk-2");
    }

    @Test
    void removedKeyIsGone() throws IOException {
        Files.delete(home.providerKey("lab"));
        key.refresh();
        assertThat(key.current()).isEmpty();
    }

    @Test
    void refusedKeyIsNotUsedAnyMore() throws IOException {
        Files.delete(home.providerKey("lab"));
        write("two words");
        assertThatThrownBy(key::refresh)
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUTH_UNAVAILABLE));
        assertThat(key.current()).isEmpty();
    }

    @Test
    void callsDuringARefreshHaveTheKey() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger without = new AtomicInteger();
        Thread calls = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                without.addAndGet(key.current().isPresent() ? 0 : 1);
            }
        });
        for (int i = 0; i < ROUNDS; i++) {
            key.refresh();
        }
        over.set(true);
        calls.join();
        assertThat(without).hasValue(0);
    }

    private void write(String text) throws IOException {
        SecretFile.write(home.providerKey("lab"), text.getBytes(StandardCharsets.UTF_8));
    }
}
