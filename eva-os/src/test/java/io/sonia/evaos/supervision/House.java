package io.sonia.evaos.supervision;

import io.sonia.contracts.evaos.ServiceRecord;
import io.sonia.contracts.evaos.ServiceState;
import io.sonia.journal.Journal;
import io.sonia.kernel.Clock;
import io.sonia.kernel.Home;
import io.sonia.kernel.ServiceName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A supervisor with a home, and shell scripts in place of services: one is well once its script has made a file. */
final class House implements AutoCloseable {

    private static final String IMPATIENT =
            "{\"probe_interval_seconds\":1,\"backoff_seconds\":[1],\"restarts\":3,\"restart_window_seconds\":60}";

    final Home home;
    final Journal journal;
    final Supervision supervision;

    private House(Path folder, String settings, List<ChildPlan> plans) {
        Clock clock = Clock.system();
        home = new Home(folder);
        journal = Samples.journal(folder, clock);
        Probe probe = service -> look(folder, service);
        supervision = new Supervision(plans, Samples.parts(folder, Samples.config(settings), journal, clock, probe));
    }

    /** A house whose services run the scripts; restarts wait a second. */
    static House open(Path folder, Map<ServiceName, String> scripts) {
        return open(folder, IMPATIENT, scripts);
    }

    static House open(Path folder, String settings, Map<ServiceName, String> scripts) {
        List<ChildPlan> plans = new ArrayList<>();
        scripts.forEach((service, script) -> plans.add(Samples.plan(service, script, folder)));
        return new House(folder, settings, plans);
    }

    ServiceRecord of(ServiceName service) {
        return supervision.of(service).record();
    }

    boolean in(ServiceState state, ServiceName... services) {
        return List.of(services).stream().allMatch(each -> of(each).state() == state);
    }

    /** 0 if there is no process now. */
    long pid(ServiceName service) {
        Long pid = of(service).pid();
        return pid == null ? 0 : pid;
    }

    /** Makes as if this process had died: nothing is stopped and nobody looks after anything any more. */
    void abandon() {
        for (ServiceName each : ServiceName.values()) {
            supervision.of(each).close();
        }
        journal.close();
    }

    @Override
    public void close() {
        supervision.stopAll();
        journal.close();
    }

    private static Look look(Path folder, ServiceName service) {
        boolean well = service == ServiceName.EVA_OS || Files.exists(Samples.mark(folder, service));
        return well ? new Look(1.0, null) : new Look(null, "not yet");
    }
}
