package io.sonia.benchmarks;

import io.sonia.contracts.Installation;
import io.sonia.contracts.evaos.Verdict;
import io.sonia.contracts.policy.PolicySet;
import io.sonia.evaos.policy.Judgement;
import io.sonia.evaos.policy.Policy;
import io.sonia.evaos.policy.Situation;
import io.sonia.kernel.Home;
import io.sonia.kernel.Ids;
import io.sonia.kernel.identity.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * One decision of a policy with a hundred rules that are all about the call and none of which matches: commands word by
 * word, paths, hosts, times of day and taint. Counting the calls of a budget is a read of the store and not in it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PolicyDecision {

    private static final int RULES = 100;
    private static final String GOAL = "p99 30 us";

    private final Situation situation = new Situation(
            Role.OPERATOR, "ses_1", false, Instant.parse("2026-01-02T12:00:00Z"), (ruleId, per, tools) -> 0);
    private final Policy policy = policy();

    private static Policy policy() {
        try {
            Path folder = Files.createTempDirectory("sonia-policy");
            Home home = new Home(folder);
            Installation.ensure(home, new Ids(new SecureRandom()));
            PolicySet shipped = PolicySet.load(home.policies());
            Bench.delete(folder);
            String risk =
                    String.valueOf(shipped.texts().get("risk_policy.json")).replace("\"rules\": [", rules());
            return new Policy(shipped.with(Map.of("risk_policy.json", risk)), Verdict.CONFIRM, home.workspace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String rules() {
        StringBuilder rules = new StringBuilder("\"rules\": [");
        for (int i = 0; i < RULES; i++) {
            rules.append("{\"rule_id\": \"r%d\", \"effect\": \"%s\", \"tools\": [\"*\"], %s},"
                    .formatted(i, List.of("deny", "confirm", "allow").get(i % 3), condition(i)));
        }
        return rules.toString();
    }

    private static String condition(int i) {
        return switch (i % 5) {
            case 0 -> "\"args\": {\"argv\": {\"elements\": [\"git\", \"**\", \"push%d\", \"**\"]}}".formatted(i);
            case 1 -> "\"args\": {\"cwd\": {\"glob\": \"docs/**/part%d/*\"}}".formatted(i);
            case 2 -> "\"args\": {\"host\": {\"labels\": \"**.zone%d.example.org\"}}".formatted(i);
            case 3 ->
                "\"when\": {\"times\": [{\"days\": [\"sunday\"], \"from\": \"22:00\", \"to\": \"06:00\","
                        + " \"zone\": \"Europe/Kyiv\"}]}";
            default -> "\"when\": {\"tainted\": true}";
        };
    }

    /** A command: every rule about words, folders, times and taint is gone through. */
    @Benchmark
    public Judgement command() {
        return policy.judge(
                "shell.run", Map.of("command", "git log --oneline -n 20 docs/plan.md", "cwd", "docs/a/b"), situation);
    }

    /** An address: every rule about hosts, times and taint is gone through. */
    @Benchmark
    public Judgement address() {
        return policy.judge("web.fetch", Map.of("url", "https://www.a.b.example.org/index.html?q=1"), situation);
    }

    /** Runs it in a process of its own and prints what came out. */
    static void measure(int seconds) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include(PolicyDecision.class.getName())
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(2))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(seconds));
        for (RunResult result : new Runner(options.build()).run()) {
            Bench.row(
                    "policy decision with " + RULES + " rules, "
                            + result.getPrimaryResult().getLabel(),
                    "p50 %.1f us, p99 %.1f us"
                            .formatted(
                                    result.getPrimaryResult().getStatistics().getPercentile(50),
                                    result.getPrimaryResult().getStatistics().getPercentile(99)),
                    GOAL);
        }
    }
}
