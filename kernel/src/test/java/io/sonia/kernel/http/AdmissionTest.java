package io.sonia.kernel.http;

import static io.sonia.kernel.http.WorkClass.CONTINUATION;
import static io.sonia.kernel.http.WorkClass.NEW;
import static io.sonia.kernel.http.WorkClass.PROTECTED;
import static io.sonia.kernel.http.WorkClass.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.kernel.Clock;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.Ids;
import io.sonia.kernel.SoniaException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration MOMENT = Duration.ofMillis(1);

    private final TestClock clock = new TestClock();
    private final Ids ids = new Ids(new SecureRandom());

    /** Somebody who asks for a place, and whether there was one. */
    private record Asked(CompletableFuture<Admission.Permit> place) {

        boolean admitted() {
            return place.isDone() && !place.isCompletedExceptionally();
        }

        void leave() throws Exception {
            place.get(10, TimeUnit.SECONDS).close();
        }

        String shed() {
            return String.valueOf(failure().details().get(Admission.SHED));
        }

        SoniaException failure() {
            return (SoniaException) place.handle((permit, failure) -> failure)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
    }

    private Admission admission(int running, int waiting, int protectedFloor) {
        return new Admission(new Admission.Size(running, waiting, protectedFloor), clock, ids);
    }

    private Asked ask(Admission admission, WorkClass work, Duration patience) {
        Deadline deadline = Deadline.in(patience, clock);
        CompletableFuture<Admission.Permit> place = new CompletableFuture<>();
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                place.complete(admission.admit(work, deadline));
            } catch (SoniaException e) {
                place.completeExceptionally(e);
            }
        });
        while (!place.isDone()
                && asking.getState() != Thread.State.WAITING
                && asking.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        clock.advance(MOMENT);
        return new Asked(place);
    }

    private Asked ask(Admission admission, WorkClass work) {
        return ask(admission, work, LONG);
    }

    private List<Asked> ask(Admission admission, WorkClass work, int count) {
        List<Asked> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(ask(admission, work));
        }
        return all;
    }

    @Test
    void protectedPlacesAreFreeWhileAllOthersAreTaken() {
        Admission admission = admission(3, 10, 1);
        ask(admission, NEW, 2);
        Asked third = ask(admission, NEW);

        assertThat(third.admitted()).isFalse();
        assertThat(ask(admission, PROTECTED).admitted()).isTrue();
        assertThat(admission.running()).isEqualTo(3);
    }

    @Test
    void eachClassHasAFloorThatNoOtherTakes() {
        Admission admission = admission(80, 200, 16);
        ask(admission, NEW, 200);

        for (WorkClass work : List.of(PROTECTED, CONTINUATION, READ)) {
            int floor = new Admission.Size(80, 200, 16).floor(work);
            assertThat(floor).as("floor of " + work).isPositive();
            assertThat(ask(admission, work, floor)).as(work.name()).allMatch(Asked::admitted);
            assertThat(ask(admission, work).admitted()).as(work.name()).isFalse();
        }
    }

    @Test
    void aFreePlaceGoesToTheHighestClassAndInItToWhoCameFirst() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked running = ask(admission, NEW);
        Asked fresh = ask(admission, NEW);
        Asked read = ask(admission, READ);
        Asked step = ask(admission, CONTINUATION);
        Asked laterStep = ask(admission, CONTINUATION);
        Asked decision = ask(admission, PROTECTED);

        running.leave();
        for (Asked next : List.of(decision, step, laterStep, read, fresh)) {
            next.leave();
        }
        assertThat(admission.running()).isZero();
        assertThat(admission.waiting()).isZero();
    }

    @Test
    void whenTooManyWaitTheOldestOfTheLowestClassGivesWay() {
        Admission admission = admission(1, 3, 0);
        ask(admission, NEW);
        Asked oldRead = ask(admission, READ);
        Asked first = ask(admission, NEW);
        Asked second = ask(admission, NEW);

        Asked step = ask(admission, CONTINUATION);
        assertThat(first.shed()).isEqualTo("evicted");
        Asked third = ask(admission, NEW);
        assertThat(second.shed()).isEqualTo("evicted");

        assertThat(List.of(oldRead, step, third)).noneMatch(each -> each.place().isDone());
    }

    @Test
    void aNewcomerThatIsLowerThanAllWhoWaitIsRefused() {
        Admission admission = admission(1, 2, 0);
        ask(admission, CONTINUATION, 3);

        Asked refused = ask(admission, NEW);

        assertThat(refused.shed()).isEqualTo("refused");
        assertThat(refused.failure().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(refused.failure().retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }

    @Test
    void whoseDeadlineHasPassedGetsNoPlaceThatBecameFree() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked running = ask(admission, NEW);
        Asked late = ask(admission, NEW, Duration.ofMillis(100));
        Asked patient = ask(admission, NEW);
        clock.advance(Duration.ofMillis(200));

        running.leave();

        patient.leave();
        assertThat(late.failure().code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(late.shed()).isEqualTo("expired");
        assertThat(ask(admission, NEW, Duration.ZERO).shed()).isEqualTo("expired");
        assertThat(admission.running()).isZero();
    }

    @Test
    void whoWaitsIsToldWhenItsDeadlinePassesThoughNoPlaceBecomesFree() {
        Admission admission = new Admission(new Admission.Size(1, 10, 0), Clock.system(), ids);
        admission.admit(NEW, Deadline.in(LONG, Clock.system()));

        assertThatThrownBy(() -> admission.admit(NEW, Deadline.in(Duration.ofMillis(20), Clock.system())))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }

    @Test
    void aQueueThatIsNeverEmptyServesTheNewestAndShedsTheOldestExactly() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked running = ask(admission, NEW);
        Asked oldest = ask(admission, NEW);
        Asked step = ask(admission, CONTINUATION);
        clock.advance(Admission.STANDING);
        Asked newer = ask(admission, NEW);
        Asked newest = ask(admission, NEW);

        assertThat(oldest.shed()).isEqualTo("evicted");
        running.leave();
        step.leave();
        newest.leave();
        newer.leave();
        assertThat(admission.running()).isZero();
    }

    @Test
    void aQueueThatWasEmptyBetweenIsNotBad() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked running = ask(admission, NEW);
        Asked waited = ask(admission, NEW);
        clock.advance(Admission.STANDING.dividedBy(2));
        running.leave();
        Asked first = ask(admission, NEW);
        clock.advance(Admission.STANDING.multipliedBy(2).dividedBy(3));
        Asked second = ask(admission, NEW);

        waited.leave();
        first.leave();
        second.leave();
    }

    @Test
    void fewerRunWhileBegunWorkWaitsForAProcessorAndTheProtectedAreNotSlowed() {
        Admission admission = admission(256, 512, 16);
        for (int window = 0; window < 30; window++) {
            for (int i = 0; i < 10; i++) {
                clock.advance(AdaptiveLimit.WINDOW.dividedBy(10));
                admission.began(AdaptiveLimit.TARGET.multipliedBy(2).toNanos());
            }
        }

        long admitted = ask(admission, NEW, 40).stream().filter(Asked::admitted).count();
        assertThat(admitted).isBetween(1L, 20L);
        assertThat(ask(admission, PROTECTED, 100)).allMatch(Asked::admitted);
    }

    @Test
    void whoPausesGivesThePlaceAwayAndHasOneAgainAtOnce() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked sending = ask(admission, NEW);
        Asked next = ask(admission, NEW);

        sending.place().get().pause();
        assertThat(next.place().get(10, TimeUnit.SECONDS)).isNotNull();
        sending.place().get().resume();
        sending.place().get().resume();
        assertThat(admission.running()).isEqualTo(2);

        sending.leave();
        next.leave();
        assertThat(admission.running()).isZero();
    }

    @Test
    void noMorePauseThanMayRun() throws Exception {
        Admission admission = admission(1, 10, 0);
        Asked sending = ask(admission, NEW);
        sending.place().get().pause();
        Asked second = ask(admission, NEW);

        assertThatThrownBy(() -> second.place().get().pause())
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        assertThat(admission.running()).isEqualTo(2);
    }

    @Test
    void whatWaitsForSomethingTakesNoPlaceOfTheProcessors() {
        Admission admission = admission(256, 512, 16);
        List<Asked> first = ask(admission, NEW, 120);
        assertThat(first).anyMatch(each -> !each.admitted());
        clock.advance(Admission.YOUNG);

        assertThat(ask(admission, READ, 30)).allMatch(Asked::admitted);
        assertThat(ask(admission, CONTINUATION, 300)).anyMatch(each -> !each.admitted());
    }

    /** The goal is 50 us; what the machine does besides is in the slowest, not in the middle one. */
    @Test
    void halfOfAllRefusalsAreDecidedWithinFiftyMicroseconds() {
        Admission admission = new Admission(new Admission.Size(1, 0, 0), Clock.system(), ids);
        admission.admit(CONTINUATION, Deadline.in(LONG, Clock.system()));
        long[] nanos = new long[20_000];
        for (int i = 0; i < nanos.length; i++) {
            Deadline deadline = Deadline.in(LONG, Clock.system());
            long began = System.nanoTime();
            nanos[i] = refused(admission, deadline) - began;
        }
        Arrays.sort(nanos);

        assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofNanos(50_000));
    }

    /** When it was refused. */
    private static long refused(Admission admission, Deadline deadline) {
        try {
            admission.admit(NEW, deadline);
            throw new AssertionError("there was a place");
        } catch (SoniaException expected) {
            return System.nanoTime();
        }
    }

    @Test
    void drainWaitsForWhoRunsAndLetsNobodyIn() throws Exception {
        Admission admission = admission(3, 10, 1);
        Asked running = ask(admission, NEW);
        CountDownLatch drained = new CountDownLatch(1);
        Thread drain = Thread.ofVirtual().start(() -> {
            admission.drain(Duration.ofMinutes(1));
            drained.countDown();
        });

        assertThat(drained.await(50, TimeUnit.MILLISECONDS)).isFalse();
        running.leave();
        assertThat(drained.await(10, TimeUnit.SECONDS)).isTrue();
        drain.join();
        assertThat(ask(admission, PROTECTED).admitted()).isFalse();
    }

    @Test
    void drainOfIdleServerDoesNotWait() {
        long started = System.nanoTime();
        admission(3, 2, 1).drain(Duration.ofHours(1));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void drainEndsWithItsTime() {
        Admission admission = admission(3, 2, 1);
        ask(admission, NEW);
        admission.drain(Duration.ofMillis(20));
        assertThat(admission.running()).isEqualTo(1);
    }
}
