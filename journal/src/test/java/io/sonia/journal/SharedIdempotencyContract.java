package io.sonia.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.Hlc;
import io.sonia.kernel.ServiceName;
import io.sonia.kernel.http.RequestLog;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same tables where two processes serve the route on one database. */
abstract class SharedIdempotencyContract extends OrderOfChecksContract {

    private final PostgresDatabase database = PostgresSchemas.empty();
    private KeyedService other;

    @Override
    Journal open(JournalOptions options) {
        return PostgresJournal.open(database, ServiceName.API_GATEWAY, Samples.SCHEMA, clock, new Hlc(clock), options);
    }

    @BeforeEach
    void openOther() throws IOException {
        other = life(PATIENT);
    }

    @AfterEach
    void closeOther() {
        other.close();
    }

    @Test
    void ownerInAnotherProcessIsLeftAtWorkUntilItsLeaseLapses() throws Exception {
        Gate gate = new Gate();
        elsewhere.before = gate;
        Future<HttpResponse<String>> first = threads.submit(() -> keyed(FOREIGN, "k", WISH));
        gate.reached.await();
        assertThat(code(atOther())).isEqualTo("IDEMPOTENCY_IN_PROGRESS");
        gate.open.countDown();
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(replayed(atOther())).isTrue();
        assertThat(elsewhere.effects).hasSize(1);
    }

    @Test
    void slowOwnerBeyondItsLeaseWhileATakeoverCompletesHasOneEffectAndItsLateWriteIsRefused() throws Exception {
        Gate gate = new Gate();
        elsewhere.before = gate;
        Future<HttpResponse<String>> slow = threads.submit(() -> keyed(FOREIGN, "k", WISH));
        gate.reached.await();
        elsewhere.before = () -> {};
        clock.advance(LEASE);

        HttpResponse<String> taken = atOther();
        gate.open.countDown();
        HttpResponse<String> late = slow.get(10, TimeUnit.SECONDS);

        assertThat(taken.statusCode()).isEqualTo(200);
        assertThat(replayed(taken)).isFalse();
        assertThat(replayed(late)).isTrue();
        assertThat(data(late)).isEqualTo(data(taken));
        assertThat(elsewhere.effects).containsExactly(id(taken));
        assertThat(other.finished.take().keyed()).isEqualTo(RequestLog.Keyed.TAKEOVER);
        assertThat(List.of(Samples.count(service.journal, "tasks"), Samples.count(service.journal, "audit_entries")))
                .containsExactly(1L, 1L);
    }

    private HttpResponse<String> atOther() throws IOException {
        return send(other, people.operator, "POST", FOREIGN, WISH, "X-Idempotency-Key", "k");
    }
}
