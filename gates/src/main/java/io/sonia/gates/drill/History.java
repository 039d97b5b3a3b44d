package io.sonia.gates.drill;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.ValueResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.HBClock;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.verifier.linearizability.LinearizabilityVerifier;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of one approval, by whom and when, and what came back; Lincheck's verifier tells whether some order of
 * single steps explains it. Of a request whose answer was lost nobody knows whether it was done: each way is tried.
 */
final class History {

    /**
     * One request.
     *
     * @param result null if its answer was lost
     * @param start nanoseconds before it was sent
     * @param end nanoseconds after its answer was there
     */
    record Step(Method method, Object argument, @Nullable String result, long start, long end) {

        static Step decide(String word, @Nullable String result, long start, long end) {
            return new Step(DECIDE, word, result, start, end);
        }

        static Step consume(int execution, @Nullable String result, long start, long end) {
            return new Step(CONSUME, execution, result, start, end);
        }
    }

    private static final Method DECIDE = method("decide", String.class);
    private static final Method CONSUME = method("consume", int.class);

    private final List<Step> steps = new ArrayList<>();

    synchronized void add(Step step) {
        steps.add(step);
    }

    synchronized List<Step> steps() {
        return List.copyOf(steps);
    }

    /** Makes the checker; it learns the model's states, so one serves all histories of a thread. */
    static LinearizabilityVerifier checker() {
        return new LinearizabilityVerifier(ApprovalModel.class);
    }

    boolean linearizable(LinearizabilityVerifier checker) {
        List<Step> answered =
                steps().stream().filter(each -> each.result() != null).toList();
        if (explained(checker, answered)) {
            return true;
        }
        for (Step lost : steps()) {
            if (lost.result() == null && lost.method().equals(DECIDE)) {
                List<Step> done = new ArrayList<>(answered);
                done.add(new Step(lost.method(), lost.argument(), ApprovalModel.WON, lost.start(), Long.MAX_VALUE));
                if (explained(checker, done)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean explained(LinearizabilityVerifier checker, List<Step> steps) {
        List<List<Actor>> threads = new ArrayList<>();
        List<List<ResultWithClock>> results = new ArrayList<>();
        for (Step step : steps) {
            threads.add(List.of(new Actor(step.method(), List.of(step.argument()))));
            int[] before = new int[steps.size()];
            for (int i = 0; i < before.length; i++) {
                before[i] = steps.get(i).end() < step.start() ? 1 : 0;
            }
            results.add(List.of(new ResultWithClock(new ValueResult(step.result()), new HBClock(before))));
        }
        ExecutionScenario scenario = new ExecutionScenario(List.of(), threads, List.of(), null);
        return checker.verifyResults(scenario, new ExecutionResult(List.of(), results, List.of()));
    }

    private static Method method(String name, Class<?> argument) {
        try {
            return ApprovalModel.class.getMethod(name, argument);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
