package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files for Prometheus and Grafana name figures and addresses that a working stack has. */
class OperatorFilesIT {

    private static final Path OPS = Path.of("..", "ops");
    private static final Pattern FIGURE = Pattern.compile("\\bsonia_[a-z_]+");
    private static final Pattern TARGET =
            Pattern.compile("127\\.0\\.0\\.1:(\\d+)\"]\\s+labels: \\{service: ([a-z-]+)}");

    /** Figures of what a healthy stack in one process does not meet; their own tests have them. */
    private static final Set<String> UNMET = Set.of(
            "sonia_shed_total",
            "sonia_rate_limited_total",
            "sonia_restarts_total",
            "sonia_restart_budget_left",
            "sonia_service_state");

    @TempDir
    Path folder;

    @Test
    void everyFigureIsMeasured() throws Exception {
        TestHome home = TestHome.install(folder, Map.of());
        Set<String> measured = new TreeSet<>();
        try (Stack _ = AllInOneIT.start(home)) {
            Api.Response parked = home.gateway()
                    .post("/v1/turn", Map.of("input_text", "write hello to a.txt", "conversation_id", "m"));
            String approval = String.valueOf(Api.objects(parked.data().get("pending_approvals"))
                    .getFirst()
                    .get("approval_id"));
            home.gateway().post("/v1/confirmations/" + approval + "/approve", Map.of());
            Api.anonymous(home.port(ServiceName.API_GATEWAY)).get("/v1/sessions");
            for (ServiceName service : ServiceName.values()) {
                measured.addAll(figures(
                        Api.anonymous(home.port(service)).get("/metrics").text()));
            }
        }
        for (String file : Set.of("alerts.yml", "grafana-dashboard.json")) {
            Set<String> named = figures(Files.readString(OPS.resolve(file)));
            named.removeAll(UNMET);
            assertThat(measured).as(file).containsAll(named);
        }
    }

    @Test
    void everyServiceIsScrapedWhereItListens() throws IOException {
        Matcher target = TARGET.matcher(Files.readString(OPS.resolve("prometheus.yml")));
        Set<String> scraped = new TreeSet<>();
        while (target.find()) {
            ServiceName service = ServiceName.byWireName(target.group(2)).orElseThrow();
            assertThat(Integer.parseInt(target.group(1))).isEqualTo(service.defaultPort());
            scraped.add(service.wireName());
        }
        assertThat(scraped).hasSize(ServiceName.values().length);
    }

    @Test
    void theDashboardAsksItsDataSourceAndNothingElse() throws IOException {
        Map<String, Object> dashboard = Json.parseObject(Files.readAllBytes(OPS.resolve("grafana-dashboard.json")));
        assertThat(dashboard).containsEntry("uid", "sonia");
        for (Map<String, Object> panel : Api.objects(dashboard.get("panels"))) {
            if (!panel.get("type").equals("row")) {
                assertThat(Api.object(panel.get("datasource"))).containsEntry("uid", "${datasource}");
                assertThat(Api.objects(panel.get("targets"))).isNotEmpty();
            }
        }
    }

    private static Set<String> figures(String text) {
        Set<String> figures = new TreeSet<>();
        Matcher figure = FIGURE.matcher(text);
        while (figure.find()) {
            figures.add(figure.group());
        }
        return figures;
    }
}
