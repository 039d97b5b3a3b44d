package io.sonia.openclaw;

import static io.sonia.openclaw.Workshop.changed;
import static io.sonia.openclaw.Workshop.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.Grant;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.openclaw.Execution;
import io.sonia.contracts.openclaw.ExecutionState;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.identity.Ed25519;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each call below is wrong in more than one way; the first check in the documented order is the one that speaks. */
class ExecuteOrderIT extends WorkshopCase {

    private static final String WRITE = "{'path':'notes.txt','content':'mine'}";
    private static final String WRITE_LINK = "{'path':'link/notes.txt','content':'mine'}";

    private Map<String, String> before;

    @BeforeEach
    void furnish() throws IOException {
        Files.writeString(shop.home.workspace().resolve("notes.txt"), "hers");
        Files.createSymbolicLink(
                shop.home.workspace().resolve("link"), shop.home.workspace().resolve("docs"));
        before = shop.workspace();
    }

    /** Refused with that code before anything was recorded but the refusal, and EVA-OS was asked no more than that. */
    private SoniaException refusedAt(ErrorCode code, List<String> asked, String tool, String args, String token)
            throws IOException {
        SoniaException refusal = refused(() -> shop.execute(request(tool, args, token, "exe_1")), code);
        assertThat(evaOs.asked).isEqualTo(asked);
        assertNothingHappened();
        return refusal;
    }

    private void assertNothingHappened() throws IOException {
        assertThat(shop.workspace()).isEqualTo(before);
        assertThat(memory.stored).isEmpty();
        assertThat(shop.count("executions")).isZero();
        assertThat(shop.count("outbox")).isZero();
        assertThat(shop.recorded()).noneMatch(each -> each.startsWith("tool."));
    }

    @Test
    void anUnknownToolComesBeforeItsArgumentsAndItsGrant() throws IOException {
        SoniaException refusal =
                refusedAt(ErrorCode.NOT_FOUND, List.of(), "file.erase", "{'nonsense':1}", "not a grant");
        assertThat(refusal.details()).containsEntry("tool_name", "file.erase");
    }

    @Test
    void malformedArgumentsComeBeforeTheGrantAndAreAllNamed() throws IOException {
        SoniaException refusal = refusedAt(
                ErrorCode.INVALID_ARGUMENT, List.of(), "file.write", "{'path':5,'owner':'me'}", "not a grant");
        assertThat(refusal.details().get("violations").toString()).contains("args.path", "args.owner", "args.content");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "file.write | {'path':'../../../etc/passwd','content':'x'} | PATH_OUTSIDE_SANDBOX",
                "file.read | {'path':'../../../etc/passwd'} | PATH_OUTSIDE_SANDBOX",
                "shell.run | {'command':'cd /tmp && malware.exe'} | INVALID_COMMAND",
                "web.fetch | {'url':'https://nobody.example/'} | URL_DENIED",
            })
    void whatTheArgumentsAloneShowComesBeforeTheGrant(String tool, String args, ErrorCode code) throws IOException {
        refusedAt(code, List.of(), tool, args, null);
        refusedAt(code, List.of(), tool, args, "not a grant");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "file.write | {'path':'link/notes.txt','content':'x'}",
                "shell.run | {'command':'rm /important/file'}",
                "memory.store | {'type':'fact','content':'x'}",
            })
    void aMissingGrantComesBeforeTheLookAtTheWorld(String tool, String args) throws IOException {
        SoniaException refusal = refusedAt(ErrorCode.POLICY_DENIED, List.of("policy"), tool, args, null);
        assertThat(refusal.details()).containsEntry("requires_grant", true).containsKey("rule_id");
        assertThat(shop.recorded()).containsExactly("execute POLICY_DENIED");
    }

    @Test
    void anUnusableGrantComesBeforeTheLookAtTheWorld() throws IOException {
        Grant good = shop.grant("file.write", WRITE_LINK);
        Map<String, String> tokens = Map.of(
                "not a grant",
                "malformed",
                good.signedWith(Ed25519.newKeyPair().getPrivate()),
                "signature",
                shop.token(changed(good, "audience", "somebody")),
                "scope_mismatch",
                shop.token(changed(good, "requester", "taras")),
                "scope_mismatch",
                shop.token(changed(good, "tool", "file.read")),
                "scope_mismatch",
                shop.token(changed(good, "policy_version", "pol_2")),
                "scope_mismatch",
                shop.token(shop.grant("file.write", WRITE)),
                "scope_mismatch",
                shop.token(changed(good, "expires_at", "2026-01-01T00:00:00.000Z")),
                "expired");
        for (Map.Entry<String, String> each : tokens.entrySet()) {
            SoniaException refusal =
                    refusedAt(ErrorCode.INVALID_APPROVAL, List.of(), "file.write", WRITE_LINK, each.getKey());
            assertThat(refusal.details()).containsEntry("reason", each.getValue());
        }
        assertThat(shop.recorded()).hasSize(tokens.size()).containsOnly("execute INVALID_APPROVAL");
    }

    @Test
    void aGrantShownWithAnotherFenceTokenIsStale() throws IOException {
        String token = shop.token(shop.grant("file.write", WRITE));
        SoniaException refusal = refused(
                () -> shop.execute(request("file.write", WRITE, token, null), Map.of("x-fence-token", "6"), null),
                ErrorCode.INVALID_APPROVAL);
        assertThat(refusal.details()).containsEntry("reason", "stale_fence");
        assertThat(evaOs.asked).isEmpty();
        assertNothingHappened();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "file.write | {'path':'link/notes.txt','content':'x'} | SYMLINK_DENIED",
                "file.write | {'path':'keys.db','content':'x'} | PATH_OUTSIDE_SANDBOX",
                "shell.run | {'command':'rm notes.txt'} | INVALID_COMMAND",
                "shell.run | {'command':'cat link/welcome.md'} | SYMLINK_DENIED",
            })
    void theLookAtTheWorldComesBeforeTheGrantIsUsedUp(String tool, String args, ErrorCode code) throws IOException {
        Grant grant = shop.grant(tool, args);
        refusedAt(code, List.of(), tool, args, shop.token(grant));
        assertThat(evaOs.consumer(grant)).isNull();
        assertThat(shop.recorded()).containsExactly("execute " + code);
    }

    @Test
    void policyComesBeforeTheLookAtTheWorldForReadsToo() throws IOException {
        String args = "{'path':'S:/data/openclaw/sonia.db'}";
        SoniaException refusal = refusedAt(ErrorCode.PATH_OUTSIDE_SANDBOX, List.of("policy"), "file.read", args, null);
        assertThat(refusal.details()).containsEntry("reason", "protected");
        evaOs.says(
                "file.read",
                new EvaluateAnswer(Verdict.DENY, "never", RiskTier.SAFE_READ, List.of(), "pol_1", Circumstances.NONE));
        refusal = refusedAt(ErrorCode.POLICY_DENIED, List.of("policy", "policy"), "file.read", args, null);
        assertThat(refusal.details()).containsEntry("rule_id", "never").containsEntry("requires_grant", false);
    }

    /** A read without a grant needs both: policy allows it, and policy holds it for a safe read. */
    @ParameterizedTest
    @CsvSource({"ALLOW, GUARDED_LOW", "ALLOW, ", "CONFIRM, SAFE_READ", "CONFIRM, GUARDED_HIGH", "DENY, BLOCKED"})
    void onlyAnAllowedSafeReadRunsWithoutAGrant(Verdict verdict, RiskTier tier) throws IOException {
        evaOs.says("file.read", new EvaluateAnswer(verdict, "r1", tier, List.of(), "pol_1", Circumstances.NONE));
        SoniaException refusal =
                refusedAt(ErrorCode.POLICY_DENIED, List.of("policy"), "file.read", "{'path':'notes.txt'}", null);
        assertThat(refusal.details())
                .containsEntry("rule_id", "r1")
                .containsEntry("requires_grant", verdict != Verdict.DENY);
        evaOs.says(
                "file.read",
                new EvaluateAnswer(Verdict.ALLOW, "r2", RiskTier.SAFE_READ, List.of(), "pol_1", Circumstances.NONE));
        assertThat(shop.run(request("file.read", "{'path':'notes.txt'}", null, "exe_1"))
                        .result())
                .containsEntry("content", "hers");
    }

    @Test
    void nothingRunsWhileNobodyCanBeAsked() throws IOException {
        evaOs.away();
        SoniaException refusal = refusedAt(ErrorCode.UNAVAILABLE, List.of(), "file.read", "{'path':'notes.txt'}", null);
        assertThat(refusal.details()).containsEntry("dependency", "eva-os");
        assertThat(shop.recorded()).containsExactly("execute UNAVAILABLE");
    }

    @Test
    void aGrantRunsOneExecutionOnly() throws IOException {
        Grant grant = shop.grant("file.write", WRITE);
        shop.run(request("file.write", WRITE, shop.token(grant), "exe_first"));
        assertThat(evaOs.consumer(grant)).isEqualTo("exe_first");
        Files.writeString(shop.home.workspace().resolve("notes.txt"), "changed since");

        SoniaException refusal = refused(
                () -> shop.execute(request("file.write", WRITE, shop.token(grant), "exe_second")),
                ErrorCode.INVALID_APPROVAL);
        assertThat(refusal.details()).containsEntry("reason", "consumed");
        assertThat(evaOs.asked).containsExactly("consume");
        assertThat(shop.home.workspace().resolve("notes.txt")).hasContent("changed since");
        assertThat(shop.count("executions")).isEqualTo(1);
        assertThat(shop.recorded()).endsWith("execute INVALID_APPROVAL");
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_APPROVAL, policy_changed, policy_changed",
        "STALE_FENCE, , stale_fence",
        "NOT_FOUND, , unknown",
        "APPROVAL_EXPIRED, , expired",
        "INVALID_STATE, , cancelled",
        "ALREADY_DECIDED, , cancelled"
    })
    void aGrantThatEvaOsRefusesRunsNothing(ErrorCode answer, String given, String reason) throws IOException {
        SoniaException why = SoniaException.of(answer);
        evaOs.refuses(given == null ? why : why.with("reason", given));
        String token = shop.token(shop.grant("file.write", WRITE));
        UnaryOperator<String> tried = id -> String.valueOf(
                refused(() -> shop.run(request("file.write", WRITE, token, id)), ErrorCode.INVALID_APPROVAL)
                        .details()
                        .get("reason"));
        assertThat(tried.apply("exe_1")).isEqualTo(reason);
        Execution refusedOne = shop.execution("exe_1");
        assertThat(refusedOne.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(refusedOne.outcome()).isEqualTo("INVALID_APPROVAL");
        assertThat(refusedOne.startedAt()).isNull();
        assertThat(shop.recorded()).containsExactly("tool.claim OK", "tool.outcome INVALID_APPROVAL");
        assertThat(shop.workspace()).isEqualTo(before);

        evaOs.refuses(null);
        assertThat(tried.apply("exe_2")).isEqualTo("consumed");
        assertThat(shop.workspace()).isEqualTo(before);
    }
}
