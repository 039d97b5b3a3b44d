package io.sonia.openclaw.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxTest {

    @TempDir
    private Path folder;

    private TestHouse house;

    @BeforeEach
    void build() throws Exception {
        house = new TestHouse(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "notes.txt, notes.txt",
        "./notes.txt, notes.txt",
        "docs//a.txt, docs/a.txt",
        "docs/../notes.txt, notes.txt",
        "docs\\a.txt, docs/a.txt",
        "., .",
        "docs/, docs",
        "../data/readme.txt, S:/data/readme.txt",
        "S:/data/readme.txt, S:/data/readme.txt",
        "S:\\data\\readme.txt, S:/data/readme.txt",
        "S:/workspace/docs, docs",
        "S:/data/../workspace/notes.txt, notes.txt",
        "%2e%2e/x, %2e%2e/x",
        "~/x, ~/x",
        "..., ...",
        "a..b, a..b",
        "ＡＢ/notes．txt, ＡＢ/notes．txt"
    })
    void pathsInsideAreShownInOneForm(String text, String shown) {
        assertThat(house.sandbox.resolve(text).shown()).isEqualTo(shown);
    }

    @Test
    void absolutePathsMayLieUnderARoot() {
        assertThat(house.sandbox.resolve(house.workspace + "/docs/a.txt").shown())
                .isEqualTo("docs/a.txt");
        assertThat(house.sandbox.resolve(house.data.toString()).shown()).isEqualTo("S:/data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../",
                "../../../../etc/passwd",
                "..\\..\\..\\etc\\passwd",
                "docs/../../secrets/root.key",
                "docs/../../../outside/secret.txt",
                "/etc/passwd",
                "//etc/passwd",
                "/",
                "\\",
                "\\\\server\\share",
                "/proc/self/environ",
                "/proc/self/root/etc/passwd",
                "/dev/zero",
                "S:",
                "S:/",
                "S:/..",
                "S:/secrets/root.key",
                "S:/config/sonia-config.json",
                "S:/workspacex/a",
                "S:/data/../secrets/root.key",
                "s:/data/readme.txt",
                "C:/Windows/win.ini",
                "C:\\Windows\\win.ini",
                "z:notes.txt",
                "./../secrets/root.key",
                "docs/./../../secrets"
            })
    void pathsOutsideAreRefusedByTheirTextAlone(String text) {
        assertThatThrownBy(() -> house.sandbox.resolve(text))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\u0000b", "notes.txt\u0000.png", "a\nb", "a\rb", "a\u001bb", "a\u007fb"})
    void whatIsNoPathIsAnInvalidArgument(String text) {
        assertThatThrownBy(() -> house.sandbox.resolve(text))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void longPathsAndNamesAreInvalidArguments() {
        for (String text : new String[] {"a/".repeat(513), "a".repeat(256), "ü".repeat(128)}) {
            assertThatThrownBy(() -> house.sandbox.resolve(text))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "S:/data/memory/sonia.db",
                "S:/data/memory/sonia.db-wal",
                "S:/data/memory/SONIA.DB",
                "S:/data/sessions/ses_1.json",
                "S:/data/Sessions/ses_1.json",
                "S:/data/sessions",
                "old.db",
                "docs/x.db/y"
            })
    void protectedPlacesStayClosed(String text) {
        SandboxPath path = house.sandbox.resolve(text);
        assertThatThrownBy(() -> house.sandbox.requireOpen(path)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX);
            assertThat(e.details()).containsEntry("reason", "protected");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"S:/data/readme.txt", ".git/config", "docs/.GIT/hooks/pre-commit", "a/.git"})
    void readOnlyRootsAndRepositoriesAreNotWritten(String text) {
        SandboxPath path = house.sandbox.resolve(text);
        house.sandbox.requireOpen(path);
        assertThatThrownBy(() -> house.sandbox.requireWritable(path))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PATH_OUTSIDE_SANDBOX));
    }

    @Test
    void aPathKnowsWhetherSomethingProtectedLiesBelow() {
        assertThat(house.sandbox.holdsProtected(house.sandbox.resolve("S:/data")))
                .isTrue();
        assertThat(house.sandbox.holdsProtected(house.sandbox.resolve("S:/data/memory")))
                .isFalse();
        assertThat(house.sandbox.holdsProtected(house.sandbox.resolve("."))).isFalse();
    }
}
