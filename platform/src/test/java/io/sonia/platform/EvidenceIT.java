package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What leaves the house verifies without it, and what is put back into it is found. */
@Timeout(90)
class EvidenceIT {

    private static final Map<String, ?> QUICK = Map.of("audit", Map.of("checkpoint_interval_ms", 1_000));

    @TempDir
    Path folder;

    private TestHome home;
    private Stack stack;

    @BeforeEach
    void start() throws IOException {
        home = TestHome.install(folder, QUICK);
        stack = AllInOneIT.start(home);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void anExportVerifiesWithNothingButThePublicKeys() throws Exception {
        turn("remember that the gate is blue");

        Path first = saved("/v1/audit/export?format=file", "first.jsonl");
        Path other = saved("/v1/audit/export?format=file&chain=eva-os", "eva-os.jsonl");

        assertThat(verified("export", first))
                .extracting(OfflineVerifier.Ended::code)
                .isEqualTo(0);
        assertThat(verified("export", other))
                .extracting(OfflineVerifier.Ended::code)
                .isEqualTo(0);
        Path middle = saved("/v1/audit/export?format=file&chain=eva-os&from_seq=3&to_seq=5", "middle.jsonl");
        assertThat(verified("export", middle))
                .extracting(OfflineVerifier.Ended::code)
                .isEqualTo(0);
        turn("what colour is the gate?");
        Path second = saved("/v1/audit/export?format=file", "second.jsonl");
        assertThat(Files.readString(second)).contains("\"previous\":{");
        OfflineVerifier.Ended compared =
                OfflineVerifier.run("compare", first.toString(), second.toString(), "--key", keys());
        assertThat(compared.code()).as(compared.said()).isZero();
        Path changed = Files.writeString(
                folder.resolve("changed.jsonl"),
                Files.readString(second).replaceFirst("\"actor_id\":\"[a-z_0-9]+", "\"actor_id\":\"somebody"));
        OfflineVerifier.Ended refused = verified("export", changed);
        assertThat(refused.code()).as(refused.said()).isEqualTo(1);
        assertThat(refused.said()).contains("hash_mismatch");
    }

    @Test
    void tilesAndProofsVerifyToo() throws Exception {
        turn("list files in docs");

        Path tiles = saved("/v1/audit/export?format=tiles&chain=eva-os", "tiles.zip");
        OfflineVerifier.Ended tree = verified("tiles", tiles);
        assertThat(tree.code()).as(tree.said()).isZero();

        Api.Response proof = home.gateway().get("/v1/audit/proof/2?chain=openclaw");
        Path bundle = Files.write(
                folder.resolve("proof.json"),
                Json.bytes(Map.of(
                        "format", "sonia-audit-proof/1",
                        "entry", Api.object(proof.data().get("entry")),
                        "tlog_proof", proof.data().get("tlog_proof"))));
        OfflineVerifier.Ended proved = verified("proof", bundle);
        assertThat(proved.code()).as(proved.said()).isZero();
        Path bare = saved("/v1/audit/proof/2?chain=openclaw&format=tlog", "proof.txt");
        OfflineVerifier.Ended alone = verified("proof", bare);
        assertThat(alone.code()).as(alone.said()).isZero();
        assertThat(home.gateway().get("/v1/audit/proof/900000").code()).isEqualTo("NOT_FOUND");
        assertThat(home.gateway().get("/v1/audit/proof/0").code()).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void anEntryIsPublishedOnceItsHeadIsSigned() throws Exception {
        turn("remember that the door is green");
        home.gateway().get("/v1/audit/export");

        Api.Response entries = home.gateway().get("/v1/audit/entries?to_seq=2");
        assertThat(Api.objects(entries.data().get("entries")))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry).containsEntry("state", "published"));
        Api.Response verified = home.gateway().get("/v1/audit/verify?chain=all");
        assertThat(Api.objects(verified.data().get("chains")))
                .allSatisfy(chain ->
                        assertThat(chain).containsEntry("checkpoint_ok", true).containsEntry("external_head_ok", true));
    }

    @Test
    void aStoreThatWasPutBackDoesNotStartUntilSomebodyAcceptsTheLoss() throws Exception {
        turn("remember that the roof is red");
        stack.close();
        Path database = home.home().database(ServiceName.MEMORY_ENGINE);
        Path copy = Files.copy(database, folder.resolve("copy.db"));
        stack = AllInOneIT.start(home);
        turn("remember that the cellar is dark");
        home.gateway().get("/v1/audit/export?chain=memory-engine");
        stack.close();
        Files.copy(copy, database, StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> AllInOneIT.start(home))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN))
                .hasMessageContaining("memory-engine");

        accepted(ServiceName.MEMORY_ENGINE, "the disk was lost");
        stack = AllInOneIT.start(home);
        home.gateway().get("/v1/audit/export?chain=memory-engine");
        assertThat(operations("memory-engine")).contains("audit.head.accepted");
        assertThat(operations("eva-os")).contains("notary.sign");
        assertThat(home.gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
    }

    @Test
    void aTraceIsInCausalOrderThoughTheClocksDifferByAnHour() throws Exception {
        stack.close();
        home = TestHome.install(folder.resolve("skewed"), Map.of("auth", Map.of("verifier_max_age_seconds", 86_400)));
        Set<ServiceName> ahead = Set.of(ServiceName.API_GATEWAY, ServiceName.PIPECAT);
        stack = AllInOneIT.start(
                home,
                Clock.system(),
                Main.SERVICES.stream()
                        .filter(each -> !ahead.contains(each.name()))
                        .toList());
        Stack later = AllInOneIT.start(
                home,
                new SkewedClock(Clock.system(), Duration.ofHours(1)),
                Main.SERVICES.stream()
                        .filter(each -> ahead.contains(each.name()))
                        .toList());
        try {
            String correlation = turn("list files in docs");

            List<String> story = story(correlation);

            assertThat(story)
                    .containsSubsequence(
                            "api-gateway turn.started",
                            "model-router model.chat",
                            "eva-os gate",
                            "api-gateway turn.completed");
        } finally {
            later.close();
        }
    }

    @Test
    void aHeadThatIsLostOrDamagedKeepsItsServiceFromStartingToo() throws Exception {
        turn("remember that the attic is warm");
        home.gateway().get("/v1/audit/export?chain=memory-engine");
        Path head = home.home().auditHeads().resolve("memory-engine");
        for (boolean lost : new boolean[] {true, false}) {
            stack.close();
            if (lost) {
                Files.delete(head);
            } else {
                Files.writeString(head, "no head");
            }
            assertThatThrownBy(() -> AllInOneIT.start(home))
                    .isInstanceOfSatisfying(
                            SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.AUDIT_CHAIN_BROKEN));
            accepted(ServiceName.MEMORY_ENGINE, "the disk of the heads was lost");
            stack = AllInOneIT.start(home);
            home.gateway().get("/v1/audit/export?chain=memory-engine");
            assertThat(home.gateway().get("/v1/audit/verify?chain=all").data()).containsEntry("valid", true);
        }
        assertThat(operations("memory-engine"))
                .filteredOn("audit.head.accepted"::equals)
                .hasSize(2);
    }

    @Test
    void everythingVerifiesWhenTheNotaryHasANewKey() throws Exception {
        turn("remember that the fence is low");
        Api.Response rotated =
                Api.at(home.port(ServiceName.EVA_OS), home.operatorToken()).post("/v1/notary/keys/rotate", Map.of());
        assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
        Path export = saved("/v1/audit/export?format=file&chain=memory-engine", "rotated.jsonl");

        assertThat(verified("export", export))
                .extracting(OfflineVerifier.Ended::code)
                .isEqualTo(0);
        Api.Response all = home.gateway().get("/v1/audit/verify?chain=all");
        assertThat(all.data()).as(all.text()).containsEntry("valid", true);
    }

    private void accepted(ServiceName chain, String reason) throws IOException {
        new ExternalHeads(HeadPlaces.of(home.home(), null, null), () -> NotaryKeys.published(home.home()))
                .accept(chain, reason, Clock.system().now());
    }

    private List<String> story(String correlation) throws IOException {
        Api.Response trace = home.gateway().get("/v1/audit/trace/" + correlation);
        assertThat(trace.data()).containsEntry("complete", true);
        return Api.objects(trace.data().get("entries")).stream()
                .filter(entry -> !String.valueOf(entry.get("operation")).startsWith("audit."))
                .map(entry -> entry.get("chain") + " " + entry.get("operation"))
                .toList();
    }

    private List<String> operations(String chain) throws IOException {
        return Api.objects(home.gateway()
                        .get("/v1/audit/entries?limit=1000&chain=" + chain)
                        .data()
                        .get("entries"))
                .stream()
                .map(entry -> String.valueOf(entry.get("operation")))
                .toList();
    }

    private String turn(String text) throws IOException {
        Api.Response answer = home.gateway().post("/v1/turn", Map.of("input_text", text, "conversation_id", text));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.header("X-Correlation-ID").orElseThrow();
    }

    private Path saved(String path, String name) throws IOException {
        Api.Response answer = home.gateway().get(path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Files.write(folder.resolve(name), answer.bytes());
    }

    private String keys() {
        return home.home().notaryPublicKeys().toString();
    }

    private OfflineVerifier.Ended verified(String what, Path file) throws Exception {
        return OfflineVerifier.run(what, file.toString(), "--key", keys());
    }
}
