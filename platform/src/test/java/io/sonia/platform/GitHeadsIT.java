package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stack whose heads are committed to a git repository as well. */
class GitHeadsIT {

    private static final String BRANCH = "sonia-audit-heads";

    @TempDir
    Path folder;

    private Path repository;
    private TestHome home;
    private Stack stack;

    @BeforeEach
    void start() throws Exception {
        repository = Files.createDirectory(folder.resolve("heads.git"));
        git("init", "--bare", "--quiet");
        home = TestHome.install(
                folder, Map.of("audit", Map.of("checkpoint_interval_ms", 1_000, "heads_git", repository.toString())));
        stack = AllInOneIT.start(home);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void aHomeThatWasPutBackAsAWholeStartsOnceTheLossIsAccepted() throws Exception {
        turn("remember that the lamp is lit");
        stack.close();
        String first = git("show", BRANCH + ":memory-engine");
        Path copy = folder.resolve("copy");
        Folders.copy(home.home().root(), copy);
        stack = AllInOneIT.start(home);
        turn("remember that the lamp is out");
        stack.close();
        String second = git("show", BRANCH + ":memory-engine");
        assertThat(second).isNotEqualTo(first);
        Folders.copy(copy, home.home().root());

        assertThatThrownBy(() -> AllInOneIT.start(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN));
        for (ServiceName each : ServiceName.values()) {
            new ExternalHeads(
                            HeadPlaces.of(home.home(), null, repository.toString()),
                            () -> NotaryKeys.published(home.home()))
                    .accept(each, "the disk was lost", Clock.system().now());
        }
        stack = AllInOneIT.start(home);
        turn("remember that the lamp is lit again");
        stack.close();

        assertThat(git("log", "--format=%H", BRANCH).lines()).hasSizeGreaterThan(2);
        assertThat(git("show", BRANCH + ":memory-engine")).isNotEqualTo(second);
        stack = AllInOneIT.start(home);
    }

    @Test
    void nothingIsCommittedWhereNothingIsNew() throws Exception {
        for (int life = 0; life < 3; life++) {
            for (ServiceName each : ServiceName.values()) {
                home.gateway().get("/v1/audit/export?chain=" + each.wireName());
            }
            stack.close();
            stack = AllInOneIT.start(home);
        }
        assertThat(git("log", "--format=%T", BRANCH).lines()).doesNotHaveDuplicates();
        assertThat(git("ls-tree", "--name-only", BRANCH).lines()).contains("eva-os", "api-gateway");
    }

    @Test
    void aPlaceThatIsNoRepositoryIsToldAtTheStart() throws Exception {
        stack.close();
        Path away = folder.resolve("away.git");
        Files.move(repository, away);

        assertThatThrownBy(() -> AllInOneIT.start(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN))
                .hasMessageContaining("heads_git");

        Files.move(away, repository);
        stack = AllInOneIT.start(home);
    }

    private void turn(String text) throws IOException {
        assertThat(home.gateway().post("/v1/turn", Map.of("input_text", text)).status())
                .isEqualTo(200);
        home.gateway().get("/v1/audit/export?chain=memory-engine");
    }

    private String git(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", repository.toString()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
