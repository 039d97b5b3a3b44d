package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.IdempotencyKey;
import io.sonia.kernel.http.KeyRecord;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SqliteIdempotencyIT extends OrderOfChecksContract {

    @Override
    Journal open(JournalOptions options) {
        return SqliteJournal.open(
                folder.resolve("sonia.db"), ServiceName.API_GATEWAY, Samples.SCHEMA, clock, new Hlc(clock), options);
    }

    /** The file is locked, so whoever owned the work in a former life is gone. */
    @Test
    void workOfAFormerLifeNeedsNoWaitForItsLease() throws IOException {
        service.journal.commit(tx -> {
            tx.begin(key("former"), "tsk_1");
            return 0;
        });
        service.die();
        service = life(Map.of());
        assertThat(service.journal.look(key("next"))).isEqualTo(new KeyRecord.Begun("tsk_1", false));
        assertThat(service.journal.takeOver(key("next"))).contains("tsk_1");
    }

    private static IdempotencyKey key(String owner) {
        return new IdempotencyKey("usr_1", "POST /x", "k", "f", owner);
    }
}
