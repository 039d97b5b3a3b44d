package io.sonia.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.contracts.Installation;
import io.sonia.contracts.gateway.IncidentAnswer;
import io.sonia.contracts.gateway.IncidentCreate;
import io.sonia.contracts.gateway.IncidentCreated;
import io.sonia.contracts.gateway.IncidentList;
import io.sonia.contracts.gateway.IncidentRow;
import io.sonia.contracts.gateway.IncidentVerdict;
import io.sonia.contracts.gateway.Severity;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bundles about incidents over HTTP. */
class IncidentsIT extends GatewayCase {

    private static final IncidentCreate WISH = new IncidentCreate("the model would not stop", Severity.S2, 60, null);

    private Home home;

    @BeforeEach
    void homeHasKeys() {
        home = new Home(folder);
        Installation.ensure(home, new Ids(new SecureRandom()));
    }

    @Test
    void bundleIsMadeListedAndRead() {
        IncidentCreated made = create(null);

        IncidentList list = house.gateway.ask(Operation.INCIDENT_LIST).send(IncidentList.class);
        IncidentAnswer read = get(Operation.INCIDENT_GET, made.incidentId()).send(IncidentAnswer.class);

        assertThat(list.incidents()).extracting(IncidentRow::incidentId).containsExactly(made.incidentId());
        assertThat(list.total()).isEqualTo(1);
        assertThat(read.incident()).isEqualTo(list.incidents().getFirst());
        assertThat(read.incident().reason()).isEqualTo(WISH.reason());
        assertThat(read.incident().severity()).isEqualTo(Severity.S2);
        assertThat(read.incident().actorId()).isEqualTo(Keys.OPERATOR);
        assertThat(read.manifest()).isEqualTo(made.manifest());
        assertThat(made.manifest().checksums()).containsKey("build.json");
        assertThat(file(made)).exists().hasSize(made.sizeBytes());
        assertThat(house.gateway.audited("incident.create")).containsExactly(made.incidentId());
    }

    @Test
    void earlierBundleIsOnRecordInTheNext() {
        create(null);

        assertThat(create(null).manifest().checksums()).containsKey("audit/api-gateway.jsonl");
    }

    @Test
    void repeatedRequestMakesNoSecondBundle() {
        IncidentCreated made = create("key-1");

        assertThat(create("key-1")).isEqualTo(made);
        assertThat(bundles()).hasSize(1);
    }

    @Test
    void bundleIsSentByteForByte() throws IOException {
        IncidentCreated made = create(null);

        byte[] sent = house.gateway.download(Operation.INCIDENT_BUNDLE, "incident_id", made.incidentId());

        assertThat(sent).isEqualTo(Files.readAllBytes(file(made)));
        assertThat(house.gateway.audited("incident.bundle")).containsExactly(made.incidentId());
    }

    @Test
    void twentyFirstBundleIsRefusedUntilOneIsMovedAway() throws IOException {
        Files.createDirectories(home.incidents());
        for (int i = 0; i < Incidents.MOST; i++) {
            Files.createFile(home.incidents().resolve("inc_" + i + ".zip"));
        }

        assertThat(refusal(() -> create(null))).isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(bundles()).hasSize(Incidents.MOST);

        Files.delete(home.incidents().resolve("inc_0.zip"));
        assertThat(file(create(null))).exists();
    }

    @Test
    void bundleThatCannotBePutOnRecordIsTakenBack() {
        house.gateway.journal.failAfter(0);

        assertThat(refusal(() -> create(null))).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(bundles()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"INCIDENT_GET", "INCIDENT_BUNDLE", "INCIDENT_VERIFY"})
    void unknownIncidentIsNotFoundAndABadIdIsRefused(Operation operation) {
        assertThat(refusal(() -> get(operation, "inc_none").exchange())).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(() -> get(operation, "a b").exchange())).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void bundleThatWasMovedAwayIsNotFound() throws IOException {
        IncidentCreated made = create(null);
        Files.delete(file(made));

        assertThat(refusal(
                        () -> get(Operation.INCIDENT_BUNDLE, made.incidentId()).exchange()))
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(get(Operation.INCIDENT_GET, made.incidentId()).send(IncidentAnswer.class))
                .isNotNull();
    }

    /** This process is started without jars. */
    @Test
    void withoutAVerifierTheCheckIsUnavailable() {
        IncidentCreated made = create(null);

        assertThat(refusal(
                        () -> get(Operation.INCIDENT_VERIFY, made.incidentId()).send(IncidentVerdict.class)))
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void nextLifeRemovesWhatAnInterruptedBundleLeft() throws IOException {
        Path left = home.incidents().resolve(".inc_1/logs");
        Files.createDirectories(left);
        Files.createFile(left.resolve("eva-os.log"));
        Files.setLastModifiedTime(home.incidents().resolve(".inc_1"), FileTime.from(Instant.EPOCH));
        Path atWork = Files.createDirectory(home.incidents().resolve(".inc_2"));
        IncidentCreated made = create(null);

        house.restart();

        assertThat(bundles()).containsExactlyInAnyOrder(file(made), atWork);
    }

    private IncidentCreated create(String key) {
        return house.gateway
                .ask(Operation.INCIDENT_CREATE)
                .body(WISH)
                .idempotencyKey(key)
                .send(IncidentCreated.class);
    }

    private Peer.Request get(Operation operation, String id) {
        return house.gateway.ask(operation).path("incident_id", id);
    }

    private Path file(IncidentCreated made) {
        return home.incidents().resolve(made.incidentId() + ".zip");
    }

    private List<Path> bundles() {
        if (!Files.exists(home.incidents())) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(home.incidents())) {
            return all.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static ErrorCode refusal(Runnable call) {
        return catchThrowableOfType(SoniaException.class, call::run).code();
    }
}
