package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.sonia.kernel.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens in a running house is told to a channel of its policy, and acknowledged. */
class AlertsIT {

    @TempDir
    Path folder;

    @Test
    void whatHappensIsToldToTheChannelOfThePolicyAndAcknowledged() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        HttpServer channel = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        channel.createContext("/", exchange -> {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        channel.start();
        TestHome home = TestHome.install(folder, Map.of("rate_limit", TestHome.noRateLimit()));
        Path routing = home.home().policies().resolve("alert_routing.json");
        Files.writeString(routing, Files.readString(routing).replace("\"channels\": []", """
                        "channels": [{"name": "ops", "format": "alertmanager", "allow_private": true,
                          "severities": ["S1", "S2"], "url": "http://127.0.0.1:%d/hook"}]""".formatted(
                        channel.getAddress().getPort())));
        try (Stack _ = AllInOneIT.start(home)) {
            Api evaOs = Api.at(home.port(ServiceName.EVA_OS), home.operatorToken());
            evaOs.post("/v1/alerts/test", Map.of("severity", "S2"));
            assertThat(told.poll(20, TimeUnit.SECONDS)).contains("alert.test");
            evaOs.post("/v1/kill-switch", Map.of("scope", "all", "engaged", true, "reason", "a trial"));
            assertThat(told.poll(20, TimeUnit.SECONDS))
                    .contains("kill_switch.changed")
                    .contains("\"S2\"");
            List<Map<String, Object>> open = alerts(evaOs, "?state=open");
            assertThat(open).extracting(each -> each.get("type")).contains("alert.test", "kill_switch.changed");
            for (Map<String, Object> each : open) {
                String path = "/v1/alerts/" + each.get("alert_id") + "/acknowledge";
                assertThat(evaOs.post(path, Map.of("note", "seen")).status()).isEqualTo(200);
                assertThat(evaOs.post(path, Map.of()).code()).isEqualTo("INVALID_STATE");
            }
            assertThat(alerts(evaOs, "?state=open")).isEmpty();
            assertThat(evaOs.post("/v1/alerts/alr_none/acknowledge", Map.of()).code())
                    .isEqualTo("NOT_FOUND");
            assertThat(evaOs.get("/metrics").text())
                    .contains("sonia_alerts_open{severity=\"S2\"} 0.0")
                    .contains("sonia_alert_deliveries_total{format=\"alertmanager\",outcome=\"delivered\"}");
        } finally {
            channel.stop(0);
        }
    }

    private static List<Map<String, Object>> alerts(Api evaOs, String query) throws IOException {
        Api.Response answer = evaOs.get("/v1/alerts" + query);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return Api.objects(answer.data().get("alerts"));
    }
}
