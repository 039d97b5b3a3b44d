package io.sonia.evaos;

import io.sonia.contracts.RiskTier;
import io.sonia.contracts.evaos.Circumstances;
import io.sonia.contracts.evaos.EvaluateAnswer;
import io.sonia.contracts.evaos.EvaluateRequest;
import io.sonia.contracts.evaos.KillSwitch.Stoppable;
import io.sonia.contracts.evaos.PolicyAnswer;
import io.sonia.contracts.evaos.PolicyQuery;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.evaos.policy.Judgement;
import io.sonia.evaos.policy.Policy;
import io.sonia.evaos.policy.Situation;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.http.Call;
import io.sonia.kernel.http.Reply;
import io.sonia.kernel.settings.Live;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The policy of this process: the set read at start or approved since, with the default verdict of the settings. What
 * earlier versions would say can be asked too; only the one in force decides.
 */
final class PolicyInForce implements Supplier<Policy> {

    private final PolicyVersions versions;
    private final Live<PolicyConfig> config;
    private final Path workspace;
    private final KillSwitches stops;
    private final Journal journal;
    private final Clock clock;
    private volatile Policy current;

    PolicyInForce(PolicySet set, KillSwitches stops, Foundation base, Live<PolicyConfig> config, Path workspace) {
        this.versions = new PolicyVersions(base);
        this.stops = stops;
        this.journal = base.journal();
        this.clock = base.clock();
        this.config = config;
        this.workspace = workspace;
        this.current = over(set);
    }

    /** Puts the version on record. */
    void boot() {
        versions.apply(set());
    }

    /** Judges by another set from now on. */
    void use(PolicySet next) {
        current = over(next);
    }

    PolicySet set() {
        return current.set();
    }

    PolicyVersions versions() {
        return versions;
    }

    @Override
    public Policy get() {
        Policy policy = current;
        if (policy.defaultVerdict() != defaultVerdict()) {
            policy = over(policy.set());
            current = policy;
        }
        return policy;
    }

    String version() {
        return set().version();
    }

    Reply show(Call<PolicyQuery> call) {
        String version = call.input().version();
        PolicyVersions.Kept kept = versions.get(version == null ? version() : version);
        PolicySet shown = kept.set();
        return Reply.ok(new PolicyAnswer(
                shown.version(),
                shown.digest(),
                defaultVerdict(),
                shown.risk().tools(),
                shown.risk().rules(),
                shown.files(),
                kept.appliedAt()));
    }

    /** What the gate would say, without asking it: no record, no approval. */
    Reply evaluate(Call<EvaluateRequest> call) {
        EvaluateRequest input = call.input();
        Policy policy = asked(input);
        Circumstances given = input.circumstances();
        Instant at = given.at() == null ? clock.now() : given.at();
        CallCounts counts =
                new CallCounts(journal, given.sessionId(), call.caller().principal(), at, given.counted());
        boolean now = input.version() == null && input.files().isEmpty() && given.at() == null;
        RiskTier tier = policy.set().risk().tools().get(input.toolName());
        String actor = call.caller().principal();
        Judgement judgement = stops.stopping(new Stoppable(input.toolName(), tier, given.sessionId(), actor))
                .filter(stop -> now)
                .map(stop -> Judgement.stopped(stop.ruleId(), tier))
                .orElseGet(() -> policy.judge(
                        input.toolName(),
                        input.args(),
                        new Situation(input.role(), given.sessionId(), given.tainted(), at, counts)));
        return Reply.ok(new EvaluateAnswer(
                judgement.verdict(),
                judgement.ruleId(),
                judgement.tier(),
                judgement.trace(),
                policy.version(),
                new Circumstances(given.sessionId(), given.tainted(), at, judgement.counted())));
    }

    private Policy asked(EvaluateRequest input) {
        String version = input.version();
        Map<String, String> files = input.files();
        if (version == null || version.equals(version())) {
            return files.isEmpty() ? get() : over(set().with(files));
        }
        PolicySet earlier = versions.get(version).set();
        return over(files.isEmpty() ? earlier : earlier.with(files));
    }

    private Verdict defaultVerdict() {
        return config.get().defaultVerdict();
    }

    /** A policy to ask, not in force by that. */
    Policy over(PolicySet judged) {
        return new Policy(judged, defaultVerdict(), workspace);
    }
}
