package io.sonia.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Duration SHORT = Duration.ofMillis(20);

    private final Admission admission = new Admission(3, 1, 2);

    @Test
    void ordinaryRequestsLeaveTheReservedPlacesFree() {
        admit(false);
        admit(false);

        assertRefused(false, SHORT, ErrorCode.TIMEOUT);
        admit(true);
        assertThat(admission.running()).isEqualTo(3);
        assertRefused(true, SHORT, ErrorCode.TIMEOUT);
    }

    @Test
    void placeIsFreeAgainAfterUse() {
        for (int i = 0; i < 10; i++) {
            try (Admission.Permit _ = admit(false)) {
                assertThat(admission.running()).isEqualTo(1);
            }
        }
        assertThat(admission.running()).isZero();
    }

    @Test
    void whoComesWhenTooManyWaitIsRefusedAtOnce() throws Exception {
        Admission.Permit first = admit(false);
        Admission.Permit second = admit(false);
        CompletableFuture<Admission.Permit> third = later();
        CompletableFuture<Admission.Permit> fourth = later();
        while (admission.waiting() < 2) {
            Thread.onSpinWait();
        }

        assertRefused(false, Duration.ofMinutes(1), ErrorCode.OVERLOADED);

        first.close();
        second.close();
        third.get(10, TimeUnit.SECONDS).close();
        fourth.get(10, TimeUnit.SECONDS).close();
        assertThat(admission.running()).isZero();
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void drainWaitsForWhoRunsAndLetsNobodyIn() throws Exception {
        Admission.Permit running = admit(false);
        CountDownLatch drained = new CountDownLatch(1);
        Thread drain = Thread.ofVirtual().start(() -> {
            admission.drain(Duration.ofMinutes(1));
            drained.countDown();
        });

        assertThat(drained.await(50, TimeUnit.MILLISECONDS)).isFalse();
        running.close();
        assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
        drain.join();
        assertRefused(false, SHORT, ErrorCode.TIMEOUT);
        assertRefused(true, SHORT, ErrorCode.TIMEOUT);
    }

    @Test
    void drainOfIdleServerDoesNotWait() {
        long started = System.nanoTime();
        admission.drain(Duration.ofHours(1));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void drainEndsWithItsTime() {
        admit(false);
        admit(true);
        admission.drain(SHORT);
        assertRefused(false, SHORT, ErrorCode.TIMEOUT);
    }

    private Admission.Permit admit(boolean protectedClass) {
        return admission.admit(protectedClass, in(SHORT));
    }

    private CompletableFuture<Admission.Permit> later() {
        CompletableFuture<Admission.Permit> permit = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> permit.complete(admission.admit(false, in(Duration.ofMinutes(1)))));
        return permit;
    }

    private void assertRefused(boolean protectedClass, Duration patience, ErrorCode code) {
        assertThatThrownBy(() -> admission.admit(protectedClass, in(patience)))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static Deadline in(Duration time) {
        return Deadline.in(time, Clock.system());
    }
}
