package io.sonia.contracts.policy;

import io.sonia.contracts.gateway.Severity;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** What must hold across the fields of what the policy says of alerts. */
final class AlertChecks {

    private static final String ROUTING = PolicyReader.ALERTS + ": ";
    private static final String ESCALATION = PolicyReader.ESCALATION + ": ";

    private final Consumer<String> problems;

    AlertChecks(Consumer<String> problems) {
        this.problems = problems;
    }

    void all(AlertPolicy alerts) {
        AlertRouting routing = alerts.routing();
        Set<String> routes = new HashSet<>();
        for (AlertRouting.Route route : routing.routes()) {
            if (!routes.add(route.routeId())) {
                problems.accept(ROUTING + "routes: " + route.routeId() + " is listed twice");
            }
        }
        Set<String> channels = new HashSet<>();
        for (AlertRouting.Channel channel : routing.channels()) {
            if (!channels.add(channel.name())) {
                problems.accept(ROUTING + "channels: " + channel.name() + " is listed twice");
            }
            if (!address(channel.url())) {
                problems.accept(ROUTING + "channels: " + channel.name()
                        + ": expected an http or https address with a host and without a user or a fragment");
            }
        }
        routing.quietHours().forEach(this::window);
        escalation(alerts.escalation(), channels);
    }

    private void escalation(IncidentEscalation escalation, Set<String> channels) {
        Set<Severity> severities = new HashSet<>();
        for (IncidentEscalation.Ladder ladder : escalation.ladders()) {
            String where = ESCALATION + "ladders: " + ladder.severity();
            if (!severities.add(ladder.severity())) {
                problems.accept(where + " is listed twice");
            }
            for (IncidentEscalation.Step step : ladder.steps()) {
                step.channels().stream()
                        .filter(each -> !channels.contains(each))
                        .forEach(each -> problems.accept(
                                where + ": there is no channel " + each + PolicyReader.nearest(each, channels)));
            }
        }
    }

    private void window(TimeWindow window) {
        if (!ZoneId.getAvailableZoneIds().contains(window.zone())) {
            problems.accept(ROUTING + "quiet_hours: there is no time zone " + window.zone());
        }
        if (window.from().equals(window.to())) {
            problems.accept(ROUTING + "quiet_hours: from and to are the same");
        }
    }

    private static boolean address(String url) {
        try {
            URI uri = new URI(url);
            boolean scheme = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return scheme && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
