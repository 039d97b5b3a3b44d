package io.sonia.kernel.json;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.util.ArrayList;
import java.util.List;

/** Collects everything wrong with one input, up to a bound, so that the caller hears it all at once. */
public final class Violations {

    private static final int MAX = 50;

    private final List<Violation> found = new ArrayList<>();
    private int count;

    public void add(String path, String rule, String message) {
        count++;
        if (found.size() < MAX) {
            found.add(new Violation(path, rule, message));
        }
    }

    public List<Violation> found() {
        return List.copyOf(found);
    }

    /** How many were added, also beyond the bound. */
    int count() {
        return count;
    }

    public boolean none() {
        return found.isEmpty();
    }

    /** Does nothing if there are none, else throws INVALID_ARGUMENT with {@code details.violations[]}. */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw refusal();
        }
    }

    private SoniaException refusal() {
        return SoniaException.of(ErrorCode.INVALID_ARGUMENT)
                .with("violations", found.stream().map(Violation::asMap).toList());
    }

    /** INVALID_ARGUMENT for one violation. */
    public static SoniaException single(String path, String rule, String message) {
        Violations one = new Violations();
        one.add(path, rule, message);
        return one.refusal();
    }
}
