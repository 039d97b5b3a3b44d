package io.sonia.contracts.openclaw;

import io.sonia.kernel.json.Items;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found when the effect of a tool was looked at again after it ran. */
public record Verification(Verdict verdict, @Items(max = 20) List<Check> checks) {

    /** What the checks say together. */
    public enum Verdict {
        PASSED,
        FAILED,
        NOT_APPLICABLE
    }

    /** One thing looked at: what it should have been and what it was. */
    public record Check(
            String check,
            boolean pass,
            @Nullable String expected,
            @Nullable String actual) {

        /** A check that passes if both sides say the same. */
        public static Check same(String check, Object expected, Object actual) {
            return new Check(check, expected.equals(actual), expected.toString(), actual.toString());
        }
    }

    /** For a tool that had nothing to be checked against. */
    public static final Verification NOT_APPLICABLE = new Verification(Verdict.NOT_APPLICABLE, List.of());

    /** Passed if every check passed; there must be one. */
    public static Verification of(Check... checks) {
        List<Check> all = List.of(checks);
        boolean passed = !all.isEmpty() && all.stream().allMatch(Check::pass);
        return new Verification(passed ? Verdict.PASSED : Verdict.FAILED, all);
    }

    public boolean failed() {
        return verdict == Verdict.FAILED;
    }
}
