package io.sonia.evaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.sonia.contracts.Cursors;
import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.AlertAcknowledge;
import io.sonia.contracts.evaos.AlertAnswer;
import io.sonia.contracts.evaos.AlertFilter;
import io.sonia.contracts.evaos.AlertList;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.contracts.evaos.AlertTrial;
import io.sonia.contracts.events.Event;
import io.sonia.contracts.gateway.Severity;
import io.sonia.contracts.policy.AlertPolicy;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.contracts.policy.IncidentEscalation;
import io.sonia.journal.AuditChain;
import io.sonia.journal.Delivery;
import io.sonia.journal.OutboxMessage;
import io.sonia.journal.OutboxRelay;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Operation;
import io.sonia.kernel.http.Resolver;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Shape;
import io.sonia.kernel.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that become alerts, whom they are told, and what happens when nobody answers. */
@Timeout(60)
class AlertsIT {

    private static final Duration PATIENCE = Duration.ofMillis(400);

    @TempDir
    Path folder;

    private ControlPlane plane;
    private Receiver receiver;
    private Alerts alerts;
    private Metrics metrics;
    private AlertPolicy policy;
    private int seq;

    @BeforeEach
    void open() throws IOException {
        plane = new ControlPlane(folder);
        receiver = new Receiver();
        policy = policy("", "");
        restart();
    }

    @AfterEach
    void close() throws IOException {
        receiver.close();
        plane.events.close();
        plane.journal.close();
    }

    /** Another life of EVA-OS on the same store. */
    private void restart() {
        alerts = new Alerts(plane.base, () -> policy, Cursors.of(plane.home, plane.clock));
    }

    private AlertPolicy policy(String channels, String more) {
        String routing = """
                {"schema": 1, "version": 1, "updated_at": "2026-01-01T00:00:00Z", %s "channels": [%s], "routes": [
                  {"route_id": "broken", "types": ["audit.chain.*"], "severity": "S1"},
                  {"route_id": "down", "types": ["supervision.restart.exhausted"], "severity": "S2",
                   "dedupe_by": ["service"]},
                  {"route_id": "full", "types": ["action.changed"], "severity": "S3",
                   "where": [{"field": "code", "in": ["STORAGE_FULL"]}]}]}""".formatted(more, channels);
        String escalation = """
                {"schema": 1, "version": 1, "updated_at": "2026-01-01T00:00:00Z", "ladders": [
                  {"severity": "S1", "acknowledge_minutes": 15, "steps": [{}, {"channels": ["second"]}]},
                  {"severity": "S2", "acknowledge_minutes": 30, "steps": [{}]}]}""";
        return new AlertPolicy(
                Shape.of(AlertRouting.class).read(Json.parseObject(routing)),
                Shape.of(IncidentEscalation.class).read(Json.parseObject(escalation)));
    }

    private String channel(String name, String format) {
        return """
                {"name": "%s", "format": "%s", "url": "%s", "allow_private": true}""".formatted(name, format, receiver.url("/" + name));
    }

    private void happens(String type, Map<String, Object> payload) {
        Event event = new Event(
                "evt_" + String.format("%032d", ++seq),
                type,
                "openclaw",
                seq,
                plane.clock.now(),
                "1-0",
                "req_" + seq,
                null,
                "usr_1",
                new HashMap<>(payload));
        plane.journal.commit(tx -> EventStore.append(tx.sql(), List.of(event)));
    }

    private AlertList list() {
        return ControlPlane.data(alerts.list(
                plane.call(Operation.ALERT_LIST, new AlertFilter(null, null, 50, null), ControlPlane.OBSERVER)));
    }

    private Alert only() {
        assertThat(list().alerts()).hasSize(1);
        return list().alerts().getFirst();
    }

    private Alert acknowledge(Alert alert) {
        AlertAnswer answer = ControlPlane.data(alerts.acknowledge(plane.call(
                Operation.ALERT_ACKNOWLEDGE,
                new AlertAcknowledge("mine"),
                ControlPlane.OPERATOR,
                Map.of("alert_id", alert.alertId()),
                null)));
        return answer.alert();
    }

    /** The messages in the outbox, oldest first, as alert/step/channel without the alert. */
    private List<String> outbox() {
        return plane.journal.read(sql -> sql.list(
                "SELECT dedupe_id FROM outbox ORDER BY outbox_id",
                row -> row.text("dedupe_id").split("/", 2)[1]));
    }

    private List<String> audited(String operation) {
        AuditChain.Filter filter = new AuditChain.Filter(null, null, null, operation, null, null, null, null, null);
        return plane.journal.chain().entries(filter, AuditChain.MAX_LISTED, null).entries().stream()
                .map(each -> String.valueOf(each.detail()))
                .toList();
    }

    @Test
    void anEventThatARouteFitsIsRaisedOnceAndWhatNoRouteFitsIsNot() {
        happens("turn.started", Map.of());
        happens("action.changed", Map.of("code", "OK"));
        happens("action.changed", Map.of("code", "STORAGE_FULL"));
        alerts.tick();
        restart();
        alerts.tick();
        Alert alert = only();
        assertThat(alert.routeId()).isEqualTo("full");
        assertThat(alert.severity()).isEqualTo(Severity.S3);
        assertThat(alert.correlationId()).isEqualTo("req_3");
        assertThat(alert.state()).isEqualTo(AlertState.OPEN);
        assertThat(audited("alert.raised")).hasSize(1);
        assertThat(list().openCount()).isEqualTo(1);
    }

    @Test
    void theSameAgainIsCountedAndAnotherServiceIsAnotherAlert() {
        policy = policy(channel("ops", "ntfy"), "\"dedupe_seconds\": 300,");
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        happens("supervision.restart.exhausted", Map.of("service", "pipecat"));
        alerts.tick();
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        alerts.tick();
        assertThat(list().alerts()).extracting(Alert::occurrences).containsExactlyInAnyOrder(3, 1);
        assertThat(outbox()).containsExactly("0/ops", "0/ops");
        Alert often = list().alerts().stream()
                .filter(each -> each.occurrences() == 3)
                .findFirst()
                .orElseThrow();
        acknowledge(often);
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        alerts.tick();
        assertThat(list().alerts()).hasSize(2);
        plane.clock.advance(Duration.ofSeconds(301));
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        alerts.tick();
        assertThat(list().alerts()).as("nobody looks after it any more").hasSize(3);
    }

    @Test
    void anAlertThatNobodyAcknowledgesClimbsItsLadderOnceAcrossRestarts() {
        policy = policy(channel("ops", "ntfy") + "," + channel("second", "alertmanager"), "");
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        assertThat(outbox()).containsExactly("0/ops", "0/second");
        plane.clock.advance(Duration.ofMinutes(14));
        alerts.tick();
        assertThat(outbox()).hasSize(2);
        plane.clock.advance(Duration.ofMinutes(1));
        alerts.tick();
        restart();
        alerts.tick();
        assertThat(outbox()).containsExactly("0/ops", "0/second", "1/ops", "1/second");
        plane.clock.advance(Duration.ofMinutes(15));
        restart();
        alerts.tick();
        alerts.tick();
        assertThat(outbox()).containsExactly("0/ops", "0/second", "1/ops", "1/second", "2/second");
        plane.clock.advance(Duration.ofDays(1));
        alerts.tick();
        assertThat(outbox()).as("the ladder has an end").hasSize(5);
        assertThat(audited("alert.escalated")).hasSize(2);
        assertThat(only().nextStepAt()).isNull();
    }

    @Test
    void anAcknowledgedAlertClimbsNoFurtherAndIsAcknowledgedOnce() {
        policy = policy(channel("ops", "ntfy"), "");
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        Alert after = acknowledge(only());
        assertThat(after.state()).isEqualTo(AlertState.ACKNOWLEDGED);
        assertThat(after.acknowledgedBy()).isEqualTo("usr_1");
        plane.clock.advance(Duration.ofHours(1));
        alerts.tick();
        assertThat(outbox()).containsExactly("0/ops");
        assertThatThrownBy(() -> acknowledge(after))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_STATE));
        assertThat(audited("alert.acknowledge")).hasSize(1);
    }

    @Test
    void inQuietHoursOnlyTheWorstIsTold() {
        String night = plane.clock.now().toString().substring(11, 13);
        String quiet = "\"quiet_hours\": [{\"from\": \"%s:00\", \"to\": \"%s:59\"}],".formatted(night, night);
        policy = policy(channel("ops", "ntfy"), quiet);
        happens("supervision.restart.exhausted", Map.of("service", "openclaw"));
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        alerts.tick();
        assertThat(outbox()).containsExactly("0/ops");
        assertThat(list().alerts())
                .filteredOn(each -> each.told() == 1)
                .extracting(Alert::severity)
                .containsExactly(Severity.S1);
        plane.clock.advance(Duration.ofMinutes(61));
        alerts.tick();
        assertThat(list().alerts()).extracting(Alert::severity, Alert::told).contains(tuple(Severity.S2, 1));
    }

    @Test
    void aTrialIsToldLikeAnyOther() throws Exception {
        policy = policy(channel("ops", "ntfy"), "");
        AlertAnswer raised = ControlPlane.data(
                alerts.test(plane.call(Operation.ALERT_TEST, new AlertTrial(Severity.S4), ControlPlane.OPERATOR)));
        alerts.tick();
        AlertPost post = post(Resolver.system());
        CountDownLatch told = new CountDownLatch(1);
        Delivery watched = message -> {
            post.deliver(message);
            told.countDown();
        };
        try (OutboxRelay _ = OutboxRelay.start(plane.journal, watched, plane.clock)) {
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(only().deliveries())
                .extracting(Alert.Delivery::state)
                .containsExactly(Alert.DeliveryState.DELIVERED);
        Receiver.Seen seen = receiver.seen().getFirst();
        assertThat(seen.line()).isEqualTo("POST /ops HTTP/1.1");
        assertThat(seen.headers()).containsEntry("priority", "2").containsKey("title");
        assertThat(seen.text()).contains(raised.alert().alertId());
        assertThat(new String(metrics.text(), StandardCharsets.UTF_8))
                .contains("sonia_alert_deliveries_total{format=\"ntfy\",outcome=\"delivered\"} 1.0");
    }

    @Test
    void aWebhookIsSignedAndSaysTheSameIdAtEachAttempt() throws Exception {
        policy = policy(channel("hook", "webhook"), "");
        happens("audit.chain.broken", Map.of("first_bad_seq", 7));
        alerts.tick();
        assertThatThrownBy(() -> deliver("hook", 0)).isInstanceOf(SoniaException.class);
        assertThat(receiver.seen()).as("nothing goes out unsigned").isEmpty();
        Path key = plane.home.channelKey("hook");
        SecretFile.createFolder(key.getParent());
        SecretFile.write(key, "a secret between two\n".getBytes(StandardCharsets.UTF_8));
        deliver("hook", 1);
        Receiver.Seen seen = receiver.seen().getFirst();
        String id = only().alertId() + ".0";
        assertThat(seen.headers()).containsEntry("webhook-id", id);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("a secret between two".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((id + "." + seen.headers().get("webhook-timestamp") + ".").getBytes(StandardCharsets.UTF_8));
        assertThat(seen.headers().get("webhook-signature"))
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(mac.doFinal(seen.body())));
        Map<?, ?> data = (Map<?, ?>) Json.parseObject(seen.body()).get("data");
        assertThat(data.get("severity")).isEqualTo("S1");
        assertThat(data.get("payload")).isEqualTo(Map.of("first_bad_seq", 7L));
    }

    @Test
    void anAlertmanagerWebhookHasItsForm() throws Exception {
        policy = policy(channel("am", "alertmanager"), "");
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        deliver("am", 0);
        Map<String, Object> body = Json.parseObject(receiver.seen().getFirst().body());
        assertThat(body)
                .containsEntry("version", "4")
                .containsEntry("status", "firing")
                .containsEntry("receiver", "am");
        Map<?, ?> first = (Map<?, ?>) ((List<?>) body.get("alerts")).getFirst();
        assertThat(((Map<?, ?>) first.get("labels")).get("severity")).isEqualTo("S1");
        assertThat(Instant.parse(String.valueOf(first.get("startsAt")))).isEqualTo(only().createdAt());
    }

    @ParameterizedTest
    @EnumSource(
            value = Receiver.Manner.class,
            names = {"WELL"},
            mode = EnumSource.Mode.EXCLUDE)
    void whoeverDoesNotAnswerWellIsTriedAgainAndNotFollowed(Receiver.Manner manner) {
        policy = policy(channel("ops", "ntfy"), "");
        receiver.manner = manner;
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        long began = System.nanoTime();
        assertThatThrownBy(() -> deliver("ops", 0)).isInstanceOf(IOException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        Alert.Delivery delivery = only().deliveries().getFirst();
        assertThat(delivery.state()).isEqualTo(Alert.DeliveryState.WAITING);
        assertThat(delivery.problem()).isNotBlank();
        assertThat(receiver.seen()).as("a redirect is not followed").hasSize(1);
        assertThat(audited("alert.undelivered")).isEmpty();
        assertThatThrownBy(() -> deliver("ops", OutboxRelay.MAX_ATTEMPTS - 1)).isInstanceOf(IOException.class);
        assertThat(only().deliveries().getFirst().state()).isEqualTo(Alert.DeliveryState.FAILED);
        assertThat(audited("alert.undelivered")).hasSize(1);
        receiver.manner = Receiver.Manner.WELL;
    }

    @Test
    void onlyAPublicAddressIsPostedToUnlessThePolicySaysOtherwise() {
        for (String url : List.of(
                receiver.url("/x"),
                receiver.url("/x").replace("127.0.0.1", "localhost"),
                receiver.url("/x").replace("127.0.0.1", "[::1]"),
                "http://169.254.169.254/latest/meta-data",
                "http://10.0.0.1/")) {
            policy = policy("{\"name\": \"ops\", \"format\": \"ntfy\", \"url\": \"%s\"}".formatted(url), "");
            happens("supervision.restart.exhausted", Map.of("service", url));
            alerts.tick();
            assertThatThrownBy(() -> deliver("ops", 0)).as(url).isInstanceOf(IOException.class);
            assertThat(list().alerts().getFirst().deliveries().getFirst().problem())
                    .isEqualTo("its address is not public");
        }
        assertThat(receiver.seen()).isEmpty();
    }

    @Test
    void aMessageOfAnAcknowledgedAlertOrToADroppedChannelIsNotSent() throws Exception {
        policy = policy(channel("ops", "ntfy"), "");
        happens("audit.chain.broken", Map.of());
        alerts.tick();
        AlertPolicy with = policy;
        policy = policy("", "");
        deliver("ops", 0);
        assertThat(audited("alert.undelivered")).hasSize(1);
        policy = with;
        acknowledge(only());
        deliver("ops", 0);
        assertThat(receiver.seen()).isEmpty();
    }

    /** Delivers the newest alert's first message as the outbox would, after so many attempts that failed. */
    private void deliver(String channel, int failed) throws IOException {
        Map<String, Object> payload =
                Map.of("alert_id", list().alerts().getFirst().alertId(), "channel", channel, "step", 0L);
        post(Resolver.system()).deliver(new OutboxMessage(1, "alert " + channel, "x", new HashMap<>(payload), failed));
    }

    private AlertPost post(Resolver resolver) {
        metrics = new Metrics();
        return new AlertPost(
                plane.base,
                plane.home,
                () -> policy.routing(),
                new WebhookPost(resolver, Clock.system(), PATIENCE),
                metrics);
    }
}
