package io.sonia.evaos;

import io.sonia.contracts.evaos.Alert;
import io.sonia.contracts.evaos.AlertState;
import io.sonia.contracts.policy.AlertRouting;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Sha256;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import io.sonia.kernel.json.Timestamps;
import io.sonia.kernel.json.WireNamed;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * An alert as a channel is told it.
 *
 * @param headers beside those of every request
 */
@SuppressWarnings("ArrayRecordComponent") // written out as it is
record AlertMessage(Map<String, String> headers, byte[] body) {

    private static final int MAX_TEXT = 500;
    private static final String JSON = "application/json";

    /**
     * Writes it.
     *
     * @param step 0 for the first message about it
     * @param secret of the channel; null if it has none
     * @throws SoniaException AUTH_UNAVAILABLE if the channel signs and has no secret
     */
    static AlertMessage of(AlertRouting.Channel channel, Alert alert, int step, byte @Nullable [] secret, Instant now) {
        return switch (channel.format()) {
            case ALERTMANAGER -> bearing(JSON, Json.bytes(alertmanager(channel, alert, step)), secret);
            case NTFY -> ntfy(alert, step, secret);
            case WEBHOOK -> signed(alert, step, secret, now);
        };
    }

    private static AlertMessage bearing(String contentType, byte[] body, byte @Nullable [] secret) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        if (secret != null) {
            headers.put("Authorization", "Bearer " + new String(secret, StandardCharsets.US_ASCII));
        }
        return new AlertMessage(headers, body);
    }

    /** The form of Alertmanager's webhooks, version 4. */
    private static Map<String, @Nullable Object> alertmanager(AlertRouting.Channel channel, Alert alert, int step) {
        Map<String, @Nullable Object> labels = new LinkedHashMap<>();
        labels.put("alertname", alert.routeId());
        labels.put("severity", WireNamed.of(alert.severity()));
        labels.put("service", alert.source());
        labels.put("type", alert.type());
        Map<String, @Nullable Object> annotations = new LinkedHashMap<>();
        annotations.put("summary", title(alert, step));
        annotations.put("description", text(alert));
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("status", "firing");
        one.put("labels", labels);
        one.put("annotations", annotations);
        one.put("startsAt", Timestamps.format(alert.createdAt()));
        one.put("endsAt", "0001-01-01T00:00:00Z");
        one.put("generatorURL", "");
        one.put(
                "fingerprint",
                Sha256.hex(alert.alertId().getBytes(StandardCharsets.UTF_8)).substring(0, 16));
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("version", "4");
        all.put("groupKey", "{}:{alertname=\"" + alert.routeId() + "\"}");
        all.put("truncatedAlerts", 0);
        all.put("status", "firing");
        all.put("receiver", channel.name());
        all.put("groupLabels", Map.of("alertname", alert.routeId()));
        all.put("commonLabels", labels);
        all.put("commonAnnotations", annotations);
        all.put("externalURL", "");
        all.put("alerts", List.of(one));
        return all;
    }

    private static AlertMessage ntfy(Alert alert, int step, byte @Nullable [] secret) {
        String priority = switch (alert.severity()) {
            case S1 -> "5";
            case S2 -> "4";
            case S3 -> "3";
            case S4 -> "2";
        };
        AlertMessage message =
                bearing("text/plain; charset=utf-8", text(alert).getBytes(StandardCharsets.UTF_8), secret);
        message.headers().put("Title", title(alert, step));
        message.headers().put("Priority", priority);
        message.headers().put("Tags", "sonia," + WireNamed.of(alert.severity()));
        return message;
    }

    /** Signed as Standard Webhooks: HMAC-SHA256 over id, time and body. The id is the same at each attempt. */
    private static AlertMessage signed(Alert alert, int step, byte @Nullable [] secret, Instant now) {
        if (secret == null) {
            throw SoniaException.of(ErrorCode.AUTH_UNAVAILABLE, "The channel has no secret to sign with");
        }
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("alert_id", alert.alertId());
        data.put("route_id", alert.routeId());
        data.put("severity", WireNamed.of(alert.severity()));
        data.put("state", WireNamed.of(alert.state()));
        data.put("type", alert.type());
        data.put("source", alert.source());
        data.put("step", step);
        data.put("occurrences", alert.occurrences());
        data.put("correlation_id", alert.correlationId());
        data.put("summary", title(alert, step));
        data.put("payload", alert.payload());
        Map<String, @Nullable Object> event = new LinkedHashMap<>();
        event.put("type", step == 0 ? "alert.raised" : "alert.escalated");
        event.put("timestamp", Timestamps.format(alert.createdAt()));
        event.put("data", data);
        byte[] body = Json.bytes(event);
        String id = alert.alertId() + "." + step;
        String time = String.valueOf(now.getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", JSON);
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", time);
        headers.put("webhook-signature", "v1," + hmac(secret, id + "." + time + ".", body));
        return new AlertMessage(headers, body);
    }

    private static String hmac(byte[] secret, String prefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            mac.update(prefix.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA256", e);
        }
    }

    /** One line of ASCII: types, routes and services have nothing else in their names. */
    private static String title(Alert alert, int step) {
        String told = step == 0 ? "" : ", told again (" + step + ")";
        String often = alert.occurrences() == 1 ? "" : ", " + alert.occurrences() + " times";
        return WireNamed.of(alert.severity()) + " " + alert.type() + " at " + alert.source() + often + told;
    }

    private static String text(Alert alert) {
        String payload = Json.text(alert.payload());
        String what = payload.length() > MAX_TEXT ? payload.substring(0, MAX_TEXT) + "..." : payload;
        String next =
                alert.state() == AlertState.OPEN ? "\nacknowledge with ./sonia alerts ack " + alert.alertId() : "";
        return what + "\nrequest " + alert.correlationId() + next;
    }
}
