package io.sonia.cli;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.SoniaException;
import io.sonia.kernel.json.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A failure as one line for a person: what, cause, cure. */
final class ErrorLine {

    private static final List<String> SHOWN_BELOW = List.of("problems", "violations");
    private static final int MAX_DETAIL = 300;
    private static final String LOGS = "look at ./sonia logs";

    private ErrorLine() {}

    /** What a call to the stack ended with. */
    static Failure of(SoniaException failure, Workplace place) {
        if (unreachable(failure)) {
            Addresses addresses = Addresses.of(place.home(), place.environment());
            boolean evaOs =
                    ServiceName.EVA_OS.wireName().equals(failure.details().get("dependency"));
            ServiceName asked = evaOs ? ServiceName.EVA_OS : ServiceName.API_GATEWAY;
            return OperatorClient.notRunning(place, "nobody answers at " + addresses.of(asked));
        }
        return Failure.of(ExitCode.NEGATIVE, SafeText.line(failure.text()), cause(failure), cure(failure.code()))
                .with(below(failure));
    }

    /** What this command met by itself, before any call: its exit code is that of a refused start. */
    static Failure local(SoniaException failure) {
        ExitCode code = exitCode(failure.code());
        String what = switch (code) {
            case CONFIG -> "the configuration is refused";
            case KEYS -> "a key cannot be used";
            case STORAGE -> "the disk cannot be used";
            default -> "the command failed";
        };
        return Failure.of(code, what, SafeText.line(failure.text()), "see ./sonia doctor")
                .with(below(failure));
    }

    /** True if the call did not reach a service at all. */
    static boolean unreachable(SoniaException failure) {
        return failure.code() == ErrorCode.UNAVAILABLE && failure.getCause() instanceof IOException;
    }

    private static ExitCode exitCode(ErrorCode code) {
        return switch (code) {
            case CONFIG_INVALID -> ExitCode.CONFIG;
            case AUTH_UNAVAILABLE -> ExitCode.KEYS;
            case STORAGE_UNAVAILABLE, STORAGE_FULL -> ExitCode.STORAGE;
            default -> ExitCode.INTERNAL;
        };
    }

    /** The code and the details that fit on the line. */
    private static String cause(SoniaException failure) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>(failure.details());
        SHOWN_BELOW.forEach(details::remove);
        String code = failure.code().name();
        if (details.isEmpty()) {
            return code;
        }
        String shown = SafeText.line(Json.text(details));
        return code + " " + (shown.length() > MAX_DETAIL ? shown.substring(0, MAX_DETAIL) + "..." : shown);
    }

    private static List<String> below(SoniaException failure) {
        return failure.details().entrySet().stream()
                .filter(each -> SHOWN_BELOW.contains(each.getKey()) && each.getValue() instanceof List<?>)
                .flatMap(each -> each.getValue() instanceof List<?> list ? list.stream() : null)
                .map(each -> "  " + SafeText.line(each instanceof String text ? text : Json.text(each)))
                .toList();
    }

    /** What to do about a code as it is on the wire; one that this build does not know is the logs' matter. */
    static String cure(String code) {
        return Arrays.stream(ErrorCode.values())
                .filter(each -> each.name().equals(code))
                .findFirst()
                .map(ErrorLine::cure)
                .orElse(LOGS);
    }

    private static String cure(ErrorCode code) {
        return switch (code) {
            case UNAUTHORIZED ->
                "check that SONIA_HOME is that of the running stack; after a revoked or ended key run ./sonia down and up";
            case NOT_FOUND, SESSION_NOT_FOUND -> "check the id";
            case ALREADY_DECIDED, APPROVAL_EXPIRED, STALE_FENCE -> "list what waits with ./sonia approvals list";
            case AUDIT_CHAIN_BROKEN -> "find out where with ./sonia audit verify";
            case TURN_IN_PROGRESS -> "wait for its end, or use another --conversation";
            case NO_BACKEND_AVAILABLE, MODEL_FAILED -> "look at the model router with ./sonia logs model-router";
            default ->
                switch (code.blame()) {
                    case CALLER -> "change the request";
                    case POLICY -> "see the policy in config/policies below the home";
                    case CAPACITY -> "try again later";
                    case DEPENDENCY -> "look at ./sonia status and try again";
                    case PLATFORM -> LOGS;
                };
        };
    }
}
