package io.sonia.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.policy.PolicySet;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.KeyMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {

    @TempDir
    Path folder;

    private final Ids ids = new Ids(new SecureRandom());

    @Test
    void aFreshHomeHasEverythingAServiceNeeds() throws IOException {
        Home home = new Home(folder.resolve("run"));

        Installation.ensure(home, ids);

        assertThat(KeyMaterial.load(home).keyId()).hasSize(16);
        assertThat(PolicySet.load(home.policies()).version()).startsWith("pol_");
        assertThat(home.configFile()).content().contains("config_schema");
        assertThat(home.workspace().resolve("docs")).isDirectoryContaining("glob:**/welcome.md");
        for (Path ownerOnly : List.of(home.secrets(), home.operatorToken().getParent(), home.data())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ownerOnly)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aSecondRunChangesNothing() throws IOException {
        Home home = new Home(folder);
        Installation.ensure(home, ids);
        Files.writeString(home.configFile(), "{}");
        Files.delete(home.policies().resolve("tools_rollout.json"));
        Map<Path, String> before = contents();

        Installation.ensure(home, ids);

        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void anInterruptedInstallationIsFinished() throws IOException {
        Home home = new Home(folder);
        Installation.ensure(home, ids);
        Files.move(home.policies(), home.policies().resolveSibling("policies.new"));
        Files.delete(home.policies().resolveSibling("policies.new").resolve("tools_rollout.json"));
        Files.delete(home.rootKey());

        Installation.ensure(home, ids);

        assertThat(PolicySet.load(home.policies()).version()).startsWith("pol_");
        assertThat(KeyMaterial.load(home).keyId()).hasSize(16);
    }

    @Test
    void keysThatWentMissingFromAUsedHomeAreNotReplaced() throws IOException {
        Home home = new Home(folder);
        Installation.ensure(home, ids);
        Files.createDirectories(home.database(ServiceName.EVA_OS).getParent());
        Files.createFile(home.database(ServiceName.EVA_OS));
        Files.delete(home.rootKey());

        Installation.ensure(home, ids);

        assertThat(home.rootKey()).doesNotExist();
    }

    @Test
    void aHomeThatCannotBeWrittenIsRefusedWithTheCure() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> Installation.ensure(new Home(file.resolve("run")), ids))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("set SONIA_HOME to a folder that you may write");
    }

    private Map<Path, String> contents() throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
