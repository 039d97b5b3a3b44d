package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.audit.ExternalHeads;
import io.sonia.contracts.audit.HeadRequest;
import io.sonia.contracts.audit.NotaryKeyList;
import io.sonia.contracts.audit.SignedHead;
import io.sonia.contracts.audit.SignedHeads;
import io.sonia.journal.AuditChain;
import io.sonia.journal.AuditTree;
import io.sonia.journal.Checkpoint;
import io.sonia.kernel.AuditEvent;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Empty;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.identity.Caller;
import io.sonia.kernel.identity.NotaryKeys;
import io.sonia.kernel.identity.SignedNote;
import io.sonia.kernel.settings.HeadPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the notary signs and what it never does. The chain here is EVA-OS's own. */
class NotaryTest {

    @TempDir
    Path folder;

    private ControlPlane plane;

    @BeforeEach
    void open() {
        plane = new ControlPlane(folder);
        plane.notary.boot();
    }

    @AfterEach
    void close() {
        plane.journal.close();
    }

    @Test
    void aHeadIsACheckpointThatThePublishedKeysVerify() {
        append(3);

        SignedHead signed = sign(growth(0));

        SignedNote note = SignedNote.parse(signed.text()).orElseThrow();
        assertThat(note.signer(NotaryKeys.published(plane.home))).isPresent();
        Checkpoint checkpoint = Checkpoint.parse(note.text()).orElseThrow();
        assertThat(checkpoint.root()).isEqualTo(plane.journal.tree().root(signed.size()));
        assertThat(checkpoint.origin()).matches("sonia/[0-9a-f]{16}/eva-os");
        assertThat(heads().newest(ServiceName.EVA_OS).orElseThrow().checkpoint())
                .isEqualTo(checkpoint);
        assertThat(folder.resolve("second/eva-os")).hasContent(signed.text());
        SignedHeads all = ControlPlane.data(plane.notary.list(call(Operation.NOTARY_HEADS, new Empty())));
        assertThat(all.heads()).containsExactly(signed);
    }

    @Test
    void aHeadGrowsWithAProof() {
        append(2);
        AuditTree.Growth first = growth(0);
        sign(first);
        append(5);

        SignedHead next = sign(growth(first.size()));

        assertThat(next.size()).isGreaterThan(first.size());
        assertThat(sign(growth(next.size()))).as("an idle chain").isEqualTo(next);
    }

    @Test
    void nothingThatWasSignedIsTakenBack() {
        append(2);
        AuditTree.Growth first = growth(0);
        append(3);
        AuditTree.Growth second = growth(first.size());
        sign(growth(0));

        refused(first, second.size());
        AuditTree.Growth fork = with(second, first.root(), List.of());
        refused(fork, second.size());
        append(1);
        AuditTree.Growth third = growth(second.size());
        refused(with(third, first.root(), third.consistency()), second.size());
        refused(with(third, third.root(), List.of()), second.size());
        assertThat(sign(third).size()).isEqualTo(third.size());
    }

    @Test
    void aHeadOnFileOutweighsAStoreThatForgot() {
        append(2);
        AuditTree.Growth first = growth(0);
        sign(first);
        append(1);
        plane.journal.commit(tx -> tx.sql().update("DELETE FROM audit_heads"));

        refused(growth(0), first.size());
        assertThat(sign(growth(first.size())).size()).isEqualTo(first.size() + 1);
    }

    @Test
    void anAcceptedLossIsSignedOnceAndPutOnRecord() throws IOException {
        append(2);
        AuditTree.Growth first = growth(0);
        append(2);
        AuditTree.Growth lost = growth(0);
        sign(lost);
        refused(first, lost.size());
        heads().accept(ServiceName.EVA_OS, "the disk was lost", plane.clock.now());

        SignedHead signed = sign(first);

        assertThat(signed.size()).isEqualTo(first.size());
        assertThat(newestEntry()).containsEntry("operation", "notary.sign").containsEntry("resource_id", "eva-os");
        Map<?, ?> detail = (Map<?, ?>) newestEntry().get("detail");
        assertThat(detail.get("lost_size")).isEqualTo(lost.size());
        assertThat(detail.get("accepted_reason")).isEqualTo("the disk was lost");
        refused(with(first, lost.root(), List.of()), first.size());
    }

    @Test
    void anAcceptanceOfAnotherHeadIsWorthNothing() throws IOException {
        append(2);
        AuditTree.Growth first = growth(0);
        SignedHead old = sign(first);
        heads().accept(ServiceName.EVA_OS, "by mistake", plane.clock.now());
        Path acceptance = plane.home.auditHeads().resolve("eva-os.accepted");
        String early = Files.readString(acceptance);
        append(2);
        AuditTree.Growth second = growth(old.size());
        sign(second);
        assertThat(acceptance).doesNotExist();
        Files.writeString(acceptance, early);

        refused(first, second.size());
    }

    @Test
    void aHeadFileThatIsNotSignedIsRefused() throws IOException {
        append(2);
        AuditTree.Growth growth = growth(0);
        SignedHead signed = sign(growth);
        Path file = plane.home.auditHeads().resolve("eva-os");
        Files.writeString(file, signed.text().replace("\n" + growth.size() + "\n", "\n1\n"));

        assertThatThrownBy(() -> sign(growth(growth.size())))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILED));
    }

    @Test
    void aServiceAsksForItsOwnChainOnly() {
        append(1);
        AuditTree.Growth growth = growth(0);

        assertThatThrownBy(() -> plane.notary.sign(
                        plane.call(Operation.NOTARY_SIGN, request(growth), Caller.service(ServiceName.OPENCLAW))))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }

    @Test
    void rotationIsOnRecordAndOldSignaturesStayGood() {
        append(1);
        SignedHead old = sign(growth(0));

        NotaryKeyList keys = ControlPlane.data(plane.notary.rotate(call(Operation.NOTARY_ROTATE, new Empty())));

        assertThat(keys.keys())
                .hasSize(4)
                .filteredOn(key -> key.notAfter() == null)
                .hasSize(2);
        assertThat(newestEntry()).containsEntry("operation", "notary.rotate");
        SignedHead renewed = sign(growth(old.size()));
        assertThat(renewed.keyId()).isNotEqualTo(old.keyId());
        assertThat(renewed.origin()).isEqualTo(old.origin());
        for (SignedHead each : List.of(old, renewed)) {
            assertThat(SignedNote.parse(each.text()).orElseThrow().signer(NotaryKeys.published(plane.home)))
                    .isPresent();
        }
        assertThat(NotaryKeys.load(plane.home).current().id()).isEqualTo(renewed.keyId());
    }

    @Test
    void aKeyWhoseRotationWasInterruptedIsPutOnRecordAtTheNextStart() {
        NotaryKeys rotated = NotaryKeys.rotate(plane.home, plane.ids);

        new Notary(plane.base, plane.home, HeadPlaces.of(plane.home, null, null)).boot();

        assertThat(newestEntry())
                .containsEntry("operation", "notary.key.made")
                .containsEntry("resource_id", rotated.current().id());
    }

    private AuditTree.Growth growth(long since) {
        plane.journal.tree().integrate();
        return plane.journal.tree().growth(since);
    }

    private static AuditTree.Growth with(AuditTree.Growth growth, String root, List<String> consistency) {
        return new AuditTree.Growth(growth.size(), root, growth.lastHash(), consistency, growth.since());
    }

    private SignedHead sign(AuditTree.Growth growth) {
        return ControlPlane.data(plane.notary.sign(call(Operation.NOTARY_SIGN, request(growth))));
    }

    private void refused(AuditTree.Growth growth, long signed) {
        assertThatThrownBy(() -> sign(growth)).isInstanceOfSatisfying(SoniaException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_FAILED);
            assertThat(e.details()).containsEntry("size", signed);
        });
    }

    private static HeadRequest request(AuditTree.Growth growth) {
        return new HeadRequest("eva-os", growth.size(), growth.root(), growth.lastHash(), growth.consistency());
    }

    private <I> Call<I> call(Operation operation, I input) {
        return plane.call(operation, input, Caller.service(ServiceName.EVA_OS));
    }

    private ExternalHeads heads() {
        return new ExternalHeads(HeadPlaces.of(plane.home, "second", null), () -> NotaryKeys.published(plane.home));
    }

    private Map<String, Object> newestEntry() {
        return plane.journal
                .chain()
                .entries(AuditChain.Filter.ALL, 1, null)
                .entries()
                .getFirst()
                .toMap();
    }

    private void append(int entries) {
        for (int i = 0; i < entries; i++) {
            AuditEvent event = plane.base.own("task.create", "boot");
            plane.journal.append(event);
        }
    }
}
