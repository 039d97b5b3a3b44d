package io.sonia.evaos;

import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.Alert.DeliveryState;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.journal.Delivery;
import io.sonia.journal.OutboxMessage;
import io.sonia.journal.OutboxRelay;
import io.sonia.journal.Tx;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Home;
import io.sonia.kernel.SecretFile;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.WireNamed;
import io.sonia.kernel.metrics.Counter;
import io.sonia.kernel.metrics.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries alerts to their channels, each channel on a lane of its own, so that one that hangs holds up no other. How each
 * attempt went is on record with the alert; a message that is given up is an audit entry.
 */
final class AlertPost implements Delivery {

    private static final String TOPIC = "alert ";

    private final Foundation base;
    private final Home home;
    private final Supplier<AlertRouting> routing;
    private final WebhookPost post;
    private final Counter deliveries;

    AlertPost(Foundation base, Home home, Supplier<AlertRouting> routing, WebhookPost post, Metrics metrics) {
        this.base = base;
        this.home = home;
        this.routing = routing;
        this.post = post;
        this.deliveries = metrics.counter(
                "sonia_alert_deliveries_total", "Attempts to tell a channel of an alert", "format", "outcome");
    }

    /** Puts a message to a channel into the outbox. */
    static void publish(Tx tx, String alertId, String channel, int step) throws SQLException {
        tx.publish(
                TOPIC + channel,
                alertId + "/" + step + "/" + channel,
                Map.of("alert_id", alertId, "channel", channel, "step", step));
    }

    @Override
    public void deliver(OutboxMessage message) throws IOException {
        String alertId = String.valueOf(message.payload().get("alert_id"));
        String name = String.valueOf(message.payload().get("channel"));
        int step = message.payload().get("step") instanceof Number number ? number.intValue() : 0;
        Optional<Alert> alert = base.journal().read(sql -> AlertStore.find(sql, alertId));
        if (alert.isEmpty()) {
            return;
        }
        Optional<AlertRouting.Channel> channel = routing.get().channels().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
        int attempts = message.attempts() + 1;
        if (channel.isEmpty() || alert.get().state() != AlertState.OPEN) {
            String why = channel.isEmpty() ? "the policy has no such channel any more" : "acknowledged meanwhile";
            record(alert.get(), name, step, DeliveryState.FAILED, attempts, why);
            return;
        }
        try {
            post.send(channel.get(), written(channel.get(), alert.get(), step));
        } catch (IOException | SoniaException e) {
            boolean last = attempts >= OutboxRelay.MAX_ATTEMPTS;
            String problem = e instanceof IOException io ? WebhookPost.problem(io) : ((SoniaException) e).text();
            count(channel.get(), last ? "given_up" : "failed");
            record(alert.get(), name, step, last ? DeliveryState.FAILED : DeliveryState.WAITING, attempts, problem);
            throw e;
        }
        count(channel.get(), "delivered");
        record(alert.get(), name, step, DeliveryState.DELIVERED, attempts, null);
    }

    private AlertMessage written(AlertRouting.Channel channel, Alert alert, int step) {
        return AlertMessage.of(
                channel, alert, step, secret(channel), base.clock().now());
    }

    private byte @Nullable [] secret(AlertRouting.Channel channel) {
        Path file = home.channelKey(channel.name());
        if (!Files.exists(file)) {
            return null;
        }
        byte[] read = SecretFile.read(file, "allow its owner alone to read it");
        return new String(read, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
    }

    private void count(AlertRouting.Channel channel, String outcome) {
        deliveries.increment(WireNamed.of(channel.format()), outcome);
    }

    private void record(
            Alert alert, String channel, int step, DeliveryState state, int attempts, @Nullable String problem) {
        Alert.Delivery delivery = new Alert.Delivery(
                channel, step, state, attempts, problem, base.clock().now());
        base.journal().commit(tx -> {
            AlertStore.delivered(tx.sql(), alert.alertId(), delivery);
            if (state == DeliveryState.FAILED && alert.state() == AlertState.OPEN) {
                tx.audit(base.own("alert.undelivered", "timer")
                        .outcome(ErrorCode.DEPENDENCY_FAILED)
                        .about("alert", alert.alertId())
                        .detail(Map.of(
                                "channel",
                                channel,
                                "step",
                                step,
                                "attempts",
                                attempts,
                                "problem",
                                problem == null ? "" : problem)));
            }
            return delivery;
        });
    }
}
