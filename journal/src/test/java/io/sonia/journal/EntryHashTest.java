package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntryHashTest {

    /** Computed by another implementation; it must never change. */
    @Test
    void knownEntryHasItsKnownHash() {
        EntryHash hash = new EntryHash();
        Map<AuditField, Object> entry = new EnumMap<>(AuditField.class);
        entry.put(AuditField.CHAIN, "eva-os");
        entry.put(AuditField.SEQ, 1L);
        entry.put(AuditField.TIMESTAMP, "2026-01-31T09:00:00.000Z");
        entry.put(AuditField.HLC, "1769850000000-00000");
        entry.put(AuditField.OPERATION, "task.create");
        entry.put(AuditField.OUTCOME, "OK");
        entry.put(AuditField.HTTP_STATUS, 200L);
        entry.put(AuditField.ACTOR_ID, "usr_operator");
        entry.put(AuditField.ACTOR_ROLE, "operator");
        entry.put(AuditField.ACTOR_KIND, "person");
        entry.put(AuditField.VIA, "api-gateway");
        entry.put(AuditField.RESOURCE_TYPE, "task");
        entry.put(AuditField.RESOURCE_ID, "tsk_1");
        entry.put(AuditField.CORRELATION_ID, "req_1");
        entry.put(AuditField.TRACE_ID, "4bf92f3577b34da6a3ce929d0e0e4736");
        entry.put(AuditField.DURATION_MS, 1.25);
        entry.put(AuditField.DETAIL_HASH, hash.ofDetail("{\"status\":\"queued\"}".getBytes(StandardCharsets.UTF_8)));

        assertThat(entry.get(AuditField.DETAIL_HASH))
                .isEqualTo("17ab365136af46de09c8ebe2551731c671e794435203d81a7a1b2bd112ab170c");
        assertThat(hash.of(EntryHash.ZEROS, field -> EntryHash.text(entry.get(field))))
                .isEqualTo("6b5167c86f422ca3d61718612731c03c9b9689e84c68389b8a371136949c979e");
    }

    /** Lengths keep a text from running over into the next field. */
    @Test
    void movingTheBorderBetweenFieldsChangesTheHash() {
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            EntryHash hash = new EntryHash();
            String left = text(random);
            String right = text(random);

            String apart = hash.of(EntryHash.ZEROS, field -> two(field, left, right));
            String together = hash.of(EntryHash.ZEROS, field -> two(field, left + right, ""));

            assertThat(apart.equals(together))
                    .as("new Random(%d): '%s' and '%s'", seed, left, right)
                    .isEqualTo(right.isEmpty());
        }
    }

    @Test
    void nullAndEmptyTextDiffer() {
        EntryHash hash = new EntryHash();

        assertThat(hash.of(EntryHash.ZEROS, field -> null))
                .isNotEqualTo(hash.of(EntryHash.ZEROS, field -> new byte[0]));
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(8); left > 0; left--) {
            text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x80 : Character.MAX_CODE_POINT));
        }
        return text.toString();
    }

    private static byte[] two(AuditField field, String operation, String outcome) {
        return switch (field) {
            case OPERATION -> bytes(operation);
            case OUTCOME -> bytes(outcome);
            default -> null;
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
