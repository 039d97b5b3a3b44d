package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.identity.WitnessKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stack whose heads are signed by a witness too: what it has signed cannot be taken back, not even with all files. */
class WitnessIT {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private WitnessServer witness;
    private TestHome home;
    private Stack stack;

    @BeforeEach
    void start() throws IOException {
        witness = new WitnessServer();
        home = TestHome.install(
                folder,
                Map.of(
                        "audit",
                        Map.of(
                                "checkpoint_interval_ms",
                                1_000,
                                "witness",
                                Map.of("url", witness.url(), "key", witness.key(), "interval_seconds", 1))));
        witness.trust(() -> NotaryKeys.published(home.home()));
        stack = AllInOneIT.start(home);
    }

    @AfterEach
    void stop() {
        stack.close();
        witness.close();
    }

    @Test
    void everyHeadIsSignedAgainAndKept() throws Exception {
        turn("remember that the rope is long");
        awaitWitnessed();
        long before = witnessed(ServiceName.MEMORY_ENGINE);
        turn("remember that the well is deep");
        StackProcess.await(SOON, () -> witnessed(ServiceName.MEMORY_ENGINE) > before, "what was said is witnessed");

        SignedNote note = SignedNote.parse(Files.readString(home.home().witnessed(ServiceName.MEMORY_ENGINE)))
                .orElseThrow();
        assertThat(WitnessKey.parse(witness.key()).orElseThrow().cosigned(note)).isPresent();
        assertThat(note.signer(NotaryKeys.published(home.home()))).isPresent();
        Files.delete(home.home().witnessed(ServiceName.MEMORY_ENGINE));
        stack.close();
        stack = AllInOneIT.start(home);
        turn("how deep is the well?");
        assertThat(StackProcess.ready(home.port(ServiceName.MEMORY_ENGINE))).isTrue();
    }

    /** The whole home as it was, with its databases and all the heads that it keeps itself. */
    @Test
    void aHomeThatWasPutBackAsAWholeDoesNotStart() throws Exception {
        turn("remember that the lamp is lit");
        awaitWitnessed();
        stack.close();
        Path copy = folder.resolve("copy");
        Folders.copy(home.home().root(), copy);
        stack = AllInOneIT.start(home);
        turn("remember that the lamp is out");
        awaitWitnessed();
        stack.close();
        Folders.copy(copy, home.home().root());

        assertThatThrownBy(() -> AllInOneIT.start(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN))
                .hasMessageContaining("witness");
    }

    @Test
    void aWitnessThatIsAwayStopsNothing() throws Exception {
        awaitWitnessed();
        witness.close();
        turn("remember that the bell is cracked");
        stack.close();
        stack = AllInOneIT.start(home);
        turn("what about the bell?");
        assertThat(StackProcess.ready(home.port(ServiceName.API_GATEWAY))).isTrue();
    }

    /** A witness of somebody else's heads, or one that signs nothing that can be checked. */
    @Test
    void aWitnessThatRefusesTakesTheServiceOutOfUse() throws IOException {
        awaitWitnessed();
        witness.trust(List::of);
        turn("remember that the rope is short");
        StackProcess.await(
                SOON, () -> !StackProcess.ready(home.port(ServiceName.MEMORY_ENGINE)), "it says that it is not sound");
    }

    @Test
    void aSignatureOfSomethingElseIsNone() throws IOException {
        awaitWitnessed();
        witness.forge();
        turn("remember that the stove is cold");
        StackProcess.await(
                SOON, () -> !StackProcess.ready(home.port(ServiceName.MEMORY_ENGINE)), "it says that it is not sound");
    }

    private void awaitWitnessed() throws IOException {
        for (ServiceName service : ServiceName.values()) {
            long size = size(service);
            StackProcess.await(SOON, () -> witnessed(service) >= size, service + " is witnessed");
        }
    }

    private long witnessed(ServiceName service) {
        return witness.last(service.wireName()).size();
    }

    private long size(ServiceName service) throws IOException {
        return (Long) Api.at(home.port(service), home.operatorToken())
                .get("/v1/audit/head")
                .data()
                .get("size");
    }

    private void turn(String text) throws IOException {
        assertThat(home.gateway().post("/v1/turn", Map.of("input_text", text)).status())
                .isEqualTo(200);
    }
}
