package io.sonia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {

    @ParameterizedTest
    @EnumSource
    void everyCodeHasAStatusAndASafeSentence(ErrorCode code) {
        assertThat(code.httpStatus()).isBetween(200, 599);
        assertThat(code.httpStatus() == 200).isEqualTo(code == ErrorCode.OK);
        assertThat(code.message()).isNotBlank().doesNotEndWith(".").isEqualTo(Redactor.text(code.message()));
    }

    @Test
    void noTwoCodesSayTheSame() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::message)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void capacityIsTheOnlyReasonForStatus429(ErrorCode code) {
        if (code.httpStatus() == 429) {
            assertThat(code.blame()).isEqualTo(ErrorCode.Blame.CAPACITY);
        }
    }
}
