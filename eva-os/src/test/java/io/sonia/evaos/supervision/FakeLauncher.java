package io.sonia.evaos.supervision;

import io.sonia.kernel.ServiceName;
import io.sonia.kernel.process.Ending;
import io.sonia.kernel.process.Exit;
import io.sonia.kernel.process.PidRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Starts processes that exist in the test only. */
final class FakeLauncher implements Launcher {

    final List<FakeProcess> started = new ArrayList<>();
    boolean broken;

    /** A process that ends when told to. */
    static final class FakeProcess implements Running {

        final ServiceName service;
        private final PidRecord record;
        private Optional<Exit> exit = Optional.empty();
        private Runnable listener = () -> {};
        boolean stubborn;
        boolean immortal;

        private FakeProcess(ServiceName service, long pid) {
            this.service = service;
            this.record = new PidRecord(pid, pid * 10, "boot");
        }

        /** Ends by itself. */
        void exits(int code) {
            exit = Optional.of(new Exit(code));
            listener.run();
        }

        boolean runs() {
            return exit.isEmpty();
        }

        @Override
        public PidRecord record() {
            return record;
        }

        @Override
        public Optional<Exit> exit() {
            return exit;
        }

        @Override
        public void whenEnded(Runnable called) {
            listener = called;
        }

        @Override
        public Ending end(Duration grace) {
            if (immortal) {
                return Ending.STUCK;
            }
            if (!runs()) {
                return Ending.ABSENT;
            }
            exit = Optional.of(new Exit(stubborn ? 137 : 143));
            return stubborn ? Ending.KILLED : Ending.ENDED;
        }
    }

    @Override
    public synchronized Running launch(ChildPlan plan) throws IOException {
        if (broken) {
            throw new IOException("no room for another process");
        }
        FakeProcess process = new FakeProcess(plan.service(), 1000 + started.size());
        started.add(process);
        return process;
    }

    /** All processes of a service so far, oldest first. */
    synchronized List<FakeProcess> of(ServiceName service) {
        return started.stream().filter(each -> each.service == service).toList();
    }
}
