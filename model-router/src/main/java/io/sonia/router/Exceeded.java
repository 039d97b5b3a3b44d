package io.sonia.router;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call that does not fit into a budget.
 *
 * @param unit {@code micro}, {@code tokens} or {@code calls}
 * @param reserved by calls that run
 * @param wanted by this call, at worst
 */
record Exceeded(Budget budget, String unit, long limit, long spent, long reserved, long wanted) {

    long left() {
        return Math.max(0, limit - spent - reserved);
    }

    /** In words, for the decision. */
    String detail() {
        return "the budget " + budget.name() + " has " + left() + " " + unit + " left and it may need " + wanted;
    }

    SoniaException failure() {
        Map<String, @Nullable Object> detail = new LinkedHashMap<>();
        detail.put("scope", budget.name());
        detail.put("window", budget.period().isEmpty() ? null : budget.period());
        detail.put("unit", unit);
        detail.put("limit", limit);
        detail.put("spent", spent);
        detail.put("reserved", reserved);
        detail.put("left", left());
        detail.put("wanted", wanted);
        return SoniaException.of(ErrorCode.BUDGET_EXCEEDED).with("budget", detail);
    }
}
