package io.sonia.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.Cursors.Position;
import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CursorsTest {

    private static final Position ROW = new Position(Instant.parse("2026-01-31T09:00:00.123Z"), "tsk_1 with blank");
    private static final String FILTER = "tasks status=created";

    private Instant now = Instant.parse("2026-02-01T00:00:00Z");
    private final Cursors cursors = Cursors.under(new byte[32], new Clock() {
        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }
    });

    @Test
    void aCursorLeadsBackToItsRow() {
        assertThat(cursors.read(cursors.after(ROW, FILTER), FILTER)).isEqualTo(ROW);
    }

    @Test
    void noCursorIsTheFirstPage() {
        assertThat(cursors.read(null, FILTER)).isNull();
    }

    @Test
    void anotherFilterRefusesIt() {
        refused(cursors.after(ROW, FILTER), "tasks status=running");
    }

    @Test
    void everyChangedCharacterRefusesIt() {
        String cursor = cursors.after(ROW, FILTER);
        for (int i = 0; i < cursor.length() - 1; i++) {
            char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
            refused(cursor.substring(0, i) + other + cursor.substring(i + 1), FILTER);
        }
        refused(cursor.substring(0, cursor.length() - 1), FILTER);
    }

    @Test
    void anotherKeyRefusesIt() {
        byte[] key = new byte[32];
        key[0] = 1;
        String foreign = Cursors.under(key, Clock.system()).after(ROW, FILTER);

        refused(foreign, FILTER);
    }

    @Test
    void itEndsAfterADay() {
        String cursor = cursors.after(ROW, FILTER);
        now = now.plus(Duration.ofHours(24)).minusMillis(1);
        assertThat(cursors.read(cursor, FILTER)).isEqualTo(ROW);

        now = now.plusMillis(1);
        refused(cursor, FILTER);
    }

    @Test
    void textThatIsNoCursorIsRefused() {
        for (String text : new String[] {"", ".", "a.b", "%%.%%", "x".repeat(2000)}) {
            refused(text, FILTER);
        }
    }

    private void refused(String cursor, String filter) {
        assertThatThrownBy(() -> cursors.read(cursor, filter))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CURSOR));
    }
}
