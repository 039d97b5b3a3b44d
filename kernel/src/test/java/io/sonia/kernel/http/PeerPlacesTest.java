package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeerPlacesTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final PeerPlaces places = new PeerPlaces("neighbour", 1, 1);

    private SoniaException refusal(Duration left) {
        SoniaException refusal =
                catchThrowableOfType(SoniaException.class, () -> places.enter(WorkClass.CONTINUATION, left));
        assertThat(refusal).isNotNull();
        assertThat(refusal.details())
                .containsEntry(refusal.code() == ErrorCode.TIMEOUT ? "dependency" : "waiting_for", "neighbour");
        return refusal;
    }

    /** Takes the place of the one that may wait as soon as nobody else does. */
    private PeerPlaces.Place waited() {
        while (true) {
            try {
                return places.enter(WorkClass.NEW, LONG);
            } catch (SoniaException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.OVERLOADED);
            }
        }
    }

    @Test
    void aCallThatWaitsIsShedByItsDeadline() {
        PeerPlaces.Place _ = places.enter(WorkClass.NEW, LONG);

        assertThat(refusal(SHORT).code()).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void whenTooManyWaitTheNextIsRefusedAtOnceAndThePlaceGoesToTheOneThatWaits() throws Exception {
        PeerPlaces.Place first = places.enter(WorkClass.NEW, LONG);
        CompletableFuture<PeerPlaces.Place> second = CompletableFuture.supplyAsync(this::waited);
        while (refusal(Duration.ofNanos(1)).code() == ErrorCode.TIMEOUT) {
            Thread.onSpinWait(); // the second does not wait yet
        }

        assertThat(refusal(LONG).retryAfter()).isNotNull();
        first.close();
        second.get(10, TimeUnit.SECONDS).close();
    }

    @Test
    void aPlaceIsGivenBackOnce() {
        PeerPlaces.Place first = places.enter(WorkClass.NEW, LONG);
        first.close();
        first.close();
        PeerPlaces.Place _ = places.enter(WorkClass.NEW, LONG);

        assertThat(refusal(SHORT).code()).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void whatIsProtectedNeedsNoPlace() {
        PeerPlaces.Place _ = places.enter(WorkClass.NEW, LONG);

        places.enter(WorkClass.PROTECTED, SHORT).close();
    }
}
