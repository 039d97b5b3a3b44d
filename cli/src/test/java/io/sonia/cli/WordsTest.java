package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({"0, 0 s", "59, 59 s", "60, 1 min 0 s", "3599, 59 min 59 s", "3600, 1 h 0 min", "86400, 1 d 0 h"})
    void secondsHaveTwoUnitsAtMost(long seconds, String shown) {
        assertThat(Words.seconds(seconds)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({"0.84, 0.8 ms", "12.6, 13 ms", "999.4, 999 ms", "2512, 2.5 s"})
    void millisecondsLoseTheDigitsNobodyReads(double millis, String shown) {
        assertThat(Words.millis(millis)).isEqualTo(shown);
    }
}
