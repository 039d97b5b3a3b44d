package io.sonia.gateway;

import io.sonia.contracts.gateway.Turn;
import io.sonia.contracts.gateway.TurnReplayed;
import io.sonia.contracts.gateway.TurnReplayed.Decision;
import io.sonia.contracts.gateway.TurnReplayed.Difference;
import io.sonia.contracts.gateway.TurnReplayed.Finding;
import io.sonia.kernel.json.CanonicalJson;
import io.sonia.kernel.json.WireNamed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was decided at each step of one turn, in order. */
final class TurnTrace {

    private record Point(int step, String kind, @Nullable String tool, Finding finding) {

        /** What makes two turns decide alike. */
        Map<String, @Nullable Object> essence() {
            Map<String, @Nullable Object> essence = new LinkedHashMap<>();
            essence.put("step", kind);
            essence.put("tool", tool);
            essence.put("verdict", finding.verdict() == null ? null : WireNamed.of(finding.verdict()));
            essence.put("rule_id", finding.ruleId());
            essence.put("outcome", finding.outcome());
            return essence;
        }
    }

    private final List<Point> points;

    private TurnTrace(List<Point> points) {
        this.points = points;
    }

    static TurnTrace of(List<StoredStep> steps) {
        List<Point> points = new ArrayList<>();
        for (StoredStep stored : steps) {
            Point point = point(stored);
            if (point != null) {
                points.add(point);
            }
        }
        return new TurnTrace(points);
    }

    private static @Nullable Point point(StoredStep stored) {
        return switch (stored.step()) {
            case TurnStep.Began b -> null;
            case TurnStep.Asked a -> null;
            case TurnStep.Recalled recalled ->
                point(stored, null, plain(recalled.response().failed() ? "failed" : "ok", null));
            case TurnStep.Modelled model ->
                point(
                        stored,
                        null,
                        plain(said(model.response()), model.request().sha256()));
            case TurnStep.Called called -> point(stored, called.request().name(), ruled(called.response()));
            case TurnStep.Ended ended -> point(stored, null, plain(reason(ended.response()), null));
        };
    }

    private static Point point(StoredStep stored, @Nullable String tool, Finding finding) {
        return new Point(stored.ordinal(), stored.kind(), tool, finding);
    }

    private static Finding plain(String outcome, @Nullable String input) {
        return new Finding(null, null, null, outcome, input, List.of());
    }

    private static Finding ruled(TurnStep.Outcome outcome) {
        Ruling ruling = outcome.ruling();
        String became = outcome.status() == null ? "cancelled" : WireNamed.of(outcome.status());
        return ruling == null
                ? plain(became, null)
                : new Finding(
                        ruling.verdict(), ruling.ruleId(), ruling.policyVersion(), became, null, ruling.ruleTrace());
    }

    private static String said(TurnStep.Answer response) {
        Turn.Failure failure = response.failure();
        if (failure != null) {
            return failure.code();
        }
        return response.answer() == null || response.answer().toolCalls().isEmpty() ? "answer" : "tool_calls";
    }

    private static String reason(TurnStep.End end) {
        return WireNamed.of(end.reason() == null ? end.state() : end.reason());
    }

    /** SHA-256 of what was decided, in order. */
    String traceClass() {
        return CanonicalJson.sha256(points.stream().map(Point::essence).toList());
    }

    /** Each step beside the same one of {@code replayed}. */
    List<Decision> beside(TurnTrace replayed) {
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < Math.max(points.size(), replayed.points.size()); i++) {
            Point then = i < points.size() ? points.get(i) : null;
            Point now = i < replayed.points.size() ? replayed.points.get(i) : null;
            Point any = Objects.requireNonNull(then == null ? now : then);
            decisions.add(new Decision(
                    any.step(),
                    any.kind(),
                    any.tool(),
                    then == null ? null : then.finding(),
                    now == null ? null : now.finding()));
        }
        return List.copyOf(decisions);
    }

    /**
     * The steps that differ. What the model was shown counts only up to the first decision that differs: what comes
     * after it follows from it.
     */
    List<Difference> differences(TurnTrace replayed) {
        List<Difference> differences = new ArrayList<>();
        boolean decided = false;
        for (int i = 0; i < Math.max(points.size(), replayed.points.size()); i++) {
            Point then = i < points.size() ? points.get(i) : null;
            Point now = i < replayed.points.size() ? replayed.points.get(i) : null;
            boolean differs = then == null || now == null || !then.essence().equals(now.essence());
            boolean shown = then != null
                    && now != null
                    && !Objects.equals(
                            then.finding().inputSha256(), now.finding().inputSha256());
            if (differs || (shown && !decided)) {
                int step = Objects.requireNonNull(then == null ? now : then).step();
                differences.add(new TurnReplayed.Difference(
                        step, then == null ? null : then.finding(), now == null ? null : now.finding()));
            }
            decided |= differs;
        }
        return List.copyOf(differences);
    }
}
