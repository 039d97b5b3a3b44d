package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorLineTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(value = ErrorCode.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void everyCodeHasWhatCauseAndCureOnOneLine(ErrorCode code) {
        Failure failure = ErrorLine.of(SoniaException.of(code).with("field", "a\nb"), place());

        assertThat(List.of(failure.line().split(" - ", -1))).hasSize(3).noneMatch(String::isBlank);
        assertThat(failure.line())
                .contains(code.message())
                .contains(code.name())
                .doesNotContain("\n");
        assertThat(failure.exitCode()).isEqualTo(1);
    }

    @Test
    void silentPortMeansThatNothingRuns() {
        SoniaException unreachable = SoniaException.caused(ErrorCode.UNAVAILABLE, new ConnectException("refused"));

        Failure failure = ErrorLine.of(unreachable.with("dependency", "api-gateway"), place());

        assertThat(failure.exitCode()).isEqualTo(3);
        assertThat(failure.line())
                .startsWith("SONIA is not running - nobody answers at http://127.0.0.1:7000")
                .endsWith("start it with ./sonia up");
    }

    @Test
    void serviceThatIsMissingBehindTheGatewayIsAnotherThing() {
        Failure failure =
                ErrorLine.of(SoniaException.of(ErrorCode.UNAVAILABLE).with("dependency", "model-router"), place());

        assertThat(failure.exitCode()).isEqualTo(1);
        assertThat(failure.line()).contains("model-router");
    }

    @Test
    void problemsAreListedBelow() {
        SoniaException refused = SoniaException.of(ErrorCode.CONFIG_INVALID, "The policy was refused: 2 problems")
                .with("problems", List.of("one", "two"));

        Failure failure = ErrorLine.local(refused);

        assertThat(failure.exitCode()).isEqualTo(78);
        assertThat(failure.line()).contains("The policy was refused: 2 problems");
        assertThat(failure.more()).containsExactly("  one", "  two");
    }

    private Workplace place() {
        return Captured.terminal().place(folder, Map.of());
    }
}
