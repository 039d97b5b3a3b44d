package io.sonia.evaos;

import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.evaos.PolicyQuery;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.evaos.policy.Judgement;
import io.sonia.evaos.policy.Policy;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.settings.Live;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The policy of this process: the set read at start, with the default verdict of the settings. */
final class PolicyInForce implements Supplier<Policy> {

    private final PolicySet set;
    private final Live<PolicyConfig> config;
    private final Path workspace;
    private final Instant loadedAt;
    private volatile Policy current;

    PolicyInForce(PolicySet set, Live<PolicyConfig> config, Path workspace, Instant loadedAt) {
        this.set = set;
        this.config = config;
        this.workspace = workspace;
        this.loadedAt = loadedAt;
        this.current = new Policy(set, config.get().defaultVerdict(), workspace);
    }

    @Override
    public Policy get() {
        Verdict wanted = config.get().defaultVerdict();
        Policy policy = current;
        if (policy.defaultVerdict() != wanted) {
            policy = new Policy(set, wanted, workspace);
            current = policy;
        }
        return policy;
    }

    String version() {
        return set.version();
    }

    Reply show(Call<PolicyQuery> call) {
        requireInForce(call.input().version());
        return Reply.ok(new PolicyAnswer(
                set.version(),
                set.digest(),
                get().defaultVerdict(),
                set.risk().tools(),
                set.risk().rules(),
                set.files(),
                loadedAt));
    }

    /** What the gate would say, without asking it: no record, no approval. */
    Reply evaluate(Call<EvaluateRequest> call) {
        EvaluateRequest input = call.input();
        requireInForce(input.version());
        Judgement judgement = get().judge(input.toolName(), input.args(), input.role());
        return Reply.ok(
                new EvaluateAnswer(judgement.verdict(), judgement.ruleId(), judgement.tier(), judgement.trace()));
    }

    private void requireInForce(@Nullable String version) {
        if (version != null && !version.equals(set.version())) {
            throw SoniaException.of(ErrorCode.NOT_FOUND, "This policy version is not in force")
                    .with("policy_version", set.version());
        }
    }
}
