package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Ids;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.identity.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a whole stack answers without keys, where its settings say so. */
@Timeout(120)
class DevelopmentModeIT {

    private static final Map<String, Object> WRITE =
            Map.of("tool_name", "file.write", "args", Map.of("path", "a.txt", "content", "hello"));

    @TempDir
    Path folder;

    private TestHome home;

    private Api anybody(ServiceName service) {
        return Api.anonymous(home.port(service));
    }

    @Test
    void withAuthenticationOffWhoeverComesIsTheDeveloperAndEachAnswerSaysSo() throws IOException {
        home = TestHome.install(folder, Map.of("auth", Map.of("enabled", false)));
        try (Stack _ = AllInOneIT.start(home)) {
            Api gateway = anybody(ServiceName.API_GATEWAY);
            Api.Response pending = gateway.post("/v1/action", WRITE);
            assertThat(pending.status()).as(pending.text()).isEqualTo(202);
            assertThat(pending.header("X-Sonia-Dev-Mode")).contains("1");
            String approval =
                    (String) Api.object(pending.data().get("approval")).get("approval_id");
            Api evaOs = anybody(ServiceName.EVA_OS);
            Api.Response approved = evaOs.post("/approve", Map.of("approval_id", approval, "decision", "approved"));
            assertThat(approved.status()).as(approved.text()).isEqualTo(200);
            Api.Response approve = gateway.post(
                    "/v1/actions/" + pending.data().get("action_id") + "/approve", Map.of("wait_ms", 10_000));
            assertThat(approve.status()).as(approve.text()).isIn(200, 409);
            StackProcess.await(
                    Duration.ofSeconds(20),
                    () -> Files.exists(home.home().workspace().resolve("a.txt")),
                    "the file is written");
            assertThat(whoAmI(evaOs)).containsEntry("actor_id", "dev").containsEntry("actor_role", "operator");
            String wrong = Credential.issue(Credential.Kind.PERSON, new Ids(new SecureRandom()))
                    .text();
            assertThat(whoAmI(evaOs.with("Authorization", "Bearer " + wrong))).containsEntry("actor_id", "dev");
            Api service = evaOs.with("X-Service-Token", home.serviceToken(ServiceName.PIPECAT));
            assertThat(whoAmI(service)).containsEntry("actor_id", "pipecat").containsEntry("actor_role", "service");
            assertThat(evaOs.with("X-Service-Token", "st-sonia-forged")
                            .get("/v1/auth/whoami")
                            .status())
                    .isEqualTo(401);
            Map<String, Object> posture =
                    Api.object(gateway.get("/status").data().get("auth_posture"));
            assertThat(posture).containsEntry("auth_enabled", false).containsEntry("dev_mode", true);
            assertThat(actors(evaOs, "approve")).containsOnly("dev operator");
            assertThat(Files.readString(home.home().log(ServiceName.API_GATEWAY)))
                    .contains("\"event\":\"auth.off\"");
        }
    }

    @Test
    void openDiagnosticsAreReadsThatEverybodyMayMakeAndNothingElse() throws IOException {
        home = TestHome.install(folder, Map.of("auth", Map.of("open_diagnostics", true)));
        try (Stack _ = AllInOneIT.start(home)) {
            Api gateway = anybody(ServiceName.API_GATEWAY);
            Api evaOs = anybody(ServiceName.EVA_OS);
            Api.Response status = gateway.get("/status");
            assertThat(status.status()).isEqualTo(200);
            assertThat(status.header("X-Sonia-Dev-Mode")).isEmpty();
            assertThat(Api.object(status.data().get("auth_posture")))
                    .containsEntry("auth_enabled", true)
                    .containsEntry("open_diagnostics", true);
            Api operator = Api.at(home.port(ServiceName.API_GATEWAY), home.operatorToken());
            Api.Response pending = operator.post("/v1/action", WRITE);
            Api.Response listed = evaOs.get("/approvals");
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.text())
                    .contains(Api.object(pending.data().get("approval"))
                            .get("approval_id")
                            .toString())
                    .doesNotContain("hello");
            // Reads with a body, work, decisions and internals stay shut.
            assertThat(evaOs.post("/v1/policy/evaluate", WRITE).status()).isEqualTo(401);
            assertThat(gateway.post("/v1/action", WRITE).status()).isEqualTo(401);
            assertThat(evaOs.get("/v1/users").status()).isEqualTo(401);
            assertThat(evaOs.get("/v1/auth/verifiers").status()).isEqualTo(401);
            assertThat(gateway.with("Authorization", "Bearer no").get("/status").status())
                    .isEqualTo(401);
        }
    }

    private static Map<String, Object> whoAmI(Api at) {
        return at.get("/v1/auth/whoami").data();
    }

    private static List<String> actors(Api evaOs, String operation) {
        return Api.objects(evaOs.get("/v1/audit/entries?limit=200").data().get("entries")).stream()
                .filter(each -> operation.equals(each.get("operation")))
                .map(each -> each.get("actor_id") + " " + each.get("actor_role"))
                .toList();
    }
}
